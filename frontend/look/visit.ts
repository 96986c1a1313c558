import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { StageBridge } from "./bridge";
import { openStage, type Stage } from "./page";
import type { Scene } from "./states";

/** Sizes, themes and languages that a state is looked at in. */
export const views = {
  light: { viewport: { width: 800, height: 300 }, colorScheme: "light" },
  dark: { viewport: { width: 800, height: 300 }, colorScheme: "dark" },
  narrow: { viewport: { width: 320, height: 640 }, colorScheme: "light" },
  phone: { viewport: { width: 390, height: 700 }, colorScheme: "dark", hasTouch: true, isMobile: true },
  german: { viewport: { width: 320, height: 640 }, colorScheme: "light", hasTouch: true, isMobile: true, lang: "de-DE" },
  japanese: { viewport: { width: 320, height: 640 }, colorScheme: "light", lang: "ja-JP" },
  long: { viewport: { width: 320, height: 640 }, colorScheme: "light", hasTouch: true, isMobile: true, lang: "en-XA" },
  mirrored: { viewport: { width: 320, height: 640 }, colorScheme: "light", hasTouch: true, isMobile: true, lang: "ar-XB" },
} as const satisfies Readonly<Record<string, BrowserContextOptions & { readonly lang?: string }>>;

export type View = keyof typeof views;

export interface Visit {
  readonly page: Page;
  readonly stage: Stage;
  /** What the page complained about: errors, and what its policy refused. */
  readonly complaints: readonly string[];
  readonly close: () => Promise<void>;
}

/** Sets a scene and opens it; the state is on the screen when this returns. */
export async function visit(browser: Browser, dist: string, scene: Scene, view: View): Promise<Visit> {
  const { lang = "en-GB", ...options } = { lang: undefined, ...views[view] };
  const bridge = await scene.set((account) => new StageBridge(account));
  const stage = await openStage(dist, bridge);
  stage.anonymous = scene.anonymous ?? false;
  stage.gone = new Set(scene.gone ?? []);
  const context = await browser.newContext({ ...options, timezoneId: "Europe/Berlin", reducedMotion: "reduce" });
  context.setDefaultTimeout(15_000);
  if (scene.blocked === true) await context.addInitScript("Object.defineProperty(globalThis, 'indexedDB', { get() { throw new Error('blocked'); } });");
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  const close = async () => {
    await context.close();
    stage.close();
  };
  try {
    await page.goto(`${stage.url}/${scene.script ?? "notes"}?lang=${lang}`);
    await scene.act?.(page, bridge, stage);
    await page.waitForSelector(scene.ready);
  } catch (error) {
    const seen = await page.locator("body").innerText().catch(() => "nothing");
    await close();
    throw new Error(`${scene.name} ${view}: ${[String(error), ...complaints].join("; ")}; on the page: ${seen}`, { cause: error });
  }
  return { page, stage, complaints, close };
}
