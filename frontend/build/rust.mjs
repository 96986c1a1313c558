// The table of assets as Rust, included by `lib.rs`.
import { join } from "node:path";

const text = (value) => JSON.stringify(value);
const constant = (name) => name.replace(/\W/g, "_").toUpperCase();

/** Languages by the folder their words lie in: `src/words` for notes, `src/words/admin` for the admin pages. */
const TONGUE = /^src\/words\/(?:(admin)\/)?([a-z]{2})\.ts$/;

/**
 * @param {string} out where the files lie
 * @param {{name: string, file: string, source: string | null, type: string, path: string, needs: string[]}[]} rows
 * @param {string[]} scripts sources of the scripts that pages name
 */
export function rust(out, rows, scripts) {
  const pathOf = (file) => rows.find((row) => row.file === file).path;
  const paths = (files) => `&[${files.map((file) => text(pathOf(file))).join(", ")}]`;
  const value = (row) =>
    `Asset { name: ${text(row.name)}, path: ${text(row.path)}, content_type: ${text(row.type)}, needs: ${paths(row.needs)}, ` +
    `bytes: include_bytes!(${text(join(out, row.file))}), gzip: include_bytes!(${text(join(out, `${row.file}.gz`))}) }`;
  const named = rows.filter((row) => row.type.startsWith("text/css") || scripts.includes(row.source));
  const table = rows.map((row) => `    &${named.includes(row) ? constant(row.name) : value(row)},`);
  const tongues = rows.flatMap((row) => {
    const found = TONGUE.exec(row.source ?? "");
    return found === null ? [] : [`    (${text(found[1] ?? "notes")}, ${text(found[2])}, ${paths([row.file, ...row.needs])}),`];
  });
  return `${named.map((row) => `/// \`${row.name}\`.\npub static ${constant(row.name)}: Asset = ${value(row)};`).join("\n")}\n\n` +
    `static ASSETS: &[&Asset] = &[\n${table.join("\n")}\n];\n\n` +
    `static TONGUES: &[(&str, &str, &[&str])] = &[\n${tongues.join("\n")}\n];\n`;
}
