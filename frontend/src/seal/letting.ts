/** What only somebody needs who lets others in; apart, so that a reader's page need not fetch it. */
import { encode } from "./base64";
import { mayAct } from "./grant";
import { makeCompact } from "./jws";
import { reject } from "./rejected";
import { info, suite, wrapSha } from "./wrap";
import type { Bytes } from "./bytes";
import type { Readable } from "./check";
import type { KeyEntry } from "./entry";
import type { Grant } from "./grant";
import type { Signer } from "./jws";
import type { Wrap } from "./wrap";

/** Wraps `cek` of the note with header hash `hh` for the key `kid` of `account`, whose point is `enc`. */
export async function sealWrap(
  cek: Bytes,
  hh: string,
  to: { readonly account: string; readonly kid: string; readonly enc: Bytes },
): Promise<Wrap> {
  const hpke = suite();
  const recipientPublicKey = await hpke.kem.deserializePublicKey(to.enc);
  const sealed = await hpke.seal({ recipientPublicKey, info: info(hh, to.account, to.kid) }, cek);
  return { kid: to.kid, ek: encode(new Uint8Array(sealed.enc)), encryptedKey: encode(new Uint8Array(sealed.ct)) };
}

/** A grant with its wrap, as it is posted. */
interface GrantJson {
  readonly grant: string;
  readonly ek: string;
  readonly encryptedKey: string;
}

/** Lets in one key: `fill` for somebody already named, `grant` for a new reader (author only). */
export async function letIn(note: Readable, act: "fill" | "grant", key: KeyEntry, now: number): Promise<GrantJson> {
  const wrap = await sealWrap(note.cek, note.hh, key);
  const grant = await sign(note, { act, a: key.account, iat: now, kid: key.kid, wrap: await wrapSha(wrap) });
  return { grant, ek: wrap.ek, encryptedKey: wrap.encryptedKey };
}

/** Names a reader who has no key yet, or lets one out; author only. */
export function sign(note: Readable, about: Omit<Grant, "hh" | "n" | "prev" | "by">): Promise<string> {
  const { head } = note.chain;
  const grant = { ...about, hh: note.hh, n: head.n + 1, prev: head.sha, by: note.own.account };
  // A code fills where nobody else may, whatever the header says.
  const byCode = note.chain.codes.get(note.own.account)?.kid === note.own.kid;
  return byCode || mayAct(grant, note.header, note.chain) ? makeGrant(grant, note.own) : reject("right");
}

export async function makeGrant(grant: Grant, signer: Signer): Promise<string> {
  return makeCompact("deskbridge-grant", { v: 1, ...grant }, signer);
}
