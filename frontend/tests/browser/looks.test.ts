import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Page } from "playwright-core";
import { scenes } from "../../look/states";
import type { View } from "../../look/visit";
import { violations } from "./look_out";
import { Theatre } from "./stage";

/**
 * Things to press that are smaller than WCAG 2.5.8 wants, in CSS pixels, and whatever sticks out at
 * the side. Text, because what a function of this file is compiled to names things of this file.
 */
const MISFITS = `(() => {
  const shown = (element) => element.checkVisibility() && element.closest("[aria-hidden=true], .unseen") === null;
  const name = (element) => element.localName + "." + element.className + " " + element.textContent.slice(0, 30);
  const found = [];
  for (const element of document.querySelectorAll("button, a[href], input, textarea, [role=option], [tabindex='0']")) {
    const { width, height } = element.getBoundingClientRect();
    if (shown(element) && (width < 24 || height < 24)) found.push("small: " + name(element) + " " + width + " x " + height);
  }
  for (const element of document.querySelectorAll("#panel *")) {
    const { left, right } = element.getBoundingClientRect();
    if (shown(element) && (left < -0.5 || right > innerWidth + 0.5)) found.push("sticks out: " + name(element));
  }
  if (innerWidth !== 320) found.push("grown to " + innerWidth);
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) found.push("scrolls sideways: " + scrollWidth);
  return found;
})()`;

const misfits = (page: Page): Promise<string[]> => page.evaluate<string[]>(MISFITS);

describe("every state of the panels", () => {
  let theatre: Theatre;
  before(async () => {
    theatre = await Theatre.open();
  });
  after(async () => {
    await theatre.close();
  });

  for (const scene of scenes) {
    it(`is accessible, light and dark: ${scene.name}`, async () => {
      await theatre.show(scene, "light", async ({ page, complaints }) => {
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          assert.deepEqual(await violations(page.mainFrame()), [], colorScheme);
        }
        assert.deepEqual(complaints, []);
      });
    });

    it(`fits 320 pixels and a finger, in long words and from right to left: ${scene.name}`, async () => {
      for (const view of ["long", "mirrored"] as const satisfies readonly View[]) {
        await theatre.show(scene, view, async ({ page }) => {
          assert.deepEqual(await misfits(page), [], view);
        });
      }
    });
  }

  it("speaks the reader's language, and runs its way", async () => {
    const [list] = scenes.filter(({ name }) => name === "list");
    assert.ok(list);
    for (const [view, add, lang, dir] of [
      ["german", "Sichere Notiz hinzufügen", "de-DE", "ltr"], ["japanese", "セキュアメモを追加", "ja-JP", "ltr"],
      ["mirrored", /\(\u202eAdd a secure note\u202c\)/u, "ar-XB", "rtl"],
    ] as const) {
      await theatre.show(list, view, async ({ page }) => {
        await page.getByRole("button", { name: add }).waitFor();
        assert.deepEqual(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]), [lang, dir]);
        const [title, menu] = await Promise.all([".head-title", ".head .menu-place > button"].map((what) => page.locator(what).boundingBox()));
        assert.ok(title && menu);
        // The title begins at the right, the menu stands at the left.
        if (dir === "rtl") assert.ok(title.x + title.width > menu.x + menu.width, "it runs from right to left");
        else assert.ok(title.x < menu.x, "it runs from left to right");
      });
    }
  });
});
