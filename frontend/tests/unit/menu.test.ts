import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { leads } from "../../src/ui/MenuList";

describe("the keys of a menu", () => {
  const texts = ["Readers", "Expire sooner", "Delete", "Export"];

  it("go round with arrows, to the ends, and to the next entry that begins with a letter", () => {
    for (const [key, now, to] of [
      ["ArrowDown", 0, 1], ["ArrowDown", 3, 0], ["ArrowUp", 0, 3], ["ArrowUp", 2, 1], ["Home", 2, 0], ["End", 0, 3],
      ["e", 0, 1], ["E", 1, 3], ["e", 3, 1], ["d", 0, 2], ["x", 0, null], [" ", 0, null], ["Enter", 0, null], ["Shift", 0, null],
    ] as const) assert.equal(leads(key, now, texts), to, `${key} from ${String(now)}`);
  });
});
