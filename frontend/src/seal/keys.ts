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

/** Makes a key and the entry that publishes it. Keep the key only once the server took the entry. */
export async function makeKey(wish: NewKey): Promise<{ key: OwnKey; entry: GeneralJson }> {
  const curve = { namedCurve: "P-256" } as const;
  const enc = await crypto.subtle.generateKey({ name: "ECDH", ...curve }, false, ["deriveBits"]);
  const sig = await crypto.subtle.generateKey({ name: "ECDSA", ...curve }, false, ["sign", "verify"]);
  const payload = canonical({
    v: 1,
    tenant: wish.tenant,
    a: wish.account,
    kind: "browser",
    life: wish.life,
    n: wish.head.n + 1,
    prev: wish.head.sha,
    enc: pointToJwk(await raw(enc.publicKey)),
    sig: pointToJwk(await raw(sig.publicKey)),
    by: wish.by?.kid ?? null,
    iat: wish.now,
    salt: encode(random(16)),
  });
  const kid = await shaText(utf8(payload));
  const key = { kid, tenant: wish.tenant, account: wish.account, life: wish.life, enc, sig };
  const entry = await makeGeneral(payload, wish.by === undefined ? [key] : [key, wish.by]);
  return { key, entry };
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
