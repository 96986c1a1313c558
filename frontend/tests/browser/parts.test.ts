import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Page } from "playwright-core";
import { niro } from "../../look/cast";
import type { Scene } from "../../look/states";
import { Theatre } from "./stage";

const empty: Scene = { name: "empty", set: (me) => Promise.resolve(me(niro)), ready: "[data-part=empty]" };

const compose = (page: Page) => page.getByRole("button", { name: "Add a secure note" }).click();
const missing = (page: Page) => page.locator("[data-kind=part]");
const again = (page: Page) => missing(page).getByRole("button", { name: "Try again" });

describe("a page in parts", () => {
  let theatre: Theatre;
  before(async () => {
    theatre = await Theatre.open();
  });
  after(async () => {
    await theatre.close();
  });

  it("that is open when another release comes goes on with all it has", async () => {
    await theatre.show(empty, "light", async ({ page, stage, complaints }) => {
      // Fetched ahead of need: nobody has pressed anything yet.
      await page.waitForFunction(() => performance.getEntriesByType("resource").some(({ name }) => name.includes("/writing-")));
      await stage.bridge.published;
      stage.gone = new Set(["reading.js", "writing.js", "letting.js", "en.js"]);
      await compose(page);
      await page.getByLabel("What do you want to share?").fill("kept");
      await page.getByRole("combobox", { name: "Who can read it" }).fill("nero");
      await page.locator("[role=option]").first().click();
      await page.getByRole("button", { name: "Add note" }).click();
      await page.locator("[data-part=bar]").waitFor();
      await page.locator(".card-side button").first().click();
      await page.getByRole("region", { name: "Text of the note" }).getByText("kept").waitFor();
      assert.deepEqual(complaints, []);
    });
  });

  it("says when one does not come, and goes on once it does", async () => {
    await theatre.show({ ...empty, gone: ["writing.js"] }, "light", async ({ page, stage }) => {
      await compose(page);
      await missing(page).getByText("Nothing is lost.").waitFor();
      assert.equal(await page.getByRole("button", { name: "Reload the page" }).count(), 0);
      stage.gone = new Set();
      await again(page).click();
      await page.getByLabel("What do you want to share?").waitFor();
      assert.equal(await missing(page).count(), 0);
    });
  });

  it("offers to load the page anew when trying again did not help, and that helps", async () => {
    await theatre.show({ ...empty, gone: ["reading.js"] }, "light", async ({ page, stage }) => {
      await missing(page).waitFor();
      await again(page).click();
      const reload = page.getByRole("button", { name: "Reload the page" });
      await reload.waitFor();
      stage.gone = new Set();
      await reload.click();
      await stage.bridge.published;
      await page.locator("[data-part=empty]").waitFor();
      assert.equal(await missing(page).count(), 0);
    });
  });

  it("falls back to English where the words of a language do not come, and says so where none do", async () => {
    await theatre.show({ ...empty, gone: ["de.js"] }, "german", async ({ page }) => {
      await page.getByRole("button", { name: "Add a secure note" }).waitFor();
    });
    const mute: Scene = { ...empty, gone: ["en.js", "de.js"], ready: "[data-part=wordless]" };
    await theatre.show(mute, "german", async ({ page, stage }) => {
      stage.gone = new Set();
      await page.getByRole("button", { name: "Reload the page" }).click();
      await page.getByRole("button", { name: "Sichere Notiz hinzufügen" }).waitFor();
    });
  });
});
