import { encode } from "./base64";
import { random, utf8 } from "./bytes";
import { shaText } from "./digest";
import { canonical } from "./jcs";
import { makeGeneral } from "./jws";
import { pointToJwk } from "./point";
import type { Bytes } from "./bytes";
import type { Life } from "./entry";
import type { GeneralJson } from "./jws";

/**
 * A key of this browser. Both private halves are non-extractable; the object can be stored in
 * IndexedDB as it is.
 */
export interface OwnKey {
  readonly kid: string;
  readonly tenant: string;
  readonly account: string;
  readonly life: Life;
  /** ECDH P-256 for HPKE; usage `deriveBits`. Always handed on as a pair, see `wrap.ts`. */
  readonly enc: CryptoKeyPair;
  /** ECDSA P-256. */
  readonly sig: CryptoKeyPair;
}

/** What a new entry continues: a history's `head`. */
export interface NewKey {
  readonly tenant: string;
  readonly account: string;
  readonly life: Life;
  readonly head: { readonly n: number; readonly sha: string | null };
  /** An older kept key of the account in this browser, which vouches. */
  readonly by?: OwnKey;
  /** Seconds, by the server. */
  readonly now: number;
}

async function raw(key: CryptoKey): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.exportKey("raw", key));
}

/** A key before anybody knows of it. */
export interface Pair {
  readonly enc: CryptoKeyPair;
  readonly sig: CryptoKeyPair;
  /** Points. */
  readonly open: { readonly enc: Bytes; readonly sig: Bytes };
  readonly salt: Bytes;
}

/** Only a recovery code's key can be taken out again. */
export async function makePair(extractable = false): Promise<Pair> {
  const curve = { namedCurve: "P-256" } as const;
  const enc = await crypto.subtle.generateKey({ name: "ECDH", ...curve }, extractable, ["deriveBits"]);
  const sig = await crypto.subtle.generateKey({ name: "ECDSA", ...curve }, extractable, ["sign", "verify"]);
  return { enc, sig, open: { enc: await raw(enc.publicKey), sig: await raw(sig.publicKey) }, salt: random(16) };
}

/** What the entry of a pair says. */
export interface Said extends Pick<NewKey, "tenant" | "account" | "life" | "head" | "now"> {
  readonly kind: "browser" | "code";
  readonly by: string | null;
}

/** The payload of the entry that publishes `pair`, and the key as it is kept. */
export async function entryOf(pair: Pair, said: Said): Promise<{ key: OwnKey; payload: string }> {
  const payload = canonical({
    v: 1,
    tenant: said.tenant,
    a: said.account,
    kind: said.kind,
    life: said.life,
    n: said.head.n + 1,
    prev: said.head.sha,
    enc: pointToJwk(pair.open.enc),
    sig: pointToJwk(pair.open.sig),
    by: said.by,
    iat: said.now,
    salt: encode(pair.salt),
  });
  const kid = await shaText(utf8(payload));
  return { key: { kid, tenant: said.tenant, account: said.account, life: said.life, enc: pair.enc, sig: pair.sig }, payload };
}

/** Makes a key and the entry that publishes it. Keep the key only once the server took the entry. */
export async function makeKey(wish: NewKey): Promise<{ key: OwnKey; entry: GeneralJson }> {
  const { key, payload } = await entryOf(await makePair(), { ...wish, kind: "browser", by: wish.by?.kid ?? null });
  return { key, entry: await makeGeneral(payload, wish.by === undefined ? [key] : [key, wish.by]) };
}

/** The entry by which `by` ends `revokes` (which may be itself). */
export async function makeRevocation(
  by: OwnKey,
  revokes: string,
  head: { readonly n: number; readonly sha: string | null },
  now: number,
): Promise<GeneralJson> {
  const payload = canonical({
    v: 1,
    tenant: by.tenant,
    a: by.account,
    n: head.n + 1,
    prev: head.sha,
    by: by.kid,
    iat: now,
    revokes,
  });
  return makeGeneral(payload, [by]);
}
