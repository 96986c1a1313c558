// Takes a picture of every state of the panels, in every theme, size and language, into ../look.
// `npx tsx look.ts [part of a name] [view]`.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { type Scene, scenes } from "./look/states";
import { type View, views, visit } from "./look/visit";

const root = dirname(fileURLToPath(import.meta.url));
const out = join(root, "..", "look");

async function picture(browser: Browser, dist: string, scene: Scene, view: View): Promise<void> {
  try {
    const { page, complaints, close } = await visit(browser, dist, scene, view);
    // Pictures of faces and the last redraw: nobody waits for a picture.
    await page.waitForTimeout(200);
    await page.screenshot({ path: join(out, `${scene.name}-${view}.png`), fullPage: true, animations: "disabled" });
    await close();
    if (complaints.length > 0) throw new Error(`${scene.name} ${view}: ${complaints.join("; ")}`);
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${String(error)}\n`);
  }
}

const [, , part = "", only = ""] = process.argv;
const dist = mkdtempSync(join(tmpdir(), "deskbridge-look-"));
execFileSync(process.execPath, ["build.mjs", dist], { cwd: root, stdio: "inherit" });
mkdirSync(out, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
for (const scene of scenes.filter(({ name }) => name.includes(part))) {
  for (const view of (Object.keys(views) as View[]).filter((name) => name.includes(only))) await picture(browser, dist, scene, view);
}
await browser.close();
rmSync(dist, { recursive: true, force: true });
