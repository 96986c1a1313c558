import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { draw, LIST, put, read, whole } from "../../src/notes/five_words";

describe("five words", () => {
  it("are drawn from the list that the protocol names", () => {
    assert.equal(LIST.length, 7776);
    const hash = createHash("sha256").update(LIST.map((word) => `${word}\n`).join("")).digest("hex");
    assert.equal(hash, "6d557f0693958fb5e650b68b5bee585eb82cf4da32965505c789e924743bc522");
  });

  it("are drawn evenly: numbers that would favour a word are drawn anew", () => {
    const numbers = [62_208, 65_535, 0, 7776, 1, 62_207, 2];
    const drawn = draw(() => {
      const next = numbers.shift() ?? 0;
      return Uint8Array.of(next >> 8, next & 0xff);
    });
    assert.deepEqual(drawn, [LIST[0], LIST[0], LIST[1], LIST[7775], LIST[2]]);
  });

  it("x10_are read however they are typed or pasted", () => {
    const code = "abacus felt-tip yo-yo zoom abdomen";
    for (const text of [
      code, "  Abacus, FELT TIP; yo yo. zoom\nabdomen ", "1 abacus 2 felttip 3 yoyo 4 zoom 5 abdomen", "abacus-felt-tip-yo-yo-zoom-abdomen",
    ]) {
      assert.equal(whole(read(text)), code, text);
    }
    for (const text of ["", "abacus felt-tip yo-yo zoom", `${code} abacus`, "abacus felt-tip yo-yo zoom abdomenn"]) {
      assert.equal(whole(read(text)), null, text);
    }
  });

  it("that are misspelt or not finished are met with whole words of the list", () => {
    for (const [text, meant] of [["abacsu ", "abacus"], ["abbdomen ", "abdomen"], ["abdo", "abdomen"], ["zooom", "zoom"]] as const) {
      const [one] = read(text);
      assert.ok(one?.is === "strange" && one.meant.includes(meant), `${text}: ${JSON.stringify(one)}`);
      assert.ok(one.meant.length <= 3 && one.meant.every((word) => LIST.includes(word)));
    }
    const [strange] = read("qqqqqqqqq ");
    assert.deepEqual(strange, { is: "strange", typed: "qqqqqqqqq", meant: [] });
    assert.equal(put(read("abacus abdomne zoom"), 1, "abdomen"), "abacus abdomen zoom ");
  });
});
