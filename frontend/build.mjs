// Bundles the panels. `node build.mjs OUT` writes every asset, its gzip twin, and
// `assets.rs`, the table that the crate embeds. A path carries the hash of the content, so an
// asset may be cached for ever and a page never meets the script of another release.
import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { minify } from "terser";
import { themeFor } from "./build/theme.mjs";

const root = dirname(fileURLToPath(import.meta.url));

/** The surfaces' scripts; one bundle each. */
const SCRIPTS = ["notes.tsx", "background.ts", "admin.tsx"];

/** The budget of the notes panel, in gzipped bytes. */
const NOTES_BUDGET = 40 * 1024;

async function scripts() {
  const result = await build({
    absWorkingDir: root,
    entryPoints: SCRIPTS.map((name) => ({ in: `src/${name}`, out: name.slice(0, name.indexOf(".")) })),
    bundle: true,
    format: "iife",
    target: ["chrome109", "firefox115", "safari16"],
    minify: true,
    legalComments: "none",
    jsx: "automatic",
    jsxImportSource: "preact",
    charset: "utf8",
    write: false,
    outdir: "out",
    logLevel: "warning",
  });
  return Promise.all(result.outputFiles.map(async (file) => ({
    name: file.path.slice(file.path.lastIndexOf("/") + 1),
    type: "text/javascript; charset=utf-8",
    bytes: Buffer.from(await smaller(file.text)),
  })));
}

/** A second pass: six per cent off what every issue view loads. */
async function smaller(text) {
  const { code } = await minify(text, { ecma: 2020, compress: { passes: 1, unsafe_arrows: true }, mangle: true });
  return code;
}

async function styles() {
  const result = await build({
    absWorkingDir: root,
    entryPoints: ["src/theme/panel.css"],
    bundle: true,
    minify: true,
    write: false,
    outdir: "out",
    logLevel: "warning",
  });
  const own = result.outputFiles[0].text;
  return { name: "panel.css", type: "text/css; charset=utf-8", bytes: Buffer.from(await themeFor(own) + own) };
}

const constant = (name) => name.replace(/\W/g, "_").toUpperCase();

function emit(out, assets) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const rows = assets.map(({ name, type, bytes }) => {
    const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
    const gzip = gzipSync(bytes, { level: 9 });
    if (name === "notes.js" && gzip.length > NOTES_BUDGET) {
      throw new Error(`notes.js is ${gzip.length} bytes gzipped, over its budget of ${NOTES_BUDGET}`);
    }
    writeFileSync(join(out, name), bytes);
    writeFileSync(join(out, `${name}.gz`), gzip);
    return { name, type, path: `/assets/${hash}/${name}`, size: bytes.length, gzip: gzip.length };
  });
  const table = rows.map((row) =>
    `    Asset { name: ${JSON.stringify(row.name)}, path: ${constant(row.name)}, content_type: ${JSON.stringify(row.type)}, ` +
    `bytes: include_bytes!(${JSON.stringify(join(out, row.name))}), gzip: include_bytes!(${JSON.stringify(join(out, `${row.name}.gz`))}) },`);
  const paths = rows.map((row) =>
    `/// Path of \`${row.name}\` with the hash of its content.\npub const ${constant(row.name)}: &str = ${JSON.stringify(row.path)};`);
  writeFileSync(join(out, "assets.rs"), `${paths.join("\n")}\n\nstatic ASSETS: &[Asset] = &[\n${table.join("\n")}\n];\n`);
  return rows;
}

const out = process.argv[2];
if (!out) {
  process.stderr.write("usage: node build.mjs OUT\n");
  process.exitCode = 2;
} else {
  const rows = emit(resolve(out), [...await scripts(), await styles()]);
  for (const row of rows) process.stdout.write(`${row.name} ${row.size} bytes, ${row.gzip} gzipped\n`);
}
