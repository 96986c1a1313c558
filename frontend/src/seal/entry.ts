import { Members, canonical } from "./jcs";
import { parseGeneral, verifyGeneral } from "./jws";
import { checkHash, checkId, checkParty, isApp } from "./party";
import { pointFromJwk } from "./point";
import { reject } from "./rejected";
import { equal } from "./bytes";
import type { Bytes } from "./bytes";
import type { General } from "./jws";

type KeyKind = "browser" | "code" | "script" | "bridge";
export type Life = "kept" | "page";

const KINDS: readonly KeyKind[] = ["browser", "code", "script", "bridge"];
const LIVES: readonly Life[] = ["kept", "page"];
const PAGE_SECONDS = 86_400;

/** A published key; `enc` and `sig` are points. */
export interface KeyEntry {
  readonly kid: string;
  readonly account: string;
  readonly kind: KeyKind;
  readonly life: Life;
  readonly enc: Bytes;
  readonly sig: Bytes;
  readonly by: string | null;
  readonly n: number;
  readonly iat: number;
  /** Keeps the kid from being linked to the account once the entry is erased. */
  readonly salt: Bytes;
}

interface Revocation {
  readonly revokes: string;
  readonly by: string;
}

/** One entry of an account's history. A key's own signature is verified; the other one when it joins a history. */
export interface Entry {
  readonly tenant: string;
  readonly account: string;
  readonly n: number;
  readonly prev: string | null;
  readonly iat: number;
  /** The next entry's `prev`; for a key its kid. */
  readonly sha: string;
  readonly key: KeyEntry | null;
  readonly revocation: Revocation | null;
  readonly jws: General;
}

/** Whether a page's key has outlived the day it is given. `now` in seconds. */
export function outlived(key: KeyEntry, now: number): boolean {
  return key.life === "page" && now >= key.iat + PAGE_SECONDS;
}

/** Parses an entry as the API carries it, inside a JSON body. */
export async function entryFromValue(value: unknown): Promise<Entry> {
  return parseEntry(canonical(value));
}

/** `whole`: the key that vouches has signed, too. */
export async function parseEntry(text: string, whole = true): Promise<Entry> {
  const jws = await parseGeneral(text);
  const members = jws.members;
  members.version();
  const tenant = checkId(members.text("tenant"));
  const account = checkParty(members.text("a"));
  const n = members.integer("n");
  const prev = members.nullable("prev", checkHash);
  const iat = members.integer("iat");
  if (n === 0) reject("member");
  if ((n === 1) !== (prev === null)) reject("chain");
  const revocation = members.has("revokes") ? parseRevocation(members) : null;
  const key = revocation === null ? await parseKey(members, { kid: jws.sha, account, n, iat }) : null;
  members.end();
  const entry: Entry = { tenant, account, n, prev, iat, sha: jws.sha, key, revocation, jws };
  await checkItself(entry, whole);
  return entry;
}

async function checkItself(entry: Entry, whole: boolean): Promise<void> {
  const { key, jws } = entry;
  if (key === null) {
    if (entry.n === 1) reject("chain");
    if (jws.signatures.length !== 1) reject("signature");
    return;
  }
  const app = isApp(entry.account);
  if (app !== (key.kind === "bridge") || (app && entry.account !== `app:${entry.tenant}`)) reject("account");
  if (key.by !== null && entry.n === 1) reject("chain");
  if (jws.signatures.length !== (whole && key.by !== null ? 2 : 1)) reject("signature");
  await verifyGeneral(jws, 0, key.kid, key.sig);
}

function parseRevocation(members: Members): Revocation {
  return { revokes: checkHash(members.text("revokes")), by: checkHash(members.text("by")) };
}

async function parseKey(
  members: Members,
  known: Pick<KeyEntry, "kid" | "account" | "n" | "iat">,
): Promise<KeyEntry> {
  const kind = members.oneOf("kind", KINDS);
  const life = members.oneOf("life", LIVES);
  const enc = await pointFromJwk(members.object("enc"));
  const sig = await pointFromJwk(members.object("sig"));
  const by = members.nullable("by", checkHash);
  const salt = members.bytes("salt", 16);
  // One key, one purpose; and nobody vouches for a key that lives with its page.
  if (equal(enc, sig) || (life === "page" && by !== null)) reject("member");
  return { ...known, kind, life, enc, sig, by, salt };
}
