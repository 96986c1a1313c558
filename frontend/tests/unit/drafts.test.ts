import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Person } from "../../src/api/types";
import { isStale, KEPT_MS, openDraft, sealDraft } from "../../src/custody/drafts";
import { emptyDraft, readKept, toKeep } from "../../src/panel/draft";

const nero: Person = { account: "nero", name: "Nero", kind: "agent", avatar: null, active: true, hasKey: true, onRequest: true };

describe("a draft that is kept", () => {
  it("opens in its own place alone, and its key leaves the browser in no form", async () => {
    const kept = await sealDraft("tenant niro 1", "zebra", 1_000);
    assert.equal(await openDraft("tenant niro 1", kept), "zebra");
    await assert.rejects(openDraft("tenant niro 2", kept));
    assert.equal(kept.key.extractable, false);
    await assert.rejects(crypto.subtle.exportKey("raw", kept.key));
    assert.doesNotMatch(new TextDecoder().decode(kept.sealed), /zebra/);
  });

  it("is a day old at most", () => {
    for (const [age, stale] of [[0, false], [KEPT_MS - 1, false], [KEPT_MS, true], [-1, true]] as const) {
      assert.equal(isStale({ at: 1_000 }, 1_000 + age), stale, String(age));
    }
  });

  it("comes back with its readers, and what is no draft changes nothing", () => {
    const draft = { ...emptyDraft, text: "zebra", readers: [nero], end: { at: 5 }, opens: 1 };
    const back = { ...emptyDraft, ...readKept(toKeep(draft)) };
    assert.deepEqual(back, draft);
    const whole = { text: "a", readers: [], end: { after: 1 }, opens: null };
    const halves = [{ ...whole, text: 3 }, { ...whole, end: {} }, { ...whole, opens: "1" }, { ...whole, readers: null }].map((one) => JSON.stringify(one));
    for (const odd of ["", "null", "[]", "{}", ...halves]) assert.deepEqual({ ...emptyDraft, ...readKept(odd) }, emptyDraft, odd);
    assert.deepEqual(readKept(JSON.stringify({ ...whole, readers: [3, { name: "x" }] })).readers, []);
  });
});
