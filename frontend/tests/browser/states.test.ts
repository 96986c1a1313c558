import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Demo } from "./demo";
import { accessible, words } from "./look_out";
import { Person } from "./person";

const SECRET = "gate code 4711";

describe("when things are not as one wishes", () => {
  let demo: Demo;

  before(async () => {
    demo = await Demo.start();
  });

  after(async () => {
    await demo.stop();
  });

  it("n20_who_is_not_logged_in_is_offered_nothing_but_to_log_in", async () => {
    const issue = await demo.request("VPN");
    const nobody = await Person.arrive(demo, "nobody");
    const { url } = await demo.read<{ url: string }>(`frame?module=secure-notes-request&issue=${issue.key}`);
    await nobody.page.goto(url);
    await nobody.page.getByText("Log in to see secure notes").waitFor();
    assert.equal(await nobody.page.getByRole("button").count(), 0);
    await nobody.leave();
  });

  it("where storage is blocked, notes are written and, once let in, read on the page", async () => {
    const issue = await demo.request("VPN");
    const [niro, jonathan] = await Promise.all([Person.arrive(demo, "niro", "blocked"), Person.arrive(demo, "jonathan", "blocked")]);
    const author = await niro.visit(issue, "agent");
    await author.share(SECRET, "Jonathan");
    await author.banner("storage").waitFor();
    await accessible(niro.page, "issue-activity", "storage blocked");
    // The author can open it for as long as this page lives.
    await author.unlock.click();
    assert.equal(await words(author.content), SECRET);

    const panel = await jonathan.visit(issue, "portal");
    await panel.unlock.click();
    await panel.frame.getByText("Getting this ready for you").waitFor();
    await author.banner("let-in").getByRole("button", { name: /^Let Jonathan/ }).click();
    await panel.frame.getByText(/Niro.* will see that you opened it/).waitFor();
    await panel.unlock.click();
    assert.equal(await words(panel.content), SECRET);
    await Promise.all([niro.leave(), jonathan.leave()]);
  });

  it("where storage is kept, a note opens after the page was left and visited again", async () => {
    const issue = await demo.request("VPN");
    const ana = await Person.arrive(demo, "ana");
    const panel = await ana.visit(issue, "portal");
    await panel.share(SECRET, "Nero");
    const again = await ana.visit(issue, "portal");
    await again.unlock.click();
    assert.equal(await words(again.content), SECRET);
    await ana.leave();
  });

  it("offline the list stays, says so, and nothing typed is lost", async () => {
    const issue = await demo.request("VPN");
    const nero = await Person.arrive(demo, "nero");
    const panel = await nero.visit(issue, "agent");
    await panel.add.click();
    await panel.text.fill(SECRET);
    await panel.choose("Niro");
    await nero.page.context().setOffline(true);
    await panel.save.click();
    await panel.frame.getByText("There is no connection right now. Your text is still here; try again in a moment.").waitFor();
    assert.equal(await panel.text.inputValue(), SECRET);
    await nero.page.context().setOffline(false);
    await panel.save.click();
    await panel.part("bar").waitFor();
    assert.equal(await panel.cards.count(), 1);
    await nero.leave();
  });

  it("a second browser of the same person seals for itself what it writes", async () => {
    const issue = await demo.request("VPN");
    for (const _ of ["first", "second"]) {
      const ana = await Person.arrive(demo, "ana");
      const panel = await ana.visit(issue, "portal");
      await panel.share(SECRET, "Nero");
      await panel.unlock.first().click();
      assert.equal(await words(panel.content), SECRET);
      assert.equal(await panel.banner("alarm").count(), 0);
      await ana.leave();
    }
  });

  it("losing the right to the issue closes the panel, says so, and shows nothing any more", async () => {
    const issue = await demo.request("VPN", { reporter: "kofi", participants: [] });
    const kofi = await Person.arrive(demo, "kofi");
    const panel = await kofi.visit(issue, "portal");
    await panel.share(SECRET, "Niro");
    // The page around the panel stays as it is: it is the panel that has to notice.
    await kofi.page.route("**/__page/**", () => undefined);
    await demo.patch(`issues/${issue.key}`, { reporter: "jonathan" });
    await panel.unlock.click();
    await panel.frame.getByText("You can’t see secure notes here").waitFor();
    assert.equal(await panel.cards.count(), 0);
    await accessible(kofi.page, "portal-request", "no right");
    await kofi.leave();
  });
});
