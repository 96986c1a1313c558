import { shaText } from "./digest";
import { parseCompact, verifyCompact } from "./jws";
import { checkHash } from "./party";
import { reject } from "./rejected";
import type { Body } from "./content";
import type { KeyEntry } from "./entry";
import type { Header } from "./header";
import type { Compact } from "./jws";

/** The author's signature over header and body; it stops a fellow reader from swapping the body. */
export interface NoteSeal {
  readonly ct: string;
  readonly hh: string;
  readonly jws: Compact;
}

/** What the seal calls `ct`. */
export function bodySha(body: Body): Promise<string> {
  return shaText(body.iv, body.ciphertext, body.tag);
}

export async function parseSeal(text: string): Promise<NoteSeal> {
  const jws = await parseCompact(text, "deskbridge-seal");
  const { members } = jws;
  members.version();
  const ct = checkHash(members.text("ct"));
  const hh = checkHash(members.text("hh"));
  members.end();
  return { ct, hh, jws };
}

/** `key` is the entry of the header's `by.kid` as this side knows it. */
export async function verifySeal(seal: NoteSeal, header: Header, key: KeyEntry, hh: string): Promise<void> {
  if (key.kid !== header.by.kid || key.account !== header.by.a) reject("key");
  await verifyCompact(seal.jws, header.by.kid, key.sig);
  if (seal.hh !== hh) reject("note");
}
