import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Demo, type Issue } from "./demo";
import { accessible, until, words } from "./look_out";
import { Person } from "./person";

const SECRET = "vpn.acme.example / correct-horse-battery-staple";

describe("notes, where the browser keeps storage", () => {
  let demo: Demo;
  let niro: Person;
  let nero: Person;
  let jonathan: Person;
  let ana: Person;
  const everyone = () => [niro, nero, jonathan, ana];

  before(async () => {
    demo = await Demo.start();
    const arrive = (who: string) => Person.arrive(demo, who);
    [niro, nero, jonathan, ana] = await Promise.all([arrive("niro"), arrive("nero"), arrive("jonathan"), arrive("ana")]);
    // Everybody has been here once, so that notes are sealed for them at once.
    const first = await demo.request("First visit");
    for (const person of [niro, nero]) await (await person.visit(first, "agent")).part("empty").waitFor();
    for (const person of [jonathan, ana]) await (await person.visit(first, "portal")).part("empty").waitFor();
  });

  after(async () => {
    await demo.stop();
  });

  const comments = (issue: Issue) => demo.read<readonly unknown[]>(`comments?issue=${issue.key}`);

  it("n1_an_issue_offers_secure_notes_under_activity", async () => {
    await niro.look(await demo.request("VPN"), "agent");
    await niro.page.getByRole("tab", { name: "Secure Notes" }).waitFor();
  });

  it("n2_secure_notes_offer_to_add_one", async () => {
    const panel = await niro.visit(await demo.request("VPN"), "agent");
    await panel.add.waitFor();
    await accessible(niro.page, "issue-activity", "empty");
  });

  it("n3_add_note_asks_for_content_and_recipients", async () => {
    const panel = await niro.visit(await demo.request("VPN"), "agent");
    await panel.add.click();
    await panel.text.waitFor();
    await panel.who.waitFor();
    await accessible(niro.page, "issue-activity", "form");
  });

  it("n4_several_agents_and_several_customers_can_read_one_note", async () => {
    const panel = await niro.visit(await demo.request("VPN"), "agent");
    await panel.share(SECRET, "Nero", "Jonathan", "Ana");
    assert.match(await words(panel.cards.first()), /Nero.*Jonathan.*Ana/s);
    await accessible(niro.page, "issue-activity", "added");
  });

  it("n5_without_recipient_the_field_says_so_and_nothing_is_sent", async () => {
    const panel = await niro.visit(await demo.request("VPN"), "agent");
    const sent = posts(niro, "/api/notes");
    await panel.add.click();
    await panel.text.fill(SECRET);
    await panel.save.click();
    await panel.frame.getByText("Choose at least one person").waitFor();
    assert.equal(await panel.who.getAttribute("aria-invalid"), "true");
    assert.deepEqual(sent, []);
  });

  it("n6_without_content_the_field_says_so_and_nothing_is_sent", async () => {
    const panel = await niro.visit(await demo.request("VPN"), "agent");
    const sent = posts(niro, "/api/notes");
    await panel.add.click();
    await panel.text.fill("  \n ");
    await panel.choose("Nero");
    await panel.save.click();
    await panel.frame.getByText("Write what you want to share").waitFor();
    assert.equal(await panel.text.getAttribute("aria-invalid"), "true");
    await accessible(niro.page, "issue-activity", "form with a fault");
    assert.deepEqual(sent, []);
  });

  it("n12_n21_n22_a_note_shows_to_its_readers_and_one_click_opens_it", async () => {
    const issue = await demo.request("VPN");
    await (await niro.visit(issue, "agent")).share(SECRET, "Nero", "Jonathan");
    for (const [person, where] of [[nero, "agent"], [jonathan, "portal"]] as const) {
      const panel = await person.visit(issue, where);
      await panel.cards.waitFor();
      await panel.frame.getByText("Niro").first().waitFor();
      await panel.unlock.click();
      assert.equal(await words(panel.content), SECRET);
      await accessible(person.page, where === "agent" ? "issue-activity" : "portal-request", "open");
      await panel.frame.getByRole("button", { name: "Hide" }).click();
      await panel.content.waitFor({ state: "detached" });
    }
  });

  it("n13_n14_a_comment_that_mentions_the_readers_appears_when_it_can_no_longer_be_taken_back", async () => {
    const issue = await demo.request("VPN");
    const panel = await niro.visit(issue, "agent");
    await panel.share(SECRET, "Nero", "Jonathan");
    await panel.frame.getByRole("button", { name: "Take back" }).waitFor();
    assert.deepEqual(await comments(issue), []);
    const [comment] = await until(() => comments(issue), (all) => all.length > 0, 30_000);
    const text = JSON.stringify(comment);
    assert.match(text, /Secure Notes/);
    assert.match(text, /mention/);
    assert.equal(text.includes(SECRET), false);
    await panel.part("bar").waitFor({ state: "detached" });
  });

  it("n23_unlock_is_gray_for_an_agent_it_was_not_shared_with_and_says_why", async () => {
    const issue = await demo.request("VPN");
    await (await niro.visit(issue, "agent")).share(SECRET, "Jonathan");
    const panel = await nero.visit(issue, "agent");
    const sent = posts(nero, "/authorise");
    await panel.unlock.waitFor();
    assert.equal(await panel.unlock.getAttribute("aria-disabled"), "true");
    await panel.unlock.focus();
    await panel.unlock.press("Enter");
    await panel.unlock.click({ force: true });
    await panel.frame.getByText(/Only Jonathan.* can unlock this note/).waitFor();
    assert.equal(await panel.content.count(), 0);
    assert.deepEqual(sent, []);
    await accessible(nero.page, "issue-activity", "gray");
  });

  it("n24_unlock_is_gray_for_a_customer_it_was_not_shared_with_and_says_why", async () => {
    const issue = await demo.request("VPN");
    await (await niro.visit(issue, "agent")).share(SECRET, "Jonathan");
    const panel = await ana.visit(issue, "portal");
    await panel.unlock.waitFor();
    assert.equal(await panel.unlock.getAttribute("aria-disabled"), "true");
    await panel.frame.getByText("Only the people it was shared with can open this").waitFor();
    await accessible(ana.page, "portal-request", "gray");
  });

  it("n27_n28_before_the_click_no_content_arrives_nothing_is_decrypted_and_nobody_has_read_it", async () => {
    const issue = await demo.request("VPN");
    const author = await niro.visit(issue, "agent");
    await author.share(SECRET, "Nero");
    const answers: string[] = [];
    nero.page.on("response", (answer) => {
      if (answer.url().startsWith(demo.bridge) && !answer.url().includes("/api/live") && !answer.url().includes("/assets/")) {
        void answer.text().then((text) => answers.push(`${answer.url()} ${text}`), () => undefined);
      }
    });
    const opens = posts(nero, "/open");
    const looked = nero.page.waitForResponse((answer) => answer.url().endsWith("/authorise"));
    const panel = await nero.visit(issue, "agent");
    await panel.unlock.waitFor();
    await looked;
    assert.equal((await panel.frame.locator("body").innerHTML()).includes(SECRET), false);
    await until(() => Promise.resolve(answers.filter((one) => one.includes("/authorise")).length), (count) => count > 0);
    for (const answer of answers) assert.equal(/ciphertext|correct-horse/.test(answer), false, answer.slice(0, 200));
    assert.deepEqual(opens, []);
    await author.frame.getByText("Not read yet").waitFor();

    await panel.unlock.click();
    assert.equal(await words(panel.content), SECRET);
    await author.frame.getByText(/Read by Nero/).waitFor();
    nero.page.removeAllListeners("response");
  });

  it("n44_a_note_among_agents_does_not_exist_for_customers", async () => {
    const issue = await demo.request("VPN");
    const customer = await jonathan.visit(issue, "portal");
    await customer.part("empty").waitFor();
    const agent = await niro.visit(issue, "agent");
    const states: string[] = [];
    jonathan.page.on("response", (answer) => {
      if (answer.url().includes("/api/state")) void answer.text().then((text) => states.push(text), () => undefined);
    });
    await agent.share(SECRET, "Nero");
    const id = (await agent.cards.first().getAttribute("data-note")) ?? "";
    assert.notEqual(id, "");
    // A second one that Jonathan may see: when it has come, the first would have come as well.
    await agent.share("for you", "Jonathan");
    await customer.cards.first().waitFor();
    assert.equal(await customer.cards.count(), 1);
    assert.equal((await customer.frame.locator("body").innerHTML()).includes(id), false);
    assert.ok(states.length > 0);
    for (const state of states) assert.equal(state.includes(id), false);
    jonathan.page.removeAllListeners("response");
  });

  it("n47_taken_back_within_ten_seconds_nothing_is_announced_and_a_line_stays", async () => {
    const issue = await demo.request("VPN");
    const panel = await niro.visit(issue, "agent");
    await panel.share(SECRET, "Nero");
    await panel.frame.getByRole("button", { name: "Take back" }).click();
    await panel.frame.getByText("Taken back. Nobody was told.").first().waitFor();
    await panel.frame.getByText(/You took this note back/).waitFor();
    assert.equal(await panel.cards.count(), 0);
    await panel.share("another", "Nero", "Jonathan");
    const all = await until(() => comments(issue), (now) => now.length > 0, 30_000);
    assert.equal(all.length, 1);
    assert.match(JSON.stringify(all), /Jonathan/);
  });

  it("adding and unlocking work by keyboard alone", async () => {
    const issue = await demo.request("VPN");
    const panel = await niro.visit(issue, "agent");
    const { keyboard } = niro.page;
    await panel.add.focus();
    await keyboard.press("Enter");
    await until(() => focused(niro, "issue-activity"), (name) => name === "textarea");
    await keyboard.type("typed by hand");
    await keyboard.press("Tab");
    await keyboard.type("ner");
    await panel.frame.getByRole("option", { name: /Nero/ }).waitFor();
    await keyboard.press("Enter");
    await panel.frame.getByRole("button", { name: /^Remove Nero/ }).waitFor();
    // How many fields lie between is the form's affair; that Tab leads to the button is this test's.
    await until(async () => { await keyboard.press("Tab"); return panel.save.evaluate((button) => button === document.activeElement); }, (there) => there);
    await keyboard.press("Enter");
    await panel.part("bar").waitFor();

    const reader = await nero.visit(issue, "agent");
    // A key pressed before the note is ready does nothing, as the button says.
    await reader.frame.getByText(/Niro.* will see that you opened it/).waitFor();
    await reader.unlock.focus();
    await nero.page.keyboard.press("Enter");
    assert.equal(await words(reader.content), "typed by hand");
    await until(() => focused(nero, "issue-activity"), (name) => name === "div");
    await nero.page.keyboard.press("Tab");
    await nero.page.keyboard.press("Tab");
    await nero.page.keyboard.press("Enter");
    await reader.content.waitFor({ state: "detached" });
    await until(() => focused(nero, "issue-activity"), (name) => name === "button");
  });

  it("speaks the language in which the host speaks to the reader, to each of them their own", async () => {
    const issue = await demo.request("VPN");
    await (await niro.visit(issue, "agent")).share(SECRET, "Jonathan");
    await jonathan.look(issue, "portal", "de_DE");
    const { frame, content } = jonathan.panel("portal");
    await frame.getByRole("button", { name: /^Notiz von Niro.* öffnen/ }).click();
    await frame.getByRole("region", { name: "Text der Notiz" }).waitFor();
    assert.equal(await content.count(), 0);
    assert.equal(await frame.locator("html").getAttribute("lang"), "de-DE");
    await accessible(jonathan.page, "portal-request", "open, in German");
  });

  it("the pages ran without an error and without a style or script that their policy refused", () => {
    for (const person of everyone()) assert.deepEqual(person.complaints, [], person.who);
  });
});

/** Paths that this person's pages post to from now on, those ending as asked. */
function posts(person: Person, end: string): string[] {
  const sent: string[] = [];
  person.page.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith(end)) sent.push(request.url());
  });
  return sent;
}

/** The kind of element that has the focus inside the panel. */
async function focused(person: Person, panel: string): Promise<string> {
  const frame = person.page.frames().find((one) => one.url().includes(panel));
  return (await frame?.evaluate(() => document.activeElement?.localName)) ?? "";
}
