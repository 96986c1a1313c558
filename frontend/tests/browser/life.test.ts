import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Demo } from "./demo";
import { accessible, words } from "./look_out";
import { type Panel, Person } from "./person";

const SECRET = "the code of the day is 4711";

describe("the life of a note", () => {
  let demo: Demo;
  let niro: Person;
  let nero: Person;

  before(async () => {
    demo = await Demo.start();
    [niro, nero] = await Promise.all([Person.arrive(demo, "niro"), Person.arrive(demo, "nero")]);
    const first = await demo.request("First visit");
    for (const person of [niro, nero]) await (await person.visit(first, "agent")).part("empty").waitFor();
  });

  after(async () => {
    await demo.stop();
  });

  const field = (panel: Panel, name: string) => panel.frame.getByLabel(name, { exact: true });
  const button = (panel: Panel, name: string) => panel.frame.getByRole("button", { name, exact: true });
  const expires = async (panel: Panel) => words(panel.cards.getByText(/^Expires/).first());

  async function filled(panel: Panel): Promise<void> {
    await panel.add.click();
    await panel.text.fill(SECRET);
    await panel.choose("Nero");
    await field(panel, "Can be read").waitFor();
  }

  it("is 28 days unless chosen otherwise, exact with its time zone, and a moment past is refused", async () => {
    const issue = await demo.request("VPN");
    const panel = await niro.visit(issue, "agent");
    await filled(panel);
    assert.equal(await field(panel, "Expires").inputValue(), String(28 * 86_400));
    await panel.frame.getByText(/^Until \w+day,? .*(GMT|UTC|[A-Z]{3,4})/).waitFor();

    await field(panel, "Expires").selectOption("at");
    await panel.save.click();
    await panel.frame.getByText("Choose a date and a time").waitFor();
    await field(panel, "Date and time it expires").fill("2020-01-01T10:00");
    await panel.save.click();
    await panel.frame.getByText("Choose a moment to come").waitFor();
    await accessible(niro.page, "issue-activity", "a form whose end is refused");

    await field(panel, "Expires").selectOption("3600");
    await panel.save.click();
    await panel.part("bar").waitFor();
    const chip = panel.cards.getByText(/^Expires/).first();
    await chip.focus();
    await panel.cards.getByRole("tooltip").filter({ hasText: /\d{4}.*(GMT|UTC|[A-Z]{3,4})/ }).first().waitFor();
    await niro.page.keyboard.press("Escape");
    await panel.cards.getByRole("tooltip").first().waitFor({ state: "hidden" });
  });

  it("n46_an_author_shortens_it_from_the_menu_of_the_card_by_keyboard_for_everybody", async () => {
    const issue = await demo.request("VPN");
    const panel = await niro.visit(issue, "agent");
    await panel.share(SECRET, "Nero");
    const reading = await nero.visit(issue, "agent");
    const before = await expires(reading);

    await panel.cards.getByRole("button", { name: /^More for the note from you/ }).focus();
    await niro.page.keyboard.press("Enter");
    await panel.frame.getByRole("menuitem", { name: "Expire sooner" }).waitFor();
    await accessible(niro.page, "issue-activity", "the menu of a card");
    await niro.page.keyboard.press("Enter");
    await panel.frame.getByRole("heading", { name: "Expire sooner" }).waitFor();
    await accessible(niro.page, "issue-activity", "expiring sooner");
    await field(panel, "New end").selectOption("86400");
    await button(panel, "Expire sooner").focus();
    await niro.page.keyboard.press("Enter");
    await panel.part("view").waitFor({ state: "detached" });
    // The reader's panel is open, and turns by itself.
    await reading.cards.getByText(/^Expires/).filter({ hasNotText: before }).first().waitFor();
    assert.equal(await expires(reading), await expires(panel));
    assert.equal(await reading.cards.getByRole("button", { name: /^More for/ }).count(), 0, "the author's alone");
  });

  it("a note that can be opened once asks first, and then stays closed", async () => {
    const issue = await demo.request("VPN");
    const panel = await niro.visit(issue, "agent");
    await filled(panel);
    await field(panel, "Can be read").selectOption("once");
    await panel.save.click();
    await panel.part("bar").waitFor();

    const reading = await nero.visit(issue, "agent");
    const opened: string[] = [];
    nero.page.on("request", (request) => {
      if (request.url().endsWith("/open")) opened.push(request.url());
    });
    const dialog = reading.frame.getByRole("alertdialog", { name: "You can open this note once" });
    for (const away of [() => button(reading, "Not yet").click(), () => nero.page.keyboard.press("Escape")]) {
      await reading.unlock.click();
      await dialog.waitFor();
      await away();
      await dialog.waitFor({ state: "detached" });
    }
    assert.deepEqual(opened, []);

    await reading.unlock.click();
    await accessible(nero.page, "issue-activity", "asking before the only time");
    await button(reading, "Read it now").click();
    assert.equal(await words(reading.content), SECRET);
    await button(reading, "Hide").click();
    await reading.frame.getByText(/You opened this note as often as Niro Feldmann allowed/).waitFor();
    assert.equal(await reading.unlock.getAttribute("aria-disabled"), "true");
    assert.equal(opened.length, 1);
  });

  it("a note without a limit does not ask", async () => {
    const issue = await demo.request("VPN");
    await (await niro.visit(issue, "agent")).share(SECRET, "Nero");
    const reading = await nero.visit(issue, "agent");
    await reading.unlock.click();
    assert.equal(await words(reading.content), SECRET);
  });
});
