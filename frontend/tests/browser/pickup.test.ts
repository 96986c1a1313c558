import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Demo, type Issue } from "./demo";
import { accessible, words } from "./look_out";
import { type Panel, Person } from "./person";

const SECRET = "the safe opens at 7-21-33";
const MINUTE_MS = 60_000;
const PHONE = { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true };

describe("a reader on the telephone", () => {
  let demo: Demo;
  let niro: Person;

  before(async () => {
    demo = await Demo.start();
    niro = await Person.arrive(demo, "niro");
  });

  after(async () => {
    await demo.stop();
  });

  /** Shares a note with somebody who was never here, and takes five words for them. */
  async function given(issue: Issue, name: string): Promise<{ readonly panel: Panel; readonly code: readonly string[] }> {
    const panel = await niro.visit(issue, "agent");
    await panel.share(SECRET, name);
    await panel.cards.first().locator(".menu-place > button").click();
    await panel.frame.locator("[data-entry=giveWords]").click();
    await panel.frame.getByText(new RegExp(`Call ${name}.* and say these five words`)).waitFor();
    const code = await panel.frame.locator(".pickup-words li").allInnerTexts();
    assert.equal(code.length, 5);
    return { panel, code: code.map((word) => word.trim()) };
  }

  it("x10_reads_by_five_words_with_no_other_browser_open_in_under_a_minute_on_a_phone", async () => {
    const issue = await demo.request("VPN");
    const { code } = await given(issue, "Jonathan");
    await accessible(niro.page, "issue-activity", "five words");
    await niro.page.goto("about:blank");

    const jonathan = await Person.arrive(demo, "jonathan", "kept", PHONE);
    const panel = await jonathan.visit(issue, "portal");
    const begin = panel.frame.getByRole("button", { name: /^I have five words from Niro/ });
    await begin.waitFor();
    const start = performance.now();
    await begin.tap();
    const field = panel.frame.getByRole("textbox", { name: /^Type the five words/ });
    await field.pressSequentially(`${code.slice(0, 4).join("  ").toUpperCase()} ${code[4] ?? ""}`);
    await accessible(jonathan.page, "portal-request", "typing five words, on a phone");
    await panel.frame.getByRole("button", { name: "Use these words" }).tap();
    await panel.frame.getByText(/Niro.* will see that you opened it/).waitFor();
    await panel.unlock.tap();
    assert.equal(await words(panel.content), SECRET);
    const took = performance.now() - start;
    console.log(`five words typed, checked and the note read in ${(took / 1000).toFixed(1)} s at 320 pixels`);
    assert.ok(took < MINUTE_MS, `${String(took)} ms`);
    // Both sides know each other from then on: no doubt on the card, no question for the author.
    assert.equal(await panel.frame.getByText(/in a browser we haven’t seen/).count(), 0);
    const author = await niro.visit(issue, "agent");
    await author.frame.getByText(/Read by Jonathan/).waitFor();
    assert.equal(await author.banner("let-in").count(), 0);
    assert.deepEqual([...jonathan.complaints, ...niro.complaints], []);
    await jonathan.leave();
  });

  it("is told of wrong words, by keyboard, and of words that were taken back", async () => {
    const issue = await demo.request("VPN", { participants: ["kofi"] });
    const { panel: author, code } = await given(issue, "Kofi");
    const kofi = await Person.arrive(demo, "kofi");
    const panel = await kofi.visit(issue, "portal");
    await panel.frame.getByRole("button", { name: /^I have five words/ }).focus();
    await kofi.page.keyboard.press("Enter");
    const field = panel.frame.getByRole("textbox", { name: /^Type the five words/ });
    await field.waitFor();
    const other = code[4] === "zoom" ? "zone" : "zoom";
    await kofi.page.keyboard.type(`${code.slice(0, 4).join(" ")} ${other}`);
    await kofi.page.keyboard.press("Enter");
    await panel.frame.getByText(/These are not the words/).waitFor();

    await author.frame.getByRole("button", { name: "Take the words back" }).click();
    await author.frame.getByText(/The words are taken back/).waitFor();
    await field.fill(code.join(" "));
    await field.press("Enter");
    await panel.frame.getByText(/There are no words for you just now/).waitFor();
    await field.press("Escape");
    await field.waitFor({ state: "detached" });
    await kofi.leave();
  });
});
