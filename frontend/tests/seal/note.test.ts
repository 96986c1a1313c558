import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode } from "../../src/seal/base64";
import {
  checkAuthorised,
  classify,
  consent,
  liveKeys,
  makeKey,
  makeRevocation,
  readBody,
  readHistory,
  strangers,
} from "../../src/seal/index";
import type { Authorised, EnvelopeJson, GeneralJson, Known, OwnKey, Wrap } from "../../src/seal/index";
import { sealNote } from "../../src/seal/envelope";
import { letIn, sign } from "../../src/seal/letting";
import { refused } from "./refused";

const NOW = 1_800_000_000;
const TENANT = encode(new Uint8Array(16).fill(1));

/** A person with a browser: key, entries, history. */
class Person {
  readonly keys: OwnKey[] = [];
  readonly entries: GeneralJson[] = [];

  constructor(readonly account: string) {}

  async browser(options: { by?: OwnKey; life?: "kept" | "page" } = {}): Promise<OwnKey> {
    const { head } = await this.history();
    const by = options.by === undefined ? {} : { by: options.by };
    const made = await makeKey({ tenant: TENANT, account: this.account, life: options.life ?? "kept", head, now: NOW, ...by });
    this.keys.push(made.key);
    this.entries.push(made.entry);
    return made.key;
  }

  history() {
    return readHistory(TENANT, this.account, this.entries);
  }

  async live() {
    return liveKeys(await this.history(), NOW);
  }
}

async function people() {
  const niro = new Person("712020:niro");
  const jonathan = new Person("qm:8d5d:jonathan");
  const nero = new Person("712020:nero");
  for (const person of [niro, jonathan]) await person.browser();
  return { niro, jonathan, nero };
}

const first = (person: Person): OwnKey => person.keys[0] ?? assert.fail("no key");

async function note(author: Person, readers: Person[], text = "the door code is 4711") {
  const keys = (await Promise.all([author, ...readers].map((person) => person.live()))).flat();
  const wish = { tenant: TENANT, place: { issue: "10001" }, text, keys, fill: "readers" as const, now: NOW, expires: NOW + 86_400 };
  return sealNote({ ...wish, readers: readers.map((reader) => reader.account) }, first(author));
}

function answer(sealed: { envelope: EnvelopeJson; seal: string }, all: Person[], grants: string[] = [], wraps: Wrap[] = []): Authorised {
  const recipients = sealed.envelope.recipients.map((one) => ({
    kid: one.header.kid,
    ek: one.header.ek,
    encryptedKey: one.encrypted_key,
  }));
  return {
    protected: sealed.envelope.protected,
    seal: sealed.seal,
    recipients: [...recipients, ...wraps],
    grants,
    histories: Object.fromEntries(all.map((person) => [person.account, person.entries])),
  };
}

const known = (person: Person, changes: Partial<Known> = {}): Known => ({
  tenant: TENANT,
  issue: "10001",
  account: person.account,
  own: person.keys,
  pins: () => new Set<string>(),
  now: NOW + 60,
  ...changes,
});

test("a note is sealed, authorised, opened by one click, and lengths are hidden", async () => {
  const { niro, jonathan, nero } = await people();
  const text = "Kennwort: „Schlüssel\u{1F511}“\n\u0001 lone \ud800 surrogate";
  const sealed = await note(niro, [jonathan, nero], text);
  assert.equal(decode(sealed.envelope.ciphertext).length, 256);
  for (const reader of [jonathan, niro]) {
    const readable = await checkAuthorised(answer(sealed, [niro, jonathan]), known(reader));
    assert.equal(readable.author, "first");
    const { open, request } = await consent(readable, NOW + 61);
    assert.equal(decode(open).length, 32);
    assert.equal(request.split(".").length, 3);
    assert.deepEqual(await readBody(readable, sealed.envelope), { text: text.replace("\ud800", "\ufffd"), files: [] });
  }
});

test("n30_a_note_changed_by_one_bit_fails_closed", async () => {
  const { niro, jonathan } = await people();
  const sealed = await note(niro, [jonathan]);
  const readable = await checkAuthorised(answer(sealed, [niro, jonathan]), known(jonathan));
  for (const part of ["iv", "ciphertext", "tag"] as const) {
    const bytes = decode(sealed.envelope[part]);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 4;
    await refused("content", readBody(readable, { ...sealed.envelope, [part]: encode(bytes) }));
  }
});

test("n30_a_note_moved_to_another_issue_tenant_or_note_fails_closed", async () => {
  const { niro, jonathan } = await people();
  const one = await note(niro, [jonathan]);
  const two = await note(niro, [jonathan]);
  const all = [niro, jonathan];
  await refused("place", checkAuthorised(answer(one, all), known(jonathan, { issue: "10002" })));
  await refused("tenant", checkAuthorised(answer(one, all), known(jonathan, { tenant: encode(new Uint8Array(16)) })));
  await refused("note", checkAuthorised({ ...answer(one, all), seal: two.seal }, known(jonathan)));
  await refused("wrap", checkAuthorised({ ...answer(one, all), recipients: answer(two, all).recipients }, known(jonathan)));
  const readable = await checkAuthorised(answer(one, all), known(jonathan));
  await refused("content", readBody(readable, two.envelope));
});

test("n29_nobody_without_a_wrap_reads_and_an_ended_note_is_refused", async () => {
  const { niro, jonathan, nero } = await people();
  await nero.browser();
  const sealed = await note(niro, [jonathan]);
  const all = [niro, jonathan, nero];
  await refused("reader", checkAuthorised(answer(sealed, all), known(nero)));
  await refused("reader", checkAuthorised({ ...answer(sealed, all), recipients: [] }, known(jonathan)));
  await refused("expired", checkAuthorised(answer(sealed, all), known(jonathan, { now: NOW + 86_400 })));
  const stolen = answer(sealed, all).recipients.map((wrap) => ({ ...wrap, kid: first(nero).kid }));
  await refused("reader", checkAuthorised({ ...answer(sealed, all), recipients: stolen }, known(nero)));
});

test("a first key is filled by a fellow reader, a new reader only by the author", async () => {
  const { niro, jonathan, nero } = await people();
  const sealed = await note(niro, [jonathan, nero]);
  const kofi = new Person("qm:8d5d:kofi");
  for (const late of [nero, kofi]) await late.browser();
  const all = [niro, jonathan, nero, kofi];
  const [key] = await nero.live();
  const [stranger] = await kofi.live();
  assert.ok(key && stranger);

  const filler = await checkAuthorised(answer(sealed, all), known(jonathan, { issue: null }));
  await refused("right", letIn(filler, "grant", stranger, NOW));
  await refused("right", letIn(filler, "fill", stranger, NOW));
  const filled = await letIn(filler, "fill", key, NOW);
  const wrap = { kid: key.kid, ek: filled.ek, encryptedKey: filled.encryptedKey };
  const after = answer(sealed, all, [filled.grant], [wrap]);
  const readable = await checkAuthorised(after, known(nero));
  assert.equal((await readBody(readable, sealed.envelope)).text, "the door code is 4711");

  const author = await checkAuthorised(after, known(niro));
  const granted = await letIn(author, "grant", stranger, NOW);
  const second = { kid: stranger.kid, ek: granted.ek, encryptedKey: granted.encryptedKey };
  const both = answer(sealed, all, [filled.grant, granted.grant], [wrap, second]);
  await checkAuthorised(both, known(kofi));
  await refused("wrap-hash", checkAuthorised({ ...both, recipients: [{ ...second, ek: wrap.ek }] }, known(kofi)));
  await refused("chain", checkAuthorised({ ...both, grants: [granted.grant] }, known(kofi)));

  const author2 = await checkAuthorised(both, known(niro));
  const drop = await sign(author2, { act: "drop", a: nero.account, iat: NOW });
  await refused("reader", checkAuthorised({ ...both, grants: [...both.grants, drop] }, known(nero)));
});

test("histories are classified by pins, and strangers raise the alarm", async () => {
  const niro = new Person("712020:niro");
  const one = await niro.browser();
  const two = await niro.browser({ by: one });
  const three = await niro.browser();
  const page = await niro.browser({ life: "page" });
  const history = await niro.history();
  const standings = (pins: string[]) => [...classify(history, new Set(pins)).values()];
  assert.deepEqual(standings([]), ["first", "added", "unconfirmed", "unconfirmed"]);
  assert.deepEqual(standings([three.kid]), ["unconfirmed", "unconfirmed", "pinned", "unconfirmed"]);
  assert.deepEqual(standings([one.kid, three.kid]), ["pinned", "added", "pinned", "unconfirmed"]);
  assert.deepEqual(strangers(history, new Set([one.kid])).map((key) => key.kid), [three.kid]);

  niro.entries.push(await makeRevocation(one, three.kid, history.head, NOW));
  const ended = await niro.history();
  assert.deepEqual(liveKeys(ended, NOW).map((key) => key.kid), [one.kid, two.kid, page.kid]);
  assert.deepEqual(liveKeys(ended, NOW + 86_400, [two.kid]).map((key) => key.kid), [one.kid]);
  assert.deepEqual(strangers(ended, new Set([one.kid])), []);
  await refused("chain", readHistory(TENANT, niro.account, niro.entries.slice(1)));
  await refused("account", readHistory(TENANT, "712020:nero", niro.entries));
});
