import { decode, decodeExact, encode } from "./base64";
import { utf8 } from "./bytes";
import { shaText } from "./digest";
import { Members, canonical } from "./jcs";
import { checkHash } from "./party";
import { sign, verify } from "./point";
import { reject } from "./rejected";
import type { Bytes } from "./bytes";
import type { Json } from "./jcs";

const COMPACT_LIMIT = 2048;
const ENTRY_LIMIT = 4096;

/** What a signature is about. A verifier names the one it expects. */
export type Typ = "deskbridge-key" | "deskbridge-seal" | "deskbridge-grant" | "deskbridge-open" | "deskbridge-place";

interface Signature {
  readonly kid: string;
  readonly input: Bytes;
  readonly value: Bytes;
}

/** A record as parsed. Nothing in it may be believed before `verifyCompact`. */
export interface Compact {
  readonly signature: Signature;
  /** Names this record: the next one's `prev`. */
  readonly sha: string;
  readonly members: Members;
}

/** A key entry as it travels, with one or two signatures; parsed, not verified. */
export interface General {
  readonly signatures: readonly Signature[];
  readonly sha: string;
  readonly members: Members;
}

/** The secret half of a signing key, and the name of its entry. */
export interface Signer {
  readonly kid: string;
  readonly sig: CryptoKeyPair;
}

function parseSignature(protectedText: string, payload: string, value: string, typ: Typ): Signature {
  const header = decode(protectedText);
  const bytes = decodeExact(value, 64);
  const members = Members.parseBytes(header, COMPACT_LIMIT);
  const alg = members.text("alg");
  const kid = checkHash(members.text("kid"));
  const found = members.text("typ");
  members.end();
  if (alg !== "ES256") return reject("algorithm");
  if (found !== typ) return reject("typ");
  return { kid, input: utf8(`${protectedText}.${payload}`), value: bytes };
}

export async function parseCompact(text: string, typ: Typ): Promise<Compact> {
  if (text.length > COMPACT_LIMIT) return reject("too-large");
  const [header, payload, value, ...more] = text.split(".");
  if (header === undefined || payload === undefined || value === undefined || more.length > 0) return reject("member");
  const decoded = decode(payload);
  const signature = parseSignature(header, payload, value, typ);
  return { signature, sha: await shaText(decoded), members: Members.parseBytes(decoded, COMPACT_LIMIT) };
}

/** `kid` and `key` (a point) are what this side expects, never what the record says. */
export async function verifyCompact(record: { readonly signature: Signature }, kid: string, key: Bytes): Promise<void> {
  if (record.signature.kid !== kid) reject("key");
  await verify(key, record.signature.input, record.signature.value);
}

/** Parses the canonical text of a JWS in General JSON. */
export async function parseGeneral(text: string): Promise<General> {
  const outer = Members.parse(text, ENTRY_LIMIT);
  const payload = outer.text("payload");
  const list = outer.list("signatures");
  outer.end();
  const decoded = decode(payload);
  if (list.length < 1 || list.length > 2) return reject("signature");
  const signatures = list.map((one) => {
    const members = Members.of(one);
    const header = members.text("protected");
    const value = members.text("signature");
    members.end();
    return parseSignature(header, payload, value, "deskbridge-key");
  });
  return { signatures, sha: await shaText(decoded), members: Members.parseBytes(decoded, ENTRY_LIMIT) };
}

export async function verifyGeneral(entry: General, index: number, kid: string, key: Bytes): Promise<void> {
  const signature = entry.signatures[index] ?? reject("signature");
  await verifyCompact({ signature }, kid, key);
}

function protect(typ: Typ, kid: string): string {
  return encode(utf8(canonical({ alg: "ES256", kid, typ })));
}

export async function makeCompact(typ: Typ, payload: Json, signer: Signer): Promise<string> {
  const input = `${protect(typ, signer.kid)}.${encode(utf8(canonical(payload)))}`;
  return `${input}.${encode(await sign(signer.sig.privateKey, utf8(input)))}`;
}

/** An entry as it is posted; the new key signs first, then the one that vouches. */
export interface GeneralJson {
  readonly payload: string;
  readonly signatures: readonly { readonly protected: string; readonly signature: string }[];
}

export async function makeGeneral(payload: string, signers: readonly Signer[]): Promise<GeneralJson> {
  const encoded = encode(utf8(payload));
  return { payload: encoded, signatures: await Promise.all(signers.map((signer) => signGeneral(encoded, signer))) };
}

/** One more signature over an entry's payload, which is base64url. */
export async function signGeneral(payload: string, { kid, sig }: Signer): Promise<GeneralJson["signatures"][number]> {
  const header = protect("deskbridge-key", kid);
  return { protected: header, signature: encode(await sign(sig.privateKey, utf8(`${header}.${payload}`))) };
}
