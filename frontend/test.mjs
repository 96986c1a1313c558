// Runs test files: `node test.mjs unit|browser|all [name part]`. Browser tests one file at a time.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(fileURLToPath(import.meta.url));
const [which = "all", part = ""] = process.argv.slice(2);

const files = readdirSync(join(root, "tests"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.ts") && name.includes(part))
  .map((name) => join("tests", name))
  .sort();
const browser = files.filter((name) => name.startsWith(join("tests", "browser")));
const unit = files.filter((name) => !browser.includes(name));

function run(names, more = []) {
  if (names.length === 0) return 0;
  return spawnSync(process.execPath, ["--import", "tsx", "--test", ...more, ...names], { cwd: root, stdio: "inherit" }).status ?? 1;
}

const worst = Math.max(
  which === "browser" ? 0 : run(unit),
  which === "unit" ? 0 : run(browser, ["--test-concurrency=1"]),
);
process.exitCode = worst;
