import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Person, Waiting } from "../../src/api/types";
import { continues, headOf, readHeads, withHeads } from "../../src/custody/heads";
import { readPins, withPins } from "../../src/custody/pins";
import { covers, standingOf } from "../../src/notes/letting";
import { misnamed } from "../../src/notes/names";
import { asSealed } from "../../src/notes/reading";
import { callers, settled, unasked } from "../../src/notes/watch";
import { makeKey, readHistory } from "../../src/seal";
import { initialsOf, isPicture, shadeOf } from "../../src/ui/face";
import { matching, pressed } from "../../src/ui/listbox";
import { directionOf, formatsFor, knownLocale, spanOf } from "../../src/words/when";

const waits = (kid: string, reason: Waiting["reason"], note = "n"): Waiting =>
  ({ note, issue: { id: "1", key: "ITH-1" }, account: "kofi", name: "Kofi", kind: "customer", kid, entry: null, reason, since: 1 });

describe("pins", () => {
  it("only ever grow", () => {
    const pins = withPins({ niro: ["a"] }, [["niro", ["b", "a"]], ["nero", ["c"]], ["ana", []]]);
    assert.deepEqual(pins, { niro: ["a", "b"], nero: ["c"] });
  });

  it("that are damaged are no pins", () => {
    for (const value of [null, 3, "x", { niro: "a" }, { niro: [1] }]) assert.deepEqual(readPins(value), {});
    assert.deepEqual(readPins({ niro: ["a"], nero: 4 }), { niro: ["a"] });
  });
});

describe("reading", () => {
  it("opens no note under another author's name, or with readers left out", () => {
    const note = { header: { by: { a: "niro" } }, chain: { named: new Set(["niro", "nero", "ana"]) } } as unknown as Parameters<typeof asSealed>[1];
    assert.equal(asSealed({ author: "niro", readers: ["nero", "ana"] }, note), true);
    for (const card of [
      { author: "nero", readers: ["nero", "ana"] }, { author: "niro", readers: ["nero"] },
      { author: "niro", readers: ["nero", "kofi"] }, { author: "niro", readers: ["nero", "ana", "kofi"] },
    ]) assert.equal(asSealed(card, note), false);
  });
});

describe("letting in", () => {
  it("a decision covers what was known when it was made", () => {
    const table: [Parameters<typeof covers>[0], Parameters<typeof covers>[1], boolean][] = [
      ["person", "unconfirmed", true], ["first", "first", true], ["first", "vouched", true], ["first", "unconfirmed", false],
      ["vouched", "vouched", true], ["vouched", "first", false], ["vouched", "unconfirmed", false],
      ["unconfirmed", "unconfirmed", true], ["unconfirmed", "first", true],
    ];
    for (const [sure, standing, want] of table) assert.equal(covers(sure, standing), want, `${sure} ${standing}`);
  });

  it("asks once per browser, and never about those a known browser vouched for", () => {
    const list = [waits("a", "first"), waits("b", "added"), waits("c", "unconfirmed")];
    assert.deepEqual(unasked(list, new Set(["c"]), new Set()).map((one) => one.kid), ["a"]);
    assert.deepEqual(unasked(list, new Set(["c"]), new Set(list)).map((one) => one.kid), ["a", "b"]);
    assert.deepEqual(settled(["a", "gone"], list), ["gone"]);
  });

  it("takes no stranger's word: a history never met vouches for nothing in it", async () => {
    const who = { tenant: "AQEBAQEBAQEBAQEBAQEBAQ", account: "kofi", life: "kept" as const, now: 1_800_000_000 };
    const one = await makeKey({ ...who, head: { n: 0, sha: null } });
    const { head } = await readHistory(who.tenant, who.account, [one.entry]);
    const two = await makeKey({ ...who, head, by: one.key });
    const history = await readHistory(who.tenant, who.account, [one.entry, two.entry]);
    assert.equal(standingOf(history, new Set(), two.key.kid), "unconfirmed");
    assert.equal(standingOf(history, new Set(), one.key.kid), "first");
    assert.equal(standingOf(history, new Set([one.key.kid]), two.key.kid), "vouched");
    assert.equal(standingOf(history, new Set(["other"]), two.key.kid), "unconfirmed");
  });

  it("is as careful as the most doubtful of a browser's notes", () => {
    const candidate = (note: string, standing: "first" | "unconfirmed") => ({ waiting: waits("a", "first", note), standing, issue: "1" });
    const [sure] = callers([candidate("x", "first"), candidate("y", "first")]);
    assert.deepEqual([sure?.candidates.length, sure?.first], [2, true]);
    const [unsure] = callers([candidate("x", "first"), candidate("y", "unconfirmed")]);
    assert.equal(unsure?.first, false);
  });
});

describe("choosing people", () => {
  it("follows the keyboard of a combobox", () => {
    const closed = { open: false, active: -1 };
    assert.deepEqual(pressed("ArrowDown", closed, 3, true), { does: "move", to: { open: true, active: 0 } });
    assert.deepEqual(pressed("ArrowDown", { open: true, active: 2 }, 3, true), { does: "move", to: { open: true, active: 0 } });
    assert.deepEqual(pressed("ArrowUp", { open: true, active: 0 }, 3, true), { does: "move", to: { open: true, active: 2 } });
    assert.deepEqual(pressed("Enter", { open: true, active: 1 }, 3, false), { does: "choose", index: 1 });
    assert.deepEqual(pressed("Enter", { open: true, active: 4 }, 3, false), { does: "nothing" });
    assert.deepEqual(pressed("Escape", { open: true, active: 1 }, 3, false), { does: "move", to: closed });
    assert.deepEqual(pressed("Backspace", closed, 0, true), { does: "remove-last" });
    assert.deepEqual(pressed("Backspace", closed, 0, false), { does: "nothing" });
  });

  it("never leaves somebody on the screen who was not typed", () => {
    const person = (account: string, name: string): Person => ({ account, name, kind: "agent", avatar: null, active: true, hasKey: true, onRequest: true });
    const all = [person("1", "Nero Silva"), person("2", "Niro Fernando"), person("3", "Ana Duarte")];
    assert.deepEqual(matching(all, [], "n SIL").map((one) => one.account), ["1"]);
    assert.deepEqual(matching(all, all.slice(0, 1), "").map((one) => one.account), ["2", "3"]);
  });
});

describe("faces", () => {
  it("show two letters, whole", () => {
    for (const [name, want] of [["Niro Fernando", "NF"], ["ana", "A"], ["  ", "?"], ["😀 Smith", "😀S"], ["Jean Luc de Picard", "JP"]] as const) {
      assert.equal(initialsOf(name), want);
    }
  });

  it("keep one colour per person, and load pictures over https alone", () => {
    assert.equal(shadeOf("712020:niro"), shadeOf("712020:niro"));
    assert.equal(isPicture("https://avatar.example/a.png"), true);
    for (const url of [null, "http://avatar.example/a.png", "data:image/png;base64,", "javascript:0"]) assert.equal(isPicture(url), false);
  });
});

describe("times and languages", () => {
  it("say how long ago in the largest unit", () => {
    assert.equal(spanOf(59), null);
    assert.deepEqual(spanOf(-7_200), [-2, "hour"]);
    const formats = formatsFor("en-GB", "just now", "en-GB", "Europe/Berlin");
    assert.equal(formats.ago(100, 130), "just now");
    assert.equal(formats.ago(0, 7_200), "2 hours ago");
    assert.equal(formats.day(1_766_235_900, 1_764_000_000), "20 Dec, 14:05");
    assert.match(formats.exact(1_766_235_900), /Saturday,? 20 December 2025.*14:05 CET/);
    assert.equal(formatsFor("de", "gerade eben").list(["Nero", "Ana"]), "Nero und Ana");
    // Without words of one's own the sentence is English, and the date in it is still one's own.
    const french = formatsFor("fr", "just now", "en", "Europe/Berlin");
    assert.equal(french.ago(0, 7_200), "2 hours ago");
    assert.equal(french.list(["Nero", "Ana"]), "Nero and Ana");
    assert.match(french.day(1_766_235_900, 1_764_000_000), /20 déc\./);
  });

  it("take any tag a host may say", () => {
    assert.equal(knownLocale("de-de"), "de-DE");
    assert.equal(knownLocale("de_DE"), "de-DE");
    assert.equal(knownLocale("not a tag"), "en");
    assert.equal(directionOf("ar-EG"), "rtl");
    assert.equal(directionOf("de"), "ltr");
  });
});

describe("a history", () => {
  const entry = (sha: string, kid: string | null, by: string | null = null) =>
    ({ sha, key: kid === null ? null : { kid }, revocation: by === null ? null : { by } });

  it("is remembered up to the last word of a known key", () => {
    const entries = [entry("1", "a"), entry("2", "b"), entry("3", null, "a"), entry("4", "stranger")];
    for (const [known, head] of [
      [["a"], { n: 3, sha: "3" }], [["b"], { n: 2, sha: "2" }], [["stranger"], { n: 4, sha: "4" }], [[], null],
    ] as const) assert.deepEqual(headOf({ entries }, new Set(known)), head);
  });

  it("that lacks what it held is no continuation, and neither is another of that length", () => {
    const entries = [entry("1", "a"), entry("2", "b")];
    for (const [head, goes] of [
      [undefined, true], [{ n: 1, sha: "1" }, true], [{ n: 2, sha: "2" }, true], [{ n: 3, sha: "3" }, false], [{ n: 2, sha: "x" }, false],
    ] as const) assert.equal(continues({ entries }, head), goes, JSON.stringify(head));
  });

  it("once known to be longer stays so, and what is damaged is forgotten", () => {
    assert.deepEqual(withHeads({ niro: { n: 3, sha: "3" } }, [["niro", { n: 2, sha: "2" }], ["nero", { n: 1, sha: "1" }]]),
      { niro: { n: 3, sha: "3" }, nero: { n: 1, sha: "1" } });
    assert.deepEqual(readHeads({ niro: { n: 3, sha: "3" }, nero: { n: "1", sha: "1" }, ana: null, kofi: { n: 1 } }), { niro: { n: 3, sha: "3" } });
  });
});

describe("names", () => {
  it("that the host gives otherwise stand out; where it is silent nothing does", () => {
    const people = [{ account: "a", name: "Ana" }, { account: "k", name: "Kofi" }, { account: "team:1", name: "The support team" }];
    assert.deepEqual(misnamed(people, null), []);
    assert.deepEqual(misnamed(people, new Map([["a", "Ana"], ["k", "Kofi"]])), []);
    assert.deepEqual(misnamed(people, new Map([["a", "Kofi"], ["k", "Kofi"]])), ["Ana"]);
    assert.deepEqual(misnamed(people, new Map([["a", "Ana"]])), ["Kofi"]);
  });
});
