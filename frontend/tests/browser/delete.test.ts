import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Demo, type Issue } from "./demo";
import { words } from "./look_out";
import { type Panel, Person } from "./person";

const SECRET = "vpn.acme.example / correct-horse-battery-staple";

describe("an author deletes a note", () => {
  let demo: Demo;
  let niro: Person;
  let nero: Person;
  let jonathan: Person;

  before(async () => {
    demo = await Demo.start();
    const arrive = (who: string) => Person.arrive(demo, who);
    [niro, nero, jonathan] = await Promise.all([arrive("niro"), arrive("nero"), arrive("jonathan")]);
    const first = await demo.request("First visit");
    for (const person of [niro, nero]) await (await person.visit(first, "agent")).part("empty").waitFor();
    await (await jonathan.visit(first, "portal")).part("empty").waitFor();
  });

  after(async () => {
    await demo.stop();
  });

  const dialog = (panel: Panel) => panel.frame.getByRole("alertdialog", { name: "Delete this note for everyone?" });
  const button = (panel: Panel, name: string) => panel.frame.getByRole("button", { name, exact: true });

  /** A note of this person, unlocked by its author. */
  async function unlocked(person: Person, issue: Issue, where: "agent" | "portal", ...readers: string[]): Promise<Panel> {
    const panel = await person.visit(issue, where);
    await panel.share(SECRET, ...readers);
    await panel.unlock.click();
    await panel.content.waitFor();
    return panel;
  }

  it("n37_the_author_unlocks_a_note_of_their_own", async () => {
    const panel = await unlocked(niro, await demo.request("VPN"), "agent", "Nero");
    assert.equal(await words(panel.content), SECRET);
  });

  it("n31_delete_asks_again_with_the_focus_on_cancel", async () => {
    const panel = await unlocked(niro, await demo.request("VPN"), "agent", "Nero");
    await button(panel, "Delete").click();
    await dialog(panel).waitFor();
    assert.match(await words(dialog(panel)), /Nero.*nobody can bring it back/s);
    const focused = await dialog(panel).evaluate((ask) => ask.ownerDocument.activeElement?.textContent);
    assert.equal(focused, "Cancel");
  });

  it("n33_dismissed_by_button_or_by_escape_the_note_is_unchanged", async () => {
    const panel = await unlocked(niro, await demo.request("VPN"), "agent", "Nero");
    const sent: string[] = [];
    niro.page.on("request", (request) => {
      if (request.method() === "DELETE") sent.push(request.url());
    });
    for (const away of [() => button(panel, "Cancel").click(), () => niro.page.keyboard.press("Escape")]) {
      await button(panel, "Delete").click();
      await dialog(panel).waitFor();
      await away();
      await dialog(panel).waitFor({ state: "detached" });
      await panel.content.waitFor();
    }
    assert.deepEqual(sent, []);
  });

  it("n32_confirmed_by_keyboard_it_disappears_for_all_readers", async () => {
    const issue = await demo.request("VPN");
    const panel = await unlocked(niro, issue, "agent", "Nero", "Jonathan");
    const reading = await jonathan.visit(issue, "portal");
    await reading.unlock.waitFor();
    await button(panel, "Delete").focus();
    await niro.page.keyboard.press("Enter");
    await dialog(panel).waitFor();
    await niro.page.keyboard.press("Tab");
    await niro.page.keyboard.press("Enter");
    await panel.frame.getByText("You deleted this note").waitFor();
    await panel.content.waitFor({ state: "detached" });
    // The reader's panel is open, and turns by itself.
    await reading.frame.getByText("Niro Feldmann deleted this note").waitFor();
    assert.equal(await reading.unlock.count(), 0);
    assert.equal(await (await nero.visit(issue, "agent")).unlock.count(), 0);
  });

  it("n35_a_customer_deletes_a_note_on_the_portal", async () => {
    const issue = await demo.request("VPN");
    const panel = await unlocked(jonathan, issue, "portal", "Niro");
    await button(panel, "Delete").click();
    await dialog(panel).getByRole("button", { name: "Delete", exact: true }).click();
    await panel.frame.getByText("You deleted this note").waitFor();
    await (await niro.visit(issue, "agent")).frame.getByText("Jonathan Reyes deleted this note").waitFor();
  });

  it("n36_a_reader_has_no_delete", async () => {
    const issue = await demo.request("VPN");
    await (await niro.visit(issue, "agent")).share(SECRET, "Nero");
    const reading = await nero.visit(issue, "agent");
    await reading.unlock.click();
    await reading.content.waitFor();
    assert.equal(await button(reading, "Delete").count(), 0);
  });
});
