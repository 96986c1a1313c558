// Takes a picture of every state of the panels, light, dark, narrow and on a phone, into ../look.
// `npx tsx look.ts [part of a name]`.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { StageBridge } from "./look/bridge";
import { openStage } from "./look/page";
import { type Scene, scenes } from "./look/states";

const root = dirname(fileURLToPath(import.meta.url));
const out = join(root, "..", "look");

/** Size, theme and pointer of each picture of a scene. */
const views = {
  light: { viewport: { width: 800, height: 300 }, colorScheme: "light", hasTouch: false },
  dark: { viewport: { width: 800, height: 300 }, colorScheme: "dark", hasTouch: false },
  narrow: { viewport: { width: 320, height: 300 }, colorScheme: "light", hasTouch: false },
  phone: { viewport: { width: 390, height: 700 }, colorScheme: "dark", hasTouch: true, isMobile: true },
} as const;

async function picture(browser: Browser, dist: string, scene: Scene, view: keyof typeof views): Promise<void> {
  const context = await browser.newContext({ ...views[view], timezoneId: "Europe/Berlin", reducedMotion: "reduce" });
  const bridge = await scene.set((account) => new StageBridge(account));
  const stage = await openStage(dist, bridge);
  stage.anonymous = scene.anonymous ?? false;
  const page = await context.newPage();
  const said: string[] = [];
  page.on("console", (message) => { if (message.type() === "error" && !message.text().includes("Failed to load resource")) said.push(message.text()); });
  page.on("pageerror", (error) => said.push(error.message));
  try {
    await page.goto(`${stage.url}/${scene.script ?? "notes"}?lang=${scene.lang ?? "en-GB"}`);
    await scene.act?.(page, bridge);
    await page.waitForSelector(scene.ready, { timeout: 5_000 });
    await page.waitForTimeout(200);
    await page.screenshot({ path: join(out, `${scene.name}-${view}.png`), fullPage: true, animations: "disabled" });
  } catch (error) {
    said.push(String(error).split("\n").slice(0, 3).join(" "));
  }
  if (said.length > 0) {
    process.exitCode = 1;
    process.stderr.write(`${scene.name} ${view}: ${said.join("; ")}\n`);
  }
  await context.close();
  stage.close();
}

const part = process.argv[2] ?? "";
const dist = mkdtempSync(join(tmpdir(), "deskbridge-look-"));
execFileSync(process.execPath, ["build.mjs", dist], { cwd: root, stdio: "inherit" });
mkdirSync(out, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
for (const scene of scenes.filter(({ name }) => name.includes(part))) {
  for (const view of Object.keys(views) as (keyof typeof views)[]) await picture(browser, dist, scene, view);
}
await browser.close();
rmSync(dist, { recursive: true, force: true });
