import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Card, PanelState, Person, Waiting } from "../../src/api/types";
import { isNew, neverHere, readingOf, shapeOf, waitingFor } from "../../src/panel/card";
import { afterLeaving, AWAY_SECONDS, left } from "../../src/panel/countdown";
import { choosable, type Draft, emptyDraft, faultsOf, hasFaults, withoutReader, withReader, withText } from "../../src/panel/draft";
import { type Model, reduce, serverTime, start, waitingKey } from "../../src/panel/model";
import { namesOf } from "../../src/panel/people";
import { en } from "../../src/words/en";
import { speechWith } from "../../src/words/notes";

const card: Card = {
  id: "n", author: "niro", readers: ["nero", "jonathan"], createdAt: 100, expiresAt: 1_000, mine: false, reader: false,
  wrapped: false, unlockable: false, why: "not-reader", opened: [], files: 0, opens: null, waitingFor: [], takeBackUntil: null, fill: "readers",
  state: "live", endedAt: null, shreddedAt: null,
};
const person = (account: string, over: Partial<Person> = {}): Person =>
  ({ account, name: account, kind: "agent", avatar: null, active: true, hasKey: true, onRequest: true, ...over });
const agent = { account: "me", name: "Me", kind: "agent" } as const;
const customer = { ...agent, kind: "customer" } as const;
const here = { custody: "kept", opening: undefined, own: true } as const;
const state = (notes: readonly Card[], waiting: readonly Waiting[] = []): PanelState => ({
  now: 500, tenant: "t", site: { url: "" }, me: agent, issue: { id: "1", key: "ITH-1", project: "10000" }, notes,
  people: { nero: person("nero"), jonathan: person("jonathan", { hasKey: false }) }, waiting, longestLife: 28 * 86_400, subscribed: true, fileBytes: 0,
});
const waits: Waiting = { note: "n", issue: { id: "1", key: "ITH-1" }, account: "jonathan", name: "Jonathan", kind: "customer", kid: "k", entry: null, reason: "first", since: 1 };

describe("a card", () => {
  it("n23_unlock_is_gray_for_an_agent_who_is_no_reader_and_says_for_whom_it_is", () => {
    assert.deepEqual(shapeOf(card, agent, here, 500), { is: "locked", button: "gray", line: "only-agents", failure: null });
  });

  it("n24_unlock_is_gray_for_a_customer_who_is_no_reader_and_names_nobody", () => {
    assert.deepEqual(shapeOf(card, customer, here, 500), { is: "locked", button: "gray", line: "only-customers", failure: null });
  });

  it("a wrap of one's own opens the button; none of this browser's waits for somebody", () => {
    const mine: Card = { ...card, reader: true, why: null };
    assert.equal((shapeOf(mine, agent, here, 500) as { button: string }).button, "unlock");
    for (const [own, why, line] of [[false, null, "getting"], [null, "waiting", "getting"], [false, "waiting", "getting"]] as const) {
      const shape = shapeOf({ ...mine, why }, agent, { ...here, own }, 500);
      assert.deepEqual(shape, { is: "locked", button: "gray", line, failure: null });
    }
    assert.equal((shapeOf({ ...mine, mine: true, reader: false }, agent, { ...here, own: false }, 500) as { line: string }).line, "getting-mine");
  });

  it("who has opened it as often as they may keeps what is shown, and is told why there is no more", () => {
    const used: Card = { ...card, reader: true, opens: 1, why: "used", opened: [{ account: "me", at: 400 }] };
    assert.deepEqual(shapeOf(used, agent, here, 500), { is: "locked", button: "gray", line: "used", failure: null });
    const opening = { step: "shown", text: "secret", until: null } as const;
    assert.equal(shapeOf(used, agent, { ...here, opening }, 500).is, "open");
    assert.equal(shapeOf({ ...used, state: "used", endedAt: 450 }, agent, here, 500).is, "tombstone");
  });

  it("where storage is blocked the button stays, because only the click can make a key", () => {
    const shape = shapeOf({ ...card, reader: true, why: "waiting" }, agent, { custody: "blocked", opening: undefined, own: null }, 500);
    assert.equal((shape as { button: string }).button, "unlock");
  });

  it("what has ended is a line, even before the server says so", () => {
    assert.deepEqual(shapeOf({ ...card, reader: true }, agent, here, 1_000), { is: "tombstone", how: "expired", at: 1_000 });
    assert.deepEqual(shapeOf({ ...card, state: "taken-back", endedAt: 200 }, agent, here, 500), { is: "tombstone", how: "taken-back", at: 200 });
  });

  it("an ended note is never shown open", () => {
    const opening = { step: "shown", text: "secret", until: null } as const;
    assert.equal(shapeOf({ ...card, reader: true, state: "shredded" }, agent, { ...here, opening }, 500).is, "tombstone");
  });

  it("reading is told without the author's own openings", () => {
    assert.deepEqual(readingOf({ ...card, opened: [{ account: "niro", at: 5 }] }), { is: "none" });
    const opened = [{ account: "nero", at: 7 }, { account: "jonathan", at: 9 }];
    assert.deepEqual(readingOf({ ...card, opened }), { is: "some", who: ["nero", "jonathan"], last: 9 });
    assert.equal(isNew({ ...card, reader: true, opened }, "nero"), false);
    assert.equal(isNew({ ...card, reader: true, opened }, "ana"), true);
  });

  it("somebody without a key has not been here, unless they wait already", () => {
    const waiting: Card = { ...card, waitingFor: ["jonathan", "nero"] };
    assert.deepEqual(neverHere(waiting, state([waiting]), []), ["jonathan"]);
    assert.deepEqual(neverHere(waiting, state([waiting]), [waits]), []);
  });

  it("offers those who wait for it, and leaves vouched browsers to the background", () => {
    const vouched: Waiting = { ...waits, kid: "v", reason: "added" };
    assert.deepEqual(waitingFor(card, [waits, { ...waits, note: "other" }, vouched], {}), [waits]);
    assert.deepEqual(waitingFor(card, [vouched], { [`${card.id} v`]: "unsure" }), [vouched]);
    assert.deepEqual(waitingFor({ ...card, state: "expired" }, [waits], {}), []);
  });
});

describe("a draft", () => {
  const full = withReader(withText(emptyDraft, "secret"), person("nero"));
  const faults = (draft: Draft) => faultsOf(draft, 500, 86_400);

  it("n5_a_note_without_recipient_is_refused_at_the_field", () => {
    assert.deepEqual(faults(withText(emptyDraft, "secret")), { readers: "none" });
  });

  it("n6_a_note_without_content_is_refused_at_the_field", () => {
    for (const text of ["", " ", "\n\t "]) assert.deepEqual(faults(withText(full, text)), { text: "empty" });
  });

  it("is refused when it would not fit, counted as it will be sealed", () => {
    assert.deepEqual(faults(withText(full, "\u0001".repeat(20_000))), { text: "long" });
    assert.equal(hasFaults(faults(withText(full, "x".repeat(50_000)))), false);
  });

  it("n4_takes_several_agents_and_customers_and_nobody_twice", () => {
    const both = withReader(withReader(full, person("jonathan", { kind: "customer" })), person("nero"));
    assert.deepEqual(both.readers.map((one) => one.account), ["nero", "jonathan"]);
    assert.deepEqual(withoutReader(both, "nero").readers.map((one) => one.account), ["jonathan"]);
  });

  it("a change clears the fault of its own field alone", () => {
    const faulty = { ...emptyDraft, faults: { text: "empty", readers: "none" } as const };
    assert.deepEqual(withText(faulty, "x").faults, { readers: "none" });
    assert.deepEqual(withReader(faulty, person("nero")).faults, { text: "empty" });
  });

  it("offers nobody who is chosen, gone, or oneself", () => {
    const found = [person("nero"), person("me"), person("ana"), person("old", { active: false })];
    assert.deepEqual(choosable(found, full, "me").map((one) => one.account), ["ana"]);
  });
});

describe("the panel", () => {
  const ready = (notes: readonly Card[], waiting: readonly Waiting[] = []): Model => reduce(start, { type: "loaded", state: state(notes, waiting), at: 400 });

  it("keeps the server's time beside its own", () => {
    assert.equal(serverTime(ready([]), 450), 550);
  });

  it("losing the right takes away the list and all that was open", () => {
    const open = reduce(ready([card]), { type: "opening", note: "n", opening: { step: "shown", text: "secret", until: null } });
    for (const why of ["no-right", "gone", "signed-out", "locked", "left"] as const) {
      const after = reduce(open, { type: "failed", why });
      assert.deepEqual(after.openings, {}, why);
      assert.notEqual(after.phase.is, "ready", why);
    }
  });

  it("a list once shown stays when the server cannot be reached", () => {
    const after = reduce(ready([card]), { type: "failed", why: "offline" });
    assert.equal(after.phase.is, "ready");
    assert.equal(after.online, false);
    assert.deepEqual(reduce(start, { type: "failed", why: "offline" }).phase, { is: "failed", why: "offline" });
  });

  it("a note that ends elsewhere is closed here", () => {
    const open = reduce(ready([card]), { type: "opening", note: "n", opening: { step: "shown", text: "secret", until: null } });
    const after = reduce(open, { type: "loaded", state: state([{ ...card, state: "taken-back" }]), at: 400 });
    assert.deepEqual(after.openings, {});
  });

  it("hiding leaves no text behind and remembers where the focus goes", () => {
    const open = reduce(ready([card]), { type: "opening", note: "n", opening: { step: "shown", text: "secret", until: 460 } });
    const after = reduce(open, { type: "opening", note: "n", opening: null });
    assert.equal(JSON.stringify(after).includes("secret"), false);
    assert.equal(after.hidden, "n");
  });

  it("keep open ends the countdown of a shown note alone", () => {
    const open = reduce(ready([card]), { type: "opening", note: "n", opening: { step: "shown", text: "secret", until: 460 } });
    assert.deepEqual(reduce(open, { type: "keep-open", note: "n" }).openings["n"], { step: "shown", text: "secret", until: null });
    assert.deepEqual(reduce(ready([card]), { type: "keep-open", note: "n" }).openings, {});
  });

  it("adding shows the card first, clears the form and offers to take it back", () => {
    const before = reduce(ready([card]), { type: "draft", draft: withText(emptyDraft, "secret") });
    const after = reduce(before, { type: "added", card: { ...card, id: "new" }, people: [person("kofi")], until: 510 });
    assert.equal(after.draft, null);
    assert.deepEqual(after.bar, { note: "new", readers: card.readers, until: 510, step: "offered" });
    assert.deepEqual(after.phase.is === "ready" ? after.phase.state.notes.map((one) => one.id) : [], ["new", "n"]);
    assert.equal(JSON.stringify(after).includes("secret"), false);
  });

  it("forgets how letting in went once nobody waits any more", () => {
    const key = waitingKey(waits);
    const failed = reduce(ready([card], [waits]), { type: "let-in", key, step: "failed" });
    assert.deepEqual(reduce(failed, { type: "loaded", state: state([card], [waits]), at: 400 }).letIns, { [key]: "failed" });
    assert.deepEqual(reduce(failed, { type: "loaded", state: state([card]), at: 400 }).letIns, {});
  });
});

describe("the countdown", () => {
  it("counts whole seconds and empties its ring", () => {
    assert.deepEqual(left(110, 100.5, 60), { seconds: 10, part: 9.5 / 60 });
    assert.deepEqual(left(110, 111, 60), { seconds: 0, part: 0 });
  });

  it("is cut short when the person leaves, kept open or not, and never made longer", () => {
    assert.equal(afterLeaving(null, 100), 100 + AWAY_SECONDS);
    assert.equal(afterLeaving(105, 100), 105);
    assert.equal(afterLeaving(500, 100), 100 + AWAY_SECONDS);
  });
});

describe("names", () => {
  it("put the reader of the sentence last", () => {
    const speech = speechWith(en, "en");
    assert.equal(namesOf(["me", "nero", "jonathan"], state([]), speech), "nero, jonathan, and you");
    assert.equal(namesOf(["nero"], state([]), speech), "nero");
    assert.equal(namesOf(["vanished"], state([]), speech), "a former user");
  });
});
