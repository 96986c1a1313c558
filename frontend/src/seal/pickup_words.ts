import { decodeExact, encode } from "./base64";
import { concat, random, refusing, utf8 } from "./bytes";
import { shaText } from "./digest";
import { mayAct } from "./grant";
import { makeGrant, sealWrap } from "./letting";
import { pickupPair } from "./pickup";
import { pointToJwk } from "./point";
import { reject } from "./rejected";
import { wrapSha } from "./wrap";
import type { Bytes } from "./bytes";
import type { Readable } from "./check";
import type { OwnKey } from "./keys";
import type { PickupPair } from "./pickup";
import type { Wrap } from "./wrap";

const ROUNDS = 600_000;
const BOX = 12 + 64 + 16;
const P256 = { namedCurve: "P-256" } as const;

/** What the words unlock. */
export interface PickupKeys {
  readonly key: Bytes;
  /** The server holds its hash, and releases the box for it. */
  readonly token: Bytes;
}

/** Takes a while, which is its use. `words` in lower case, one space between them. */
export async function deriveWords(words: string, { kid, salt }: PickupPair): Promise<PickupKeys> {
  const password = await crypto.subtle.importKey("raw", utf8(words), "PBKDF2", false, ["deriveBits"]);
  const slow = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
  const code = await crypto.subtle.deriveBits(slow, password, 256);
  const ikm = await crypto.subtle.importKey("raw", code, "HKDF", false, ["deriveBits"]);
  const expand = async (label: string) => {
    const info = concat(utf8(`${label}\0`), decodeExact(kid, 32));
    return new Uint8Array(await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info }, ikm, 256));
  };
  return { key: await expand("deskbridge-note/1 pickup key"), token: await expand("deskbridge-note/1 pickup token") };
}

const boundTo = (kid: string, by: string): Bytes =>
  concat(utf8("deskbridge-note/1 pickup box\0"), decodeExact(kid, 32), decodeExact(by, 32));

const cipher = (key: Bytes): Promise<CryptoKey> => crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt", "decrypt"]);

async function closeBox({ key }: PickupKeys, kid: string, by: string, halves: Bytes): Promise<string> {
  const iv = random(12);
  const closed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: boundTo(kid, by) }, await cipher(key), halves);
  return encode(concat(iv, new Uint8Array(closed)));
}

/** The private halves, `enc` then `sig`; `by` is the key that signed the code's record. */
export async function openBox({ key }: PickupKeys, kid: string, by: string, box: string): Promise<{ enc: Bytes; sig: Bytes }> {
  const closed = decodeExact(box, BOX);
  const params = { name: "AES-GCM", iv: closed.slice(0, 12), additionalData: boundTo(kid, by) };
  const open = await refusing("wrap", async () => new Uint8Array(await crypto.subtle.decrypt(params, await cipher(key), closed.slice(12))));
  return { enc: open.slice(0, 32), sig: open.slice(32) };
}

/** The opened code as a key of `account`'s, for checking the note and signing the one fill. */
export async function keyOfPickup(
  pair: PickupPair,
  halves: { readonly enc: Bytes; readonly sig: Bytes },
  owner: Pick<OwnKey, "tenant" | "account">,
): Promise<OwnKey> {
  const bring = (name: string, point: Bytes, d: Bytes, secret: KeyUsage[], open: KeyUsage[]) => refusing("wrap", async () => {
    const jwk = pointToJwk(point);
    return {
      privateKey: await crypto.subtle.importKey("jwk", { ...jwk, d: encode(d) }, { name, ...P256 }, false, secret),
      publicKey: await crypto.subtle.importKey("jwk", jwk, { name, ...P256 }, true, open),
    };
  });
  return {
    ...owner, kid: pair.kid, life: "page",
    enc: await bring("ECDH", pair.enc, halves.enc, ["deriveBits"], []),
    sig: await bring("ECDSA", pair.sig, halves.sig, ["sign"], ["verify"]),
  };
}

/** A code, made for one reader of one note, before its record is signed. */
export interface NewPickup {
  readonly account: string;
  readonly pair: PickupPair;
  readonly wrap: Wrap;
  readonly box: string;
  /** All that the server is told of the token. */
  readonly tokenHash: string;
}

async function halfOf(pair: CryptoKeyPair): Promise<{ point: Bytes; d: Bytes }> {
  const { d } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return { point, d: decodeExact(d ?? "", 32) };
}

/** Makes a code of `words` for `account`; the author's alone. */
export async function makePickup(note: Readable, account: string, words: string): Promise<NewPickup> {
  const enc = await halfOf(await crypto.subtle.generateKey({ name: "ECDH", ...P256 }, true, ["deriveBits"]));
  const sig = await halfOf(await crypto.subtle.generateKey({ name: "ECDSA", ...P256 }, true, ["sign", "verify"]));
  const pair = await pickupPair(note.hh, account, { enc: enc.point, sig: sig.point, salt: random(16) });
  const wrap = await sealWrap(note.cek, note.hh, { account, kid: pair.kid, enc: pair.enc });
  const keys = await deriveWords(words, pair);
  const halves = concat(enc.d, sig.d);
  const box = await closeBox(keys, pair.kid, note.own.kid, halves);
  const tokenHash = await shaText(keys.token);
  for (const secret of [halves, enc.d, sig.d, keys.key, keys.token]) secret.fill(0);
  return { account, pair, wrap, box, tokenHash };
}

/** The record that gives `code`; signed anew when somebody else's came first. */
export async function giveWords(note: Readable, { account, pair, wrap }: NewPickup, now: number): Promise<string> {
  return sign(note, account, now, {
    kid: pair.kid, wrap: await wrapSha(wrap), enc: encode(pair.enc), sig: encode(pair.sig), salt: encode(pair.salt),
  });
}

/** The record that takes back the code that stands for `account`. */
export function endPickup(note: Readable, account: string, now: number): Promise<string> {
  return sign(note, account, now, {});
}

function sign(note: Readable, account: string, now: number, about: Readonly<Record<string, string>>): Promise<string> {
  const { head } = note.chain;
  const grant = {
    ...about, act: "pickup" as const, a: account, by: note.own.account, hh: note.hh, n: head.n + 1, prev: head.sha, iat: now,
  };
  return mayAct(grant, note.header, note.chain) ? makeGrant(grant, note.own) : reject("right");
}
