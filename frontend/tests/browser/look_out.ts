import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Frame, Locator, Page } from "playwright-core";

/** Waits until `look` gives what is wanted, or the time is up; then shows what it gave. */
export async function until<T>(look: () => Promise<T>, right: (seen: T) => boolean, ms = 15_000): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const seen = await look();
    if (right(seen)) return seen;
    assert.ok(Date.now() < end, `in vain; last seen: ${JSON.stringify(seen)}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

export const words = (place: Locator): Promise<string> => place.innerText();

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** Fails on any violation of WCAG 2.2 A and AA that axe can see in the panel's frame. */
export async function accessible(page: Page, panel: string, state: string): Promise<void> {
  const frame = page.frames().find((one) => one.url().includes(panel));
  assert.ok(frame, `no frame of ${panel}`);
  const found = await violations(frame);
  assert.deepEqual(found, [], `axe, ${state}`);
}

/** What axe finds in a frame, best practice included. */
export async function violations(frame: Frame): Promise<string[]> {
  // Evaluated by the browser's debugger, which the page's policy does not bind.
  await frame.evaluate(axe);
  const result = await frame.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as { axe: { run(options: object): Promise<{ violations: Violation[] }> } };
    return checker.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
  });
  return result.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 160)} ${node.failureSummary}`));
}
