// Bundles the panels. `node build.mjs OUT` writes every asset, its gzip twin, `manifest.json`,
// and `assets.rs`, the table that the crate embeds. What a page does not need at once is a part
// of its own, fetched on demand. Paths carry hashes, of the tools in the folder and of the content
// in the name: an asset may be cached for ever, and a page never meets the script of another release.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { minify } from "terser";
import { rust } from "./build/rust.mjs";
import { themeFor } from "./build/theme.mjs";

const root = dirname(fileURLToPath(import.meta.url));

/** What pages name in their HTML. Each is bundled alone: code that several share would lie in many small files, for a gain on the first visit only. */
const SCRIPTS = ["src/notes.tsx", "src/background.ts", "src/admin.tsx"];

const SCRIPT = "text/javascript; charset=utf-8";

const hashOf = (...texts) => {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(text);
  return hash.digest("hex").slice(0, 16);
};

/** The same source in the hands of other tools is other content: names hash what esbuild wrote. */
const tools = () => hashOf(...["package-lock.json", "build.mjs", ...readdirSync(join(root, "build")).sort().map((name) => `build/${name}`)]
  .map((name) => readFileSync(join(root, name))));

async function scriptsOf(entry) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    splitting: true,
    format: "esm",
    target: ["chrome109", "firefox115", "safari16"],
    minify: true,
    legalComments: "none",
    jsx: "automatic",
    jsxImportSource: "preact",
    charset: "utf8",
    write: false,
    metafile: true,
    outdir: "out",
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    logLevel: "warning",
  });
  return Promise.all(outputFiles.map(async ({ path, text }) => {
    const file = basename(path);
    const { entryPoint = null, imports } = metafile.outputs[`out/${file}`];
    const to = (kind) => imports.filter((one) => one.kind === kind && !one.external).map((one) => basename(one.path));
    return {
      name: entryPoint === null ? file : basename(entryPoint).replace(/\.tsx?$/, ".js"), file, source: entryPoint, type: SCRIPT,
      imports: to("import-statement"), later: to("dynamic-import"), bytes: Buffer.from(await smaller(text)),
    };
  }));
}

/** A second pass: six per cent off what every issue view loads. */
async function smaller(text) {
  const { code } = await minify(text, { ecma: 2020, module: true, compress: { passes: 2, unsafe_arrows: true }, mangle: true });
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
  const bytes = Buffer.from(await themeFor(own) + own);
  return { name: "panel.css", file: `panel-${hashOf(bytes)}.css`, source: null, type: "text/css; charset=utf-8", imports: [], later: [], bytes };
}

/** What `file` names in `import` statements, and what those name: a browser fetches it all before it runs. */
function closure(assets, file) {
  const needs = new Set();
  const visit = (name) => {
    for (const one of assets.find((asset) => asset.file === name).imports) {
      if (needs.has(one) || one === file) continue;
      needs.add(one);
      visit(one);
    }
  };
  visit(file);
  return [...needs];
}

function emit(out, assets) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const folder = `/assets/${tools()}/`;
  const rows = assets.map((asset) => {
    const { name, file, source, type, later, bytes } = asset;
    const gzip = gzipSync(bytes, { level: 9 });
    writeFileSync(join(out, file), bytes);
    writeFileSync(join(out, `${file}.gz`), gzip);
    return { name, file, source, type, path: folder + file, size: bytes.length, gzip: gzip.length, needs: closure(assets, file), later };
  });
  writeFileSync(join(out, "manifest.json"), JSON.stringify(rows, null, 1));
  writeFileSync(join(out, "assets.rs"), rust(out, rows, SCRIPTS));
  return rows;
}

const out = process.argv[2];
if (!out) {
  process.stderr.write("usage: node build.mjs OUT\n");
  process.exitCode = 2;
} else {
  const rows = emit(resolve(out), [...(await Promise.all(SCRIPTS.map(scriptsOf))).flat(), await styles()]);
  for (const { name, size, gzip, later } of rows) {
    process.stdout.write(`${name} ${size} bytes, ${gzip} gzipped${later.length === 0 ? "" : `, later ${later.join(" ")}`}\n`);
  }
}
