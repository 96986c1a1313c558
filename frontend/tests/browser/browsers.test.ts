import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Demo, type Issue } from "./demo";
import { accessible, until, words } from "./look_out";
import { type Panel, Person } from "./person";

const SECRET = "the safe opens at 7-21-33";
const LATER = "the code of the alarm is 8842";

/** Opens the view from the panel's own menu. */
async function browsersIn(panel: Panel): Promise<void> {
  await panel.frame.locator(".head .menu-place > button").click();
  await panel.frame.getByRole("menuitem", { name: "Your browsers" }).click();
  await panel.frame.getByRole("heading", { name: "Your browsers" }).waitFor();
}

const press = (panel: Panel, name: string | RegExp) => panel.frame.getByRole("button", { name }).click();

const digitsIn = async (panel: Panel): Promise<string> => {
  const shown = panel.frame.locator(".digits [aria-hidden]");
  await shown.waitFor();
  return words(shown);
};

describe("somebody with several browsers", () => {
  let demo: Demo;
  let issue: Issue;
  let niro: Person;
  let author: Panel;
  let laptop: Person;
  let atDesk: Panel;

  before(async () => {
    demo = await Demo.start();
    issue = await demo.request("VPN");
    laptop = await Person.arrive(demo, "jonathan");
    atDesk = await laptop.visit(issue, "portal");
    await atDesk.add.waitFor();
    niro = await Person.arrive(demo, "niro");
    author = await niro.visit(issue, "agent");
    await author.share(SECRET, "Jonathan");
    await atDesk.unlock.waitFor();
  });

  after(async () => {
    await demo.stop();
  });

  it("approves one from another by six digits, and reads there without anybody else", async () => {
    // Whoever wrote the note has gone.
    await niro.page.goto("about:blank");
    const phone = await Person.arrive(demo, "jonathan");
    const onPhone = await phone.visit(issue, "portal");
    await onPhone.frame.getByText("Getting this ready for you").waitFor();
    await browsersIn(onPhone);
    await press(onPhone, "Ask another browser of mine");
    await onPhone.frame.getByText(/open Your browsers in the other browser/).waitFor();

    await browsersIn(atDesk);
    await press(atDesk, "Show the digits");
    const [here, there] = await Promise.all([digitsIn(atDesk), digitsIn(onPhone)]);
    assert.match(here, /^\d{3} \d{3}$/);
    assert.equal(here, there);
    await accessible(laptop.page, "portal-request", "digits");
    await press(atDesk, "They are the same, approve");
    await onPhone.banner("approved").waitFor();

    await press(onPhone, "Close");
    await until(() => onPhone.unlock.getAttribute("aria-disabled"), (blocked) => blocked === null);
    await onPhone.unlock.click();
    assert.equal(await words(onPhone.content), SECRET);
    // The key that the phone had made by itself is gone: nothing to be alarmed about.
    const again = await laptop.visit(issue, "portal");
    await again.unlock.waitFor();
    await browsersIn(again);
    await again.frame.locator(".browsers > li").nth(1).waitFor();
    assert.equal(await again.frame.locator(".browsers > li").count(), 2);
    assert.equal(await again.banner("alarm").count(), 0);

    await press(again, /^Remove /);
    await accessible(laptop.page, "portal-request", "removing");
    await again.frame.locator(".browser-ask").getByRole("button", { name: /^Remove / }).click();
    await until(() => again.frame.locator(".browsers > li").count(), (count) => count === 1);
    const after = await phone.visit(issue, "portal");
    await after.frame.getByText("Getting this ready for you").waitFor();
    assert.deepEqual([...phone.complaints, ...laptop.complaints], []);
    await phone.leave();
  });

  it("comes back with a recovery code alone, also where the browser keeps nothing", async () => {
    const panel = await laptop.visit(issue, "portal");
    await browsersIn(panel);
    await press(panel, "Make a recovery code");
    const paper = panel.frame.getByRole("group", { name: "Recovery code" });
    const code = (await words(paper)).trim();
    assert.match(code, /^([0-9A-Z]{4}-){6}[0-9A-Z]{4}$/);
    await accessible(laptop.page, "portal-request", "code");

    author = await niro.visit(issue, "agent");
    await author.share(LATER, "Jonathan");
    await niro.page.goto("about:blank");
    await laptop.page.goto("about:blank");

    const fresh = await Person.arrive(demo, "jonathan");
    const there = await fresh.visit(issue, "portal");
    await there.frame.getByText("Getting this ready for you").first().waitFor();
    await browsersIn(there);
    const field = there.frame.getByLabel("The code from your paper");
    await field.fill(code.slice(0, -1));
    await press(there, "Use code");
    await there.frame.getByText(/This is not a recovery code/).waitFor();
    await field.fill(code.toLowerCase().replaceAll("-", " "));
    await field.press("Enter");
    await there.banner("code-used").waitFor();
    await press(there, "Close");
    await until(() => there.unlock.first().getAttribute("aria-disabled"), (blocked) => blocked === null);
    await there.unlock.first().click();
    assert.equal(await words(there.content), LATER);
    assert.deepEqual(fresh.complaints, []);
    await fresh.leave();

    const borrowed = await Person.arrive(demo, "jonathan", "blocked");
    const page = await borrowed.visit(issue, "portal");
    await page.unlock.first().waitFor();
    await browsersIn(page);
    await page.frame.getByLabel("The code from your paper").fill(code);
    await press(page, "Use code");
    await page.frame.getByText("Your notes open on this page until you leave it.").first().waitFor();
    await press(page, "Close");
    await page.unlock.first().click();
    assert.equal(await words(page.content), LATER);
    await borrowed.leave();
  });
});
