import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { checkHalf, digits } from "../../src/seal/approval";
import { decode, decodeExact, encode } from "../../src/seal/base64";
import { codeEntry, codeToken, openCode, parseCode } from "../../src/seal/code";
import { deriveWords, openBox } from "../../src/seal/pickup_words";
import { commit, fileKey, openToken } from "../../src/seal/derive";
import { sha } from "../../src/seal/digest";
import { parseEntry } from "../../src/seal/entry";
import { makeProtected } from "../../src/seal/envelope";
import { parseHeader } from "../../src/seal/header";
import { classify, history } from "../../src/seal/history";
import { checkAuthorised, consent, liveKeys, readBody } from "../../src/seal/index";
import { pickupPair } from "../../src/seal/pickup";
import { pointFromText } from "../../src/seal/point";
import { Rejected } from "../../src/seal/rejected";
import { headerHash } from "../../src/seal/wrap";
import { ownKeys } from "./own_keys";
import type { Reading } from "./own_keys";

interface Vector {
  readonly operation: string;
  readonly about: string;
  readonly expect: string;
  readonly output?: unknown;
}

type Runner = (vector: never) => Promise<unknown>;

interface Derive {
  readonly cek: string;
  readonly note: string;
  readonly file: string;
}

interface Histories {
  readonly tenant: string;
  readonly account: string;
  readonly entries: readonly string[];
  readonly retired?: readonly string[];
  readonly now: number;
}

async function derive({ cek, note, file }: Derive) {
  const key = decodeExact(cek, 32);
  const open = await openToken(key, note);
  return {
    commit: encode(await commit(key, note)),
    open: encode(open),
    oth: encode(await sha(open)),
    file: encode(await fileKey(key, note, file)),
  };
}

async function header({ protected: text }: { readonly protected: string }) {
  assert.equal(makeProtected(parseHeader(text)), text, "what was read is written again");
  return { hh: await headerHash(text) };
}

async function readEntries({ tenant, account, entries, retired, now }: Histories) {
  const parsed = [];
  for (const entry of entries) parsed.push(await parseEntry(entry));
  const all = await history(tenant, account, parsed);
  return {
    kids: [...all.keys.keys()],
    live: liveKeys(all, now, retired).map((key) => key.kid),
    classes: [...classify(all, new Set()).values()],
  };
}

async function read({ answer, known, released }: Reading) {
  const own = await ownKeys(known);
  const readable = await checkAuthorised(answer, { ...known, own, pins: () => new Set() });
  const content = await readBody(readable, released);
  const { open } = await consent(readable, known.now);
  assert.equal(decode(open).length, 32);
  return { text: content.text, open, files: content.files.map((file) => file.name) };
}

interface Approval {
  readonly tenant: string;
  readonly account: string;
  readonly entries: readonly string[];
  readonly by: string;
  readonly asked: string;
  readonly nonce: string;
  readonly half: string;
  readonly now: number;
}

async function historyOf({ tenant, account, entries }: Pick<Approval, "tenant" | "account" | "entries">) {
  const parsed = [];
  for (const entry of entries) parsed.push(await parseEntry(entry));
  return history(tenant, account, parsed);
}

async function approve(vector: Approval) {
  const { head } = await historyOf(vector);
  const { kid } = await checkHalf(vector.half, { ...vector, head });
  return { kid, digits: await digits(vector.asked, vector.by, vector.nonce) };
}

interface Paper extends Pick<Approval, "tenant" | "account" | "entries"> {
  readonly kid: string;
  readonly code: string;
  readonly slot: unknown;
  readonly output?: { readonly enc: string; readonly sig: string };
}

async function code(vector: Paper) {
  const secret = await parseCode(vector.code);
  const entry = codeEntry(await historyOf(vector), vector.kid);
  const key = await openCode(secret, vector.tenant, entry, vector.slot);
  // The halves stay in the browser: that they are the entry's own was checked by using them.
  assert.equal(key.enc.privateKey.extractable || key.sig.privateKey.extractable, false);
  return { token: await codeToken(secret, vector.tenant, entry), ...(vector.output && { enc: vector.output.enc, sig: vector.output.sig }) };
}

interface Pickup {
  readonly words: string;
  readonly hh: string;
  readonly account: string;
  readonly enc: string;
  readonly sig: string;
  readonly salt: string;
  readonly by: string;
  readonly box: string;
}

async function pickup({ words, hh, account, by, box, ...given }: Pickup) {
  const enc = await pointFromText(given.enc);
  const sig = await pointFromText(given.sig);
  const pair = await pickupPair(hh, account, { enc, sig, salt: decodeExact(given.salt, 16) });
  const keys = await deriveWords(words, pair);
  const halves = await openBox(keys, pair.kid, by, box);
  return { kid: pair.kid, token: encode(keys.token), enc: encode(halves.enc), sig: encode(halves.sig) };
}

/** What only the server decides is run by its own tests. */
const SERVER = new Set(["create", "consent", "append"]);
const RUNNERS: Readonly<Record<string, Runner>> = { derive, header, history: readEntries, read, approve, code, pickup };

const folder = new URL("../../../tests/vectors/seal/", import.meta.url);

for (const side of ["positive", "negative"]) {
  for (const file of readdirSync(new URL(`${side}/`, folder)).sort()) {
    const vector = JSON.parse(readFileSync(new URL(`${side}/${file}`, folder), "utf8")) as Vector;
    if (SERVER.has(vector.operation)) continue;
    const proves = file.includes("-n30-") ? "n30_" : "";
    test(`${proves}vector ${side} ${file}: ${vector.about}`, async () => {
      const runner = RUNNERS[vector.operation] ?? assert.fail(`no such operation: ${vector.operation}`);
      try {
        const output = await runner(vector as never);
        assert.equal(vector.expect, "ok", "accepted");
        if (vector.output !== undefined) assert.deepEqual(output, vector.output);
      } catch (error) {
        if (!(error instanceof Rejected)) throw error;
        assert.equal(error.kind, vector.expect);
      }
    });
  }
}
