import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sortOf } from "../../src/custody/agent";
import { seen } from "../../src/custody/browsers";
import { makeKey, makeRevocation, type OwnKey, readHistory } from "../../src/seal";
import { checkHalf, commitmentOf, makeHalf, makeNonce, makeWhole, digits } from "../../src/seal/approval";
import { codeEntry, codeToken, makeCode, openCode, parseCode } from "../../src/seal/code";
import { makePair } from "../../src/seal/keys";
import { Rejected } from "../../src/seal/rejected";

const tenant = "oaGhoaGhoaGhoaGhoaGhoQ";
const account = "712020:nero";
const now = 1_800_000_000;

const first = () => makeKey({ tenant, account, life: "kept", head: { n: 0, sha: null }, now });

const kind = async (what: Promise<unknown>): Promise<string> =>
  what.then(() => "accepted", (error: unknown) => (error instanceof Rejected ? error.kind : String(error)));

/** What the server says of these keys. */
const listed = (keys: readonly OwnKey[]) => ({
  now, asked: null, retired: [],
  browsers: keys.map((key, at) => ({ kid: key.kid, kind: "browser" as const, name: null, madeAt: now + at, usedAt: now + at })),
});

describe("a browser approved from another", () => {
  it("shows the digits that the other shows, and is then vouched for", async () => {
    const { key: old, entry } = await first();
    const pair = await makePair();
    const asked = await commitmentOf(tenant, account, pair);
    const nonce = makeNonce();
    const before = await readHistory(tenant, account, [entry]);
    const { key, half } = await makeHalf(pair, { tenant, account, head: before.head, by: old.kid, now });
    const known = { tenant, account, head: before.head, by: old.kid, asked, now };
    assert.equal((await checkHalf(half, known)).kid, key.kid);
    assert.match(await digits(asked, old.kid, nonce), /^\d{6}$/);
    const after = await readHistory(tenant, account, [entry, await makeWhole(half, old)]);
    assert.equal(after.keys.get(key.kid)?.by, old.kid);

    // The server cannot put another key under the digits that were compared, nor take the half for an entry.
    const other = await makePair();
    const swapped = await makeHalf(other, { tenant, account, head: before.head, by: old.kid, now });
    assert.equal(await kind(checkHalf(swapped.half, known)), "commit");
    assert.equal(await kind(readHistory(tenant, account, [entry, half])), "signature");
  });
});

describe("a recovery code", () => {
  it("opens its own key again, and no other person's, and ends with the next one", async () => {
    const { key: by, entry } = await first();
    const made = await makeCode(by, { n: 1, sha: by.kid }, null, now);
    assert.match(made.text, /^([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}$/);
    assert.equal(JSON.stringify(made.slot).includes(made.text), false);
    const history = await readHistory(tenant, account, [entry, made.entry]);
    const code = await parseCode(made.text.toLowerCase().replaceAll("-", " "));
    const found = codeEntry(history, made.kid);
    assert.equal((await openCode(code, tenant, found, made.slot)).kid, made.kid);
    assert.equal((await codeToken(code, tenant, found)).length, 43);
    assert.equal(await kind(openCode(code, tenant, { ...found, account: "712020:niro" }, made.slot)), "wrap");
    assert.equal(await kind(parseCode(made.text.slice(1))), "code");

    const next = await makeCode(by, history.head, made.kid, now);
    const later = await readHistory(tenant, account, [entry, made.entry, next.entry, next.then]);
    assert.equal(await kind(Promise.resolve().then(() => codeEntry(later, made.kid))), "key");
    assert.equal(codeEntry(later, next.kid).kid, next.kid);
  });
});

describe("the list of one's browsers", () => {
  it("has what the signed history has, with this one first and strange ones marked", async () => {
    const one = await first();
    const two = await makeKey({ tenant, account, life: "kept", head: { n: 1, sha: one.key.kid }, now });
    const history = await readHistory(tenant, account, [one.entry, two.entry]);
    const kids = [one.key.kid, two.key.kid];
    const made = await makeKey({ tenant, account, life: "kept", head: { n: 0, sha: null }, now });
    const server = listed([one.key, two.key, made.key]);

    const from = (own: OwnKey, pins: readonly string[]) => seen(server, history, kids, own.kid, new Set(pins));
    const onTwo = from(two.key, kids);
    assert.deepEqual(onTwo.browsers.map((each) => [each.kid, each.here]), [[two.key.kid, true], [one.key.kid, false]]);
    assert.deepEqual([onTwo.canAsk, onTwo.vouched], [true, false]);
    const onOne = from(one.key, [one.key.kid]);
    assert.deepEqual(onOne.browsers.map((each) => each.strange), [false, true]);
    assert.deepEqual([onOne.canAsk, onOne.vouched], [false, true]);

    const gone = await makeRevocation(one.key, two.key.kid, history.head, now);
    const after = await readHistory(tenant, account, [one.entry, two.entry, gone]);
    assert.equal(seen(server, after, [one.key.kid], one.key.kid, new Set([one.key.kid])).browsers.length, 1);
  });

  it("calls a browser by its sort and machine alone", () => {
    const agents = {
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0": ["Firefox", "Windows"],
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0": ["Edge", "Windows"],
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1": ["Safari", "iPhone"],
      "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36": ["Chrome", "Android"],
      "curl/8": [undefined, undefined],
    };
    for (const [agent, sort] of Object.entries(agents)) assert.deepEqual(sortOf(agent), sort);
  });
});
