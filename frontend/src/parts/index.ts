import type { Speaking } from "../ui/Spoken";
import { wordsOf } from "../words/languages";
import { Part } from "./part";

/**
 * What the notes panel fetches after its first paint. A new view is a file beside this one that
 * exports all of it, and a line here; `ui/Later` shows it. Each part imports the page that it is a
 * part of: all that the page has then stays one file, which otherwise would fall apart into one for
 * every two parts that share something.
 */
export const parts = {
  /** Keys, looking, opening: fetched at once, so that the first click finds it. */
  reading: new Part(() => import("./reading")),
  /** Letting others in: fetched when somebody waits. */
  letting: new Part(() => import("./letting")),
  /** Questions over a card: fetched when the page has nothing else to do. */
  asking: new Part(() => import("./asking")),
  /** The end of a note and how often it can be read, in the form. */
  life: new Part(() => import("./life")),
  /** Files of a note: fetched with the form, or once an opened note has some. */
  files: new Part(() => import("./files")),
  /** Where the issue is, and who lost sight of it: fetched when there is something to say. */
  around: new Part(() => import("./around")),
  /** What menus offer: fetched when a menu's button is near. */
  menus: new Part(() => import("./menus")),
  /** What is said of this browser's key, above the list. */
  warnings: new Part(() => import("./warnings")),
  /** The form, the picker, sealing: fetched when the page has nothing else to do. */
  writing: new Part(() => import("./writing")),
} as const;

/** Fetches `ahead` one after another, once the browser is idle, with the words of their own in the language that is `spoken` by then. */
export function whenIdle(ahead: readonly Pick<Part<object>, "load">[], spoken: () => string): void {
  const fetch = async () => {
    for (const part of ahead) {
      const here: Partial<Speaking<object>> | undefined = await part.load().catch(() => undefined);
      if (here?.words !== undefined) await wordsOf(here.words, spoken()).catch(() => undefined);
    }
  };
  // Safari has no idle callbacks.
  if ("requestIdleCallback" in globalThis) requestIdleCallback(() => { void fetch(); }, { timeout: 2_000 });
  else setTimeout(() => { void fetch(); }, 500);
}
