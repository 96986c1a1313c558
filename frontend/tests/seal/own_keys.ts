import type { Authorised, OwnKey } from "../../src/seal/index";

/** What a reader's browser is handed, what it knows, and what is released on its click. */
export interface Reading {
  readonly answer: Authorised;
  readonly known: {
    readonly tenant: string;
    readonly issue: string;
    readonly account: string;
    readonly keys: readonly { readonly kid: string; readonly enc: JsonWebKey }[];
    readonly now: number;
  };
  readonly released: { readonly iv: string; readonly ciphertext: string; readonly tag: string };
}

/** The pair as a browser keeps it: not extractable, for `deriveBits` only. */
async function pair(jwk: JsonWebKey): Promise<CryptoKeyPair> {
  const { d: _, ...open } = jwk;
  const curve = { name: "ECDH", namedCurve: "P-256" };
  return {
    privateKey: await crypto.subtle.importKey("jwk", jwk, curve, false, ["deriveBits"]),
    publicKey: await crypto.subtle.importKey("jwk", open, curve, true, []),
  };
}

/** The reader's keys; what they sign with is fresh, as nothing here verifies it. */
export async function ownKeys({ tenant, account, keys }: Reading["known"]): Promise<OwnKey[]> {
  const sig = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  const own: OwnKey[] = [];
  for (const { kid, enc } of keys) own.push({ kid, tenant, account, life: "kept", enc: await pair(enc), sig });
  return own;
}
