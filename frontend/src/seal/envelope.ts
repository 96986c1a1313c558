import { encode } from "./base64";
import { random, utf8 } from "./bytes";
import { LARGEST, parseContent, SMALLEST } from "./content";
import { commit, openToken } from "./derive";
import { sha } from "./digest";
import { parseHeader } from "./header";
import { canonical } from "./jcs";
import { makeCompact } from "./jws";
import { sealWrap } from "./letting";
import { bodySha } from "./note_seal";
import { reject } from "./rejected";
import { headerHash } from "./wrap";
import type { Bytes } from "./bytes";
import type { Body, Content, FileEntry } from "./content";
import type { Fill, Header, Place } from "./header";
import type { KeyEntry } from "./entry";
import type { Signer } from "./jws";
import type { OwnKey } from "./keys";
import type { Wrap } from "./wrap";

/** A sealed note as it is posted: JWE in General JSON. */
export interface EnvelopeJson {
  readonly protected: string;
  readonly iv: string;
  readonly ciphertext: string;
  readonly tag: string;
  readonly recipients: readonly {
    readonly encrypted_key: string;
    readonly header: { readonly alg: "HPKE-7-KE"; readonly ek: string; readonly kid: string };
  }[];
}

interface Wish {
  readonly tenant: string;
  readonly place: Place;
  readonly text: string;
  /** Accounts, and `team:` project ids; any order. */
  readonly readers: readonly string[];
  /** Every live key of every reader and of the author, as classified and, where needed, confirmed. */
  readonly keys: readonly Pick<KeyEntry, "account" | "kid" | "enc">[];
  readonly fill: Fill;
  /** Seals the files under keys of the note, and says what the note is to say of them. */
  readonly files?: (cek: Bytes, id: string, hh: string) => Promise<readonly FileEntry[]>;
  readonly opens?: number;
  /** Seconds, both by the server's clock. */
  readonly now: number;
  readonly expires: number;
}

const recipient = ({ kid, ek, encryptedKey }: Wrap): EnvelopeJson["recipients"][number] => ({
  encrypted_key: encryptedKey,
  header: { alg: "HPKE-7-KE", ek, kid },
});

const plain = (content: Content, pad: string): string =>
  canonical({ v: 1, text: content.text, files: content.files.map((file) => ({ ...file })), pad });

const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, "\u{fffd}");

/** Pads and encrypts. `cek` must never encrypt anything else. */
async function sealContent(content: Content, cek: Bytes, iv: Bytes, protectedText: string): Promise<Body> {
  const clean = { text: wellFormed(content.text), files: content.files };
  const bare = utf8(plain(clean, "")).length;
  let bucket = SMALLEST;
  while (bucket < bare) bucket *= 2;
  if (bucket > LARGEST) return reject("plaintext");
  const bytes = utf8(plain(clean, "0".repeat(bucket - bare)));
  parseContent(bytes);
  const params = { name: "AES-GCM", iv, additionalData: utf8(protectedText) };
  const sealed = new Uint8Array(await crypto.subtle.encrypt(params, await crypto.subtle.importKey("raw", cek, "AES-GCM", false, ["encrypt"]), bytes));
  return { iv, ciphertext: sealed.slice(0, -16), tag: sealed.slice(-16) };
}

/** The protected text of a header. What it makes, it can read. */
export function makeProtected(header: Header): string {
  const { opens, ask, ...always } = header;
  const note = {
    v: 1,
    ...always,
    place: { ...header.place },
    by: { ...header.by },
    ...(opens === undefined ? {} : { opens }),
    ...(ask === undefined ? {} : { ask }),
  };
  const text = encode(utf8(canonical({ enc: "A256GCM", typ: "deskbridge-note+jwe", note })));
  parseHeader(text);
  return text;
}

async function makeSeal(hh: string, body: Body, author: Signer): Promise<string> {
  return makeCompact("deskbridge-seal", { v: 1, hh, ct: await bodySha(body) }, author);
}

/**
 * Seals a note. A retry must post the same result again: a second sealing is a second note.
 * `id` is the note's.
 */
export async function sealNote(wish: Wish, author: OwnKey): Promise<{ id: string; envelope: EnvelopeJson; seal: string }> {
  const cek = random(32);
  const id = encode(random(16));
  const protectedText = makeProtected({
    id,
    tenant: wish.tenant,
    place: wish.place,
    by: { a: author.account, kid: author.kid },
    readers: [...new Set(wish.readers)].sort((a, b) => (a < b ? -1 : 1)),
    fill: wish.fill,
    ...(wish.opens === undefined ? {} : { opens: wish.opens }),
    iat: wish.now,
    exp: wish.expires,
    com: encode(await commit(cek, id)),
    oth: encode(await sha(await openToken(cek, id))),
  });
  const hh = await headerHash(protectedText);
  const files = (await wish.files?.(cek, id, hh)) ?? [];
  const body = await sealContent({ text: wish.text, files }, cek, random(12), protectedText);
  const seal = await makeSeal(hh, body, author);
  const recipients = await Promise.all(wish.keys.map(async (key) => recipient(await sealWrap(cek, hh, key))));
  cek.fill(0);
  const envelope = {
    protected: protectedText,
    iv: encode(body.iv),
    ciphertext: encode(body.ciphertext),
    tag: encode(body.tag),
    recipients,
  };
  return { id, envelope, seal };
}
