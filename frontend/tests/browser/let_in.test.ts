import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Demo } from "./demo";
import { accessible, words } from "./look_out";
import { Person } from "./person";

const SECRET = "the safe opens at 7-21-33";

/** From the click that lets in until the note can be opened. */
const SOON_MS = 5_000;

describe("somebody who was never here", () => {
  let demo: Demo;
  let niro: Person;

  before(async () => {
    demo = await Demo.start();
    niro = await Person.arrive(demo, "niro");
  });

  after(async () => {
    await demo.stop();
  });

  it("x9_is_let_in_by_one_click_of_somebody_who_looks_at_another_issue", async () => {
    const [issue, other] = [await demo.request("VPN"), await demo.request("Something else")];
    await (await niro.visit(issue, "agent")).share(SECRET, "Jonathan");
    await niro.look(other, "agent");

    const jonathan = await Person.arrive(demo, "jonathan");
    const panel = await jonathan.visit(issue, "portal");
    await panel.frame.getByText("Getting this ready for you").waitFor();
    assert.equal(await panel.unlock.getAttribute("aria-disabled"), "true");
    await accessible(jonathan.page, "portal-request", "waiting");

    const flag = niro.flag(/Jonathan.* opened the help centre for the first time/);
    await flag.waitFor();
    assert.match(await words(flag), new RegExp(issue.key));
    await flag.getByRole("button", { name: /^Let Jonathan/ }).click();

    await Promise.all([
      panel.frame.getByText(/Niro.* will see that you opened it/).waitFor({ timeout: SOON_MS }),
      niro.flag(/Jonathan.* can read it now/).waitFor(),
    ]);
    await panel.unlock.click();
    assert.equal(await words(panel.content), SECRET);
    await jonathan.leave();
  });

  it("is let in by keyboard alone, and reads on a phone 320 pixels wide by touch", async () => {
    const issue = await demo.request("VPN");
    const author = await niro.visit(issue, "agent");
    await author.share(SECRET, "Jonathan");
    const phone = { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true };
    const jonathan = await Person.arrive(demo, "jonathan", "kept", phone);
    const panel = await jonathan.visit(issue, "portal");
    await panel.frame.getByText("Getting this ready for you").waitFor();

    const asked = author.banner("let-in");
    await asked.getByRole("button", { name: /^Check / }).focus();
    await niro.page.keyboard.press("Enter");
    await asked.getByText(/Call Jonathan/).waitFor();
    await asked.getByRole("button", { name: /^Let Jonathan/ }).focus();
    await niro.page.keyboard.press("Enter");
    await panel.frame.getByText(/Niro.* will see that you opened it/).waitFor({ timeout: SOON_MS });
    await panel.unlock.tap();
    assert.equal(await words(panel.content), SECRET);
    await panel.frame.getByRole("button", { name: "Hide" }).tap();
    await panel.content.waitFor({ state: "detached" });
    await accessible(jonathan.page, "portal-request", "hidden, on a phone");
    await jonathan.leave();
  });

  it("is let in from the card as well, after checking first", async () => {
    const issue = await demo.request("VPN", { participants: ["kofi"] });
    const author = await niro.visit(issue, "agent");
    await author.share(SECRET, "Kofi");
    const kofi = await Person.arrive(demo, "kofi");
    const panel = await kofi.visit(issue, "portal");
    await panel.frame.getByText("Getting this ready for you").waitFor();

    const asked = author.banner("let-in");
    await asked.waitFor();
    await accessible(niro.page, "issue-activity", "letting in");
    await asked.getByRole("button", { name: "Check first" }).click();
    await asked.getByText(/Call Kofi/).waitFor();
    await asked.getByRole("button", { name: /^Let Kofi/ }).click();
    await panel.frame.getByText(/Niro.* will see that you opened it/).waitFor({ timeout: SOON_MS });
    await panel.unlock.click();
    assert.equal(await words(panel.content), SECRET);
    await kofi.leave();
  });

  it("a second browser that nobody vouched for is called that, and opens nothing until let in", async () => {
    const issue = await demo.request("VPN");
    const one = await Person.arrive(demo, "ana");
    await (await one.visit(issue, "portal")).part("empty").waitFor();
    const author = await niro.visit(issue, "agent");
    await author.share(SECRET, "Ana");

    const two = await Person.arrive(demo, "ana");
    const panel = await two.visit(issue, "portal");
    await panel.frame.getByText("Getting this ready for you").waitFor();
    await author.banner("let-in").getByText(/Ana.* is using a browser we haven’t seen/).waitFor();
    // The first browser sees that another one got a key in the same name.
    const first = await one.visit(issue, "portal");
    await first.banner("alarm").waitFor();
    await accessible(one.page, "portal-request", "alarm");
    await first.banner("alarm").getByRole("button", { name: "That was me" }).click();
    await first.banner("alarm").waitFor({ state: "detached" });
    await author.banner("let-in").getByRole("button", { name: /^Let Ana/ }).click();
    await panel.frame.getByText(/Niro.* will see that you opened it/).waitFor();
    await panel.unlock.click();
    assert.equal(await words(panel.content), SECRET);
    await Promise.all([one.leave(), two.leave()]);
  });
});
