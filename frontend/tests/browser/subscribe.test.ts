import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Locator } from "playwright-core";
import { Demo, type Issue } from "./demo";
import { accessible, words } from "./look_out";
import { type Panel, Person } from "./person";

const SECRET = "the locker opens with 7-21-33";

const form = (panel: Panel): Locator => panel.part("subscribe");
const consent = (panel: Panel): Locator => form(panel).getByRole("checkbox");
const subscribe = (panel: Panel): Locator => form(panel).getByRole("button", { name: "Subscribe" });
const cancel = (panel: Panel): Locator => panel.frame.getByRole("button", { name: "Cancel" });

/** What the panel of this page keeps of texts that were begun. */
const KEPT = `new Promise((done, failed) => {
  const request = indexedDB.open("deskbridge-drafts", 1);
  request.onerror = () => failed(request.error);
  request.onupgradeneeded = () => request.result.createObjectStore("drafts");
  request.onsuccess = () => {
    const all = request.result.transaction("drafts").objectStore("drafts").getAll();
    all.onerror = () => failed(all.error);
    all.onsuccess = async () => {
      request.result.close();
      done(await Promise.all(all.result.map(async ({ key, sealed }) => ({
        taken: await crypto.subtle.exportKey("raw", key).then(() => true, () => false), text: new TextDecoder().decode(sealed),
      }))));
    };
  };
})`;

interface Kept {
  readonly taken: boolean;
  readonly text: string;
}

async function kept(person: Person): Promise<readonly Kept[]> {
  const frame = person.page.frames().find((one) => one.url().includes("/panels/issue-activity") || one.url().includes("/panels/portal-request"));
  return frame === undefined ? [] : frame.evaluate<readonly Kept[]>(KEPT);
}

/** Waits until so many texts are kept. */
async function keeps(person: Person, count: number): Promise<readonly Kept[]> {
  for (let left = 100; left > 0; left -= 1) {
    const all = await kept(person);
    if (all.length === count) return all;
    await person.page.waitForTimeout(100);
  }
  throw new Error(`never kept ${String(count)} texts`);
}

const comments = (demo: Demo, issue: Issue) => demo.read<readonly unknown[]>(`comments?issue=${issue.key}`);

describe("the first note of all", () => {
  let demo: Demo;
  let niro: Person;
  let nero: Person;
  let waiting: Panel;

  before(async () => {
    demo = await Demo.start(false);
    niro = await Person.arrive(demo, "niro");
    nero = await Person.arrive(demo, "nero");
    // Open all the while: what it knows of subscriptions is old when it is used.
    waiting = await nero.visit(await demo.request("Printer"), "agent");
    await waiting.part("empty").waitFor();
  });

  after(async () => {
    await demo.stop();
  });

  it("n11_cancelling_the_form_leaves_nothing_behind_and_keeps_the_draft", async () => {
    const issue = await demo.request("VPN");
    const panel = await niro.visit(issue, "agent");
    await panel.write(SECRET, "Nero");
    await form(panel).waitFor();
    assert.match(await words(form(panel)), /What it is.*Who runs it/s);
    assert.match(await words(form(panel)), new RegExp(new URL(demo.bridge).host));
    await accessible(niro.page, "issue-activity", "subscribe");

    await subscribe(panel).click();
    await form(panel).getByText("Tick the box to subscribe").waitFor();
    await cancel(panel).click();
    assert.equal(await panel.text.inputValue(), SECRET);
    await panel.frame.getByText("Nero Okafor").waitFor();
    assert.equal(await panel.cards.count(), 0);

    await cancel(panel).click();
    await panel.part("empty").waitFor();
    assert.deepEqual(await keeps(niro, 0), []);
    const again = await niro.visit(issue, "agent");
    await again.part("empty").waitFor();
    assert.deepEqual(await comments(demo, issue), []);
  });

  it("a draft survives a reload before that form, unreadable in the browser's storage, and only there", async () => {
    const issue = await demo.request("VPN");
    const panel = await niro.visit(issue, "agent");
    await panel.write(SECRET, "Nero");
    await form(panel).waitFor();
    const [one] = await keeps(niro, 1);
    assert.equal(one?.taken, false, "the key can be taken out of the browser");
    assert.doesNotMatch(one.text, /locker|Nero/);

    const again = await niro.visit(issue, "agent");
    await again.add.click();
    const offer = again.part("earlier");
    await offer.getByText("You began a note here").waitFor();
    assert.equal(await again.text.inputValue(), "");
    await accessible(niro.page, "issue-activity", "a draft is offered");
    await offer.getByRole("button", { name: "Continue writing" }).focus();
    await niro.page.keyboard.press("Enter");
    await offer.waitFor({ state: "detached" });
    assert.equal(await again.text.inputValue(), SECRET);
    await again.frame.getByText("Nero Okafor").waitFor();

    const third = await niro.visit(issue, "agent");
    await third.add.click();
    await offer.getByRole("button", { name: "Discard" }).click();
    await offer.waitFor({ state: "detached" });
    assert.deepEqual(await keeps(niro, 0), []);
  });

  it("n7_the_first_agent_subscribes_by_keyboard_and_the_note_is_added_without_another_press", async () => {
    const issue = await demo.request("VPN");
    const panel = await niro.visit(issue, "agent");
    await panel.add.click();
    await panel.text.fill(SECRET);
    await panel.choose("Nero");
    await panel.text.press("Control+Enter");
    await form(panel).waitFor();
    const { keyboard } = niro.page;
    await keyboard.press("Tab");
    await keyboard.press("Space");
    assert.equal(await consent(panel).isChecked(), true);
    await keyboard.press("Tab");
    await keyboard.press("Tab");
    await keyboard.press("Enter");
    await panel.part("bar").waitFor();
    assert.equal(await panel.cards.count(), 1);
    assert.deepEqual(await keeps(niro, 0), []);
  });

  it("n8_a_later_agent_is_asked_nothing_on_a_page_that_was_open_before", async () => {
    await waiting.share(SECRET, "Niro");
    assert.equal(await form(waiting).count(), 0);
    assert.equal(await waiting.cards.count(), 1);
  });

  it("n9_the_first_customer_is_asked_once_though_agents_have_subscribed", async () => {
    const issue = await demo.request("VPN");
    const jonathan = await Person.arrive(demo, "jonathan");
    const panel = await jonathan.visit(issue, "portal");
    await panel.write(SECRET, "Niro");
    await form(panel).waitFor();
    await accessible(jonathan.page, "portal-request", "subscribe, as a customer");
    await consent(panel).check();
    await subscribe(panel).click();
    await panel.part("bar").waitFor();

    const ana = await Person.arrive(demo, "ana");
    const hers = await ana.visit(issue, "portal");
    await hers.share(SECRET, "Niro");
    assert.equal(await form(hers).count(), 0);
    await Promise.all([jonathan.leave(), ana.leave()]);
  });
});

describe("two first agents at once, and an administrator after them", () => {
  let demo: Demo;

  before(async () => {
    demo = await Demo.start(false);
  });

  after(async () => {
    await demo.stop();
  });

  it("n10_both_subscribe_and_both_notes_are_added", async () => {
    const panels = await Promise.all(["niro", "nero"].map(async (who) => {
      const person = await Person.arrive(demo, who);
      const panel = await person.visit(await demo.request("VPN"), "agent");
      await panel.write(SECRET, "Jonathan");
      await consent(panel).check();
      return panel;
    }));
    await Promise.all(panels.map((panel) => subscribe(panel).click()));
    for (const panel of panels) {
      await panel.part("bar").waitFor();
      assert.equal(await panel.cards.count(), 1);
    }
  });

  it("the administrator answers for those who have not been asked", async () => {
    const ada = await Person.arrive(demo, "ada");
    await ada.page.goto(`${demo.site}/admin?as=ada&module=overview`);
    const page = ada.page.frameLocator('iframe[src*="/panels/admin"]');
    await page.getByText("Customers have not subscribed yet").waitFor();
    await accessible(ada.page, "/panels/admin", "somebody has not subscribed");
    await page.getByRole("button", { name: "Subscribe for everybody" }).click();
    await page.getByText("Agents and customers have subscribed").waitFor();

    const kofi = await Person.arrive(demo, "kofi");
    const panel = await kofi.visit(await demo.request("VPN", { reporter: "kofi" }), "portal");
    await panel.share(SECRET, "Niro");
    assert.equal(await form(panel).count(), 0);
    await Promise.all([ada.leave(), kofi.leave()]);
  });
});
