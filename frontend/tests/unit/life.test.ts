import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Card } from "../../src/api/types";
import { unreadBy } from "../../src/panel/card";
import { emptyDraft, endOf, faultsOf, withEnd, withOpens } from "../../src/panel/draft";
import { fieldOf, instantOf, opensOf, soonerThan, spansBelow, spansWithin, spanText } from "../../src/panel/life";
import { filesFault, MOST_FILE_BYTES, sizeText } from "../../src/panel/sizes";
import { en } from "../../src/words/life/en";

const DAY = 86_400;
const MONTH = 28 * DAY;

describe("the life of a note", () => {
  it("is 28 days unless its author says otherwise, or as long as the site allows", () => {
    assert.equal(endOf(emptyDraft.end, 1_000, MONTH), 1_000 + MONTH);
    assert.equal(endOf(emptyDraft.end, 1_000, 90 * DAY), 1_000 + MONTH);
    assert.equal(endOf(emptyDraft.end, 1_000, 3 * DAY), 1_000 + 3 * DAY);
  });

  it("offers what the site allows, and its longest", () => {
    for (const [longest, texts] of [
      [MONTH, ["In 1 hour", "In 1 day", "In 7 days", "In 28 days"]],
      [366 * DAY, ["In 1 hour", "In 1 day", "In 7 days", "In 28 days"]],
      [14 * DAY, ["In 1 hour", "In 1 day", "In 7 days", "In 14 days"]],
      [DAY, ["In 1 hour", "In 1 day"]],
      [1_800, ["In 1 hour"]],
    ] as const) {
      assert.deepEqual(spansWithin(longest).map((span) => spanText(span, en)), texts, String(longest));
    }
  });

  it("a moment of one's own lies ahead, and within what is allowed", () => {
    const fault = (at: number | null) => faultsOf(withEnd(emptyDraft, { at }), 1_000, DAY).end;
    assert.deepEqual([null, 1_000, 1_001, 1_000 + DAY, 1_001 + DAY].map(fault), ["empty", "past", undefined, undefined, "late"]);
  });

  it("a field of this browser's own time says the minute it was given", () => {
    const minute = 1_795_000_020;
    assert.equal(instantOf(fieldOf(minute + 7)), minute);
    assert.equal(instantOf(""), null);
  });

  it("ends sooner, never later", () => {
    assert.deepEqual(spansBelow(2 * DAY), [3_600, DAY]);
    for (const [end, answer] of [
      [{ after: 50 }, 150], [{ after: 100 }, "late"], [{ at: 199 }, 199], [{ at: 200 }, "late"], [{ at: 100 }, "past"], [{ at: null }, "empty"],
    ] as const) assert.equal(soonerThan(200, end, 100), answer);
  });
});

describe("how often a note can be read", () => {
  it("is any number of times, or a whole number up to a thousand", () => {
    assert.deepEqual(["", "0", "1", " 12 ", "1000", "1001", "2.5", "-1", "many"].map(opensOf), [null, null, 1, 12, 1000, null, null, null, null]);
    const fault = (opens: number | null) => faultsOf(withOpens(emptyDraft, opens), 1_000, DAY).opens;
    assert.deepEqual([null, 1, 0].map(fault), [undefined, undefined, "empty"]);
  });
});

describe("an author whose note has ended", () => {
  it("is told who did not read it, their own look at it left out", () => {
    const opened = [{ account: "niro", at: 5 }, { account: "nero", at: 6 }];
    assert.deepEqual(unreadBy({ readers: ["nero", "kofi"], opened } as unknown as Card), ["kofi"]);
  });
});

describe("files for a note", () => {
  const file = (name: string, size = 1) => ({ name, size });

  it("are so many, so large together, and named as files are", () => {
    assert.equal(filesFault([file("a.txt", MOST_FILE_BYTES - 1), file("ä 日本.txt")]), null);
    assert.equal(filesFault([file("a", MOST_FILE_BYTES), file("b")]), "large");
    assert.equal(filesFault(Array.from({ length: 21 }, (_, at) => file(String(at)))), "many");
    for (const name of ["a/b", "a\\b", "a\u0000", "x".repeat(256), "\ud800"]) assert.equal(filesFault([file(name)]), "named", name);
  });

  it("say how large they are in the reader's language", () => {
    assert.deepEqual([0, 999, 1_536, 26_214_400].map((size) => sizeText(size, "en")), ["0 byte", "999 byte", "1.5 kB", "25 MB"]);
    assert.equal(sizeText(1_536, "de"), "1,5 kB");
  });
});
