import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Demo } from "./demo";
import { words } from "./look_out";
import { type Panel, Person } from "./person";

const SECRET = "the alarm goes off at 7-21-33";

/** Whoever lies in wait for a note ends it soon; no form offers less than an hour. */
const SOON_SECONDS = 3;

describe("a panel that is open", () => {
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

  /** Marks the page: a reload would take that away. */
  const mark = (panel: Panel) => panel.frame.locator("main").evaluate((main) => { main.dataset["mark"] = "here"; });
  const unmoved = async (panel: Panel) => {
    assert.equal(await panel.frame.locator("main").getAttribute("data-mark"), "here", "it was never loaded anew");
  };

  it("turns when a note is added, read and deleted by others", async () => {
    const issue = await demo.request("VPN");
    const [writing, watching] = [await niro.visit(issue, "agent"), await nero.visit(issue, "agent")];
    await watching.part("empty").waitFor();
    await mark(watching);
    await mark(writing);

    await writing.share(SECRET, "Nero");
    await watching.cards.getByText(/Niro/).first().waitFor();
    await watching.cards.getByText("Not read yet").waitFor();

    await watching.unlock.click();
    await watching.content.waitFor();
    await writing.cards.getByText(/Read by Nero/).waitFor();
    await watching.frame.getByRole("button", { name: "Hide" }).click();

    await writing.unlock.click();
    await writing.content.waitFor();
    await writing.frame.getByRole("button", { name: "Delete", exact: true }).click();
    await writing.frame.getByRole("alertdialog").getByRole("button", { name: "Delete", exact: true }).click();
    await watching.frame.getByText("Niro Feldmann deleted this note").waitFor();
    assert.equal(await watching.unlock.count(), 0);
    await unmoved(watching);
    await unmoved(writing);
  });

  it("turns when a note expires, and its author learns who did not read it", async () => {
    const issue = await demo.request("VPN");
    const watching = await nero.visit(issue, "agent");
    await watching.part("empty").waitFor();
    await mark(watching);
    const [writing, asked] = await Promise.all([
      niro.visit(issue, "agent"), niro.page.waitForRequest((request) => request.url().includes("/api/live")),
    ]);
    await mark(writing);
    const kept = niro.page.waitForResponse((answer) => answer.url().endsWith("/api/notes") && answer.status() === 201);
    await writing.share(SECRET, "Nero");
    const { note } = await (await kept).json() as { note: { id: string } };
    await watching.cards.waitFor();
    const authorization = await asked.headerValue("authorization") ?? "";
    const answer = await fetch(`${demo.bridge}/api/notes/${note.id}/expiry`, {
      method: "POST", headers: { authorization, "content-type": "application/json" },
      body: JSON.stringify({ expiresAt: Math.floor(Date.now() / 1000) + SOON_SECONDS }),
    });
    assert.equal(answer.status, 200, await answer.text());

    await watching.frame.getByText("A note from Niro Feldmann expired").waitFor();
    assert.match(await words(writing.frame.locator("[data-shape=tombstone]")), /expired before Nero Okafor read it/);
    await unmoved(watching);
    await unmoved(writing);
  });

  it("turns when somebody waits for a hand, and when they got it", async () => {
    const issue = await demo.request("VPN");
    const writing = await niro.visit(issue, "agent");
    await writing.share(SECRET, "Jonathan", "Nero");
    const watching = await nero.visit(issue, "agent");
    await watching.cards.waitFor();
    await mark(watching);
    assert.equal(await watching.banner("let-in").count(), 0);

    const jonathan = await Person.arrive(demo, "jonathan");
    const waiting = await jonathan.visit(issue, "portal");
    await waiting.frame.getByText("Getting this ready for you").waitFor();
    await mark(waiting);
    await watching.banner("let-in").getByText(/Jonathan/).first().waitFor();

    await writing.banner("let-in").getByRole("button", { name: /^Let Jonathan/ }).click();
    await waiting.frame.getByText(/Niro.* will see that you opened it/).waitFor();
    await watching.banner("let-in").waitFor({ state: "detached" });
    await unmoved(watching);
    await unmoved(waiting);
    await jonathan.leave();
  });
});
