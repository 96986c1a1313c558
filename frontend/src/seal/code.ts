import { whose } from "./approval";
import { decodeExact, encode } from "./base64";
import { concat, equal, random, refusing, utf8 } from "./bytes";
import { sha, shaText } from "./digest";
import { Members } from "./jcs";
import { makeGeneral } from "./jws";
import { entryOf, makePair, makeRevocation } from "./keys";
import { pointToJwk } from "./point";
import { reject } from "./rejected";
import type { Bytes } from "./bytes";
import type { KeyEntry } from "./entry";
import type { History } from "./history";
import type { GeneralJson } from "./jws";
import type { OwnKey } from "./keys";

/** Crockford's: nothing that looks like something else. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHARACTERS = 28;

/** The private halves of a code's key as the server keeps them. */
export interface Slot {
  readonly iv: string;
  readonly ct: string;
}

/** The code, ten bits that catch a slip of the pen, and zeros. */
async function checked(code: Bytes): Promise<Bytes> {
  const check = await sha(utf8("deskbridge-code/1 check\0"), code);
  return concat(code, Uint8Array.of(check[0] ?? 0, (check[1] ?? 0) & 0xc0));
}

/** As it is printed. */
export async function codeText(code: Bytes): Promise<string> {
  const bits = [...(await checked(code))].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const characters = bits.slice(0, CHARACTERS * 5).match(/.{5}/g) ?? [];
  return characters.map((five, at) => (at > 0 && at % 4 === 0 ? "-" : "") + (ALPHABET[parseInt(five, 2)] ?? "")).join("");
}

/** As it is read from paper: small letters, spaces and what looks alike are taken. */
export async function parseCode(text: string): Promise<Bytes> {
  const plain = text.replaceAll(/[- ]/g, "").toUpperCase().replaceAll("O", "0").replaceAll(/[IL]/g, "1");
  const values = Array.from(plain, (character) => ALPHABET.indexOf(character));
  if (values.length !== CHARACTERS || values.includes(-1)) return reject("code");
  const bits = `${values.map((value) => value.toString(2).padStart(5, "0")).join("")}0000`;
  const bytes = Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => parseInt(byte, 2));
  const code = bytes.slice(0, 16);
  return equal(bytes, await checked(code)) ? code : reject("code");
}

type About = Pick<KeyEntry, "kid" | "account" | "salt">;

async function derive(code: Bytes, label: string, tenant: string, about: About): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", code, "HKDF", false, ["deriveBits"]);
  const info = concat(utf8(`deskbridge-code/1 ${label}\0`), whose(tenant, about.account));
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: about.salt, info }, key, 256));
}

/** What the server wants to see before it releases the slot. */
export const codeToken = async (code: Bytes, tenant: string, about: About): Promise<string> =>
  encode(await derive(code, "token", tenant, about));

async function cipher(code: Bytes, tenant: string, about: About): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", await derive(code, "wrap", tenant, about), "AES-GCM", false, ["encrypt", "decrypt"]);
}

const boundTo = (kid: string): Bytes => concat(utf8("deskbridge-code/1 slot\0"), decodeExact(kid, 32));

/** Both private halves, out of a slot; not yet compared with the entry. */
async function halvesOf(code: Bytes, tenant: string, about: About, slot: unknown): Promise<{ enc: Bytes; sig: Bytes }> {
  const members = Members.of(slot);
  const ct = members.bytes("ct", 80);
  const iv = members.bytes("iv", 12);
  members.end();
  const key = await cipher(code, tenant, about);
  const plain = new Uint8Array(await refusing("wrap", () =>
    crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: boundTo(about.kid) }, key, ct)));
  return { enc: plain.slice(0, 32), sig: plain.slice(32) };
}

/** One private half as a key; refused when it is not that of `point`. */
async function pairOf(half: Bytes, point: Bytes, name: "ECDH" | "ECDSA"): Promise<CryptoKeyPair> {
  const algorithm = { name, namedCurve: "P-256" };
  const jwk = pointToJwk(point);
  const uses: KeyUsage[] = name === "ECDH" ? ["deriveBits"] : ["sign"];
  return refusing("key", async () => ({
    privateKey: await crypto.subtle.importKey("jwk", { ...jwk, d: encode(half) }, algorithm, false, uses),
    publicKey: await crypto.subtle.importKey("jwk", jwk, algorithm, true, name === "ECDH" ? [] : ["verify"]),
  }));
}

/** A platform may take a private half beside a point that is not its own: what it signs would not verify. */
async function together(pair: CryptoKeyPair): Promise<void> {
  const about = { name: "ECDSA", hash: "SHA-256" };
  const probe = random(16);
  const signature = await crypto.subtle.sign(about, pair.privateKey, probe);
  if (!(await crypto.subtle.verify(about, pair.publicKey, signature, probe))) reject("key");
}

/** The same for what agrees on secrets: both ways must meet. */
async function meets(pair: CryptoKeyPair): Promise<void> {
  const other = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
  const bits = (mine: CryptoKey, theirs: CryptoKey) => crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, mine, 256);
  const one = new Uint8Array(await bits(pair.privateKey, other.publicKey));
  if (!equal(one, new Uint8Array(await bits(other.privateKey, pair.publicKey)))) reject("key");
}

/** The code's entry in the account's own history: neither revoked nor something else. */
export function codeEntry(of: History, kid: string): KeyEntry {
  const key = of.keys.get(kid);
  return key?.kind === "code" && !of.revoked.has(kid) ? key : reject("key");
}

/** The code's key, out of the slot that was released against its token. */
export async function openCode(code: Bytes, tenant: string, entry: KeyEntry, slot: unknown): Promise<OwnKey> {
  const halves = await halvesOf(code, tenant, entry, slot);
  const enc = await pairOf(halves.enc, entry.enc, "ECDH");
  const sig = await pairOf(halves.sig, entry.sig, "ECDSA");
  await meets(enc);
  await together(sig);
  return { kid: entry.kid, tenant, account: entry.account, life: "kept", enc, sig };
}

/** A new code, and what the server is sent. */
export interface NewCode {
  readonly text: string;
  readonly kid: string;
  readonly entry: GeneralJson;
  /** The end of the code before. */
  readonly then: GeneralJson | null;
  readonly slot: Slot;
  /** The hash of the token, base64url. */
  readonly token: string;
}

const privateHalf = async (key: CryptoKey): Promise<Bytes> =>
  decodeExact((await crypto.subtle.exportKey("jwk", key)).d ?? "", 32);

/** Makes a code, vouched for by this browser; `before` is the code that it ends. */
export async function makeCode(by: OwnKey, head: History["head"], before: string | null, now: number): Promise<NewCode> {
  const code = random(16);
  const pair = await makePair(true);
  const { tenant, account } = by;
  const { key, payload } = await entryOf(pair, { tenant, account, kind: "code", life: "kept", head, by: by.kid, now });
  const about = { kid: key.kid, account, salt: pair.salt };
  const iv = random(12);
  const plain = concat(await privateHalf(pair.enc.privateKey), await privateHalf(pair.sig.privateKey));
  const params = { name: "AES-GCM", iv, additionalData: boundTo(key.kid) };
  const ct = new Uint8Array(await crypto.subtle.encrypt(params, await cipher(code, tenant, about), plain));
  plain.fill(0);
  return {
    text: await codeText(code),
    kid: key.kid,
    entry: await makeGeneral(payload, [key, by]),
    then: before === null ? null : await makeRevocation(by, before, { n: head.n + 1, sha: key.kid }, now),
    slot: { iv: encode(iv), ct: encode(ct) },
    token: await shaText(decodeExact(await codeToken(code, tenant, about), 32)),
  };
}
