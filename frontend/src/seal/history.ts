import { equal } from "./bytes";
import { entryFromValue, outlived } from "./entry";
import { verifyGeneral } from "./jws";
import { reject } from "./rejected";
import type { Entry, KeyEntry } from "./entry";

const ENTRIES = 1000;

/** How a key looks to somebody who knows the account by its pins. */
export type Standing = "pinned" | "first" | "added" | "unconfirmed";

/** All entries of one account in order, every signature verified. */
export interface History {
  readonly tenant: string;
  readonly account: string;
  readonly entries: readonly Entry[];
  readonly keys: ReadonlyMap<string, KeyEntry>;
  readonly revoked: ReadonlySet<string>;
  /** What the account's next entry continues. */
  readonly head: { readonly n: number; readonly sha: string | null };
}

/** Reads entries as the API carries them, front to back. */
export async function readHistory(tenant: string, account: string, entries: readonly unknown[]): Promise<History> {
  const parsed: Entry[] = [];
  if (entries.length > ENTRIES) reject("too-large");
  for (const entry of entries) parsed.push(await entryFromValue(entry));
  return history(tenant, account, parsed);
}

/** Verifies parsed entries as one account's history. */
export async function history(tenant: string, account: string, entries: readonly Entry[]): Promise<History> {
  const keys = new Map<string, KeyEntry>();
  const revoked = new Set<string>();
  let head: History["head"] = { n: 0, sha: null };
  for (const entry of entries) {
    if (entry.tenant !== tenant) reject("tenant");
    if (entry.account !== account) reject("account");
    if (entry.n !== head.n + 1 || entry.prev !== head.sha) reject("chain");
    if (entry.revocation !== null) {
      const { revokes, by } = entry.revocation;
      if (!keys.has(revokes) || revoked.has(revokes)) reject("key");
      const voucher = vouching(keys, revoked, by);
      await verifyGeneral(entry.jws, 0, voucher.kid, voucher.sig);
      revoked.add(revokes);
    } else if (entry.key !== null) {
      await admitKey(entry, entry.key, keys, revoked);
      keys.set(entry.key.kid, entry.key);
    }
    head = { n: entry.n, sha: entry.sha };
  }
  return { tenant, account, entries, keys, revoked, head };
}

async function admitKey(
  entry: Entry,
  key: KeyEntry,
  keys: ReadonlyMap<string, KeyEntry>,
  revoked: ReadonlySet<string>,
): Promise<void> {
  for (const old of keys.values()) {
    for (const point of [old.enc, old.sig]) {
      if (equal(point, key.enc) || equal(point, key.sig)) reject("key");
    }
  }
  if (key.by === null) return;
  const voucher = vouching(keys, revoked, key.by);
  await verifyGeneral(entry.jws, 1, voucher.kid, voucher.sig);
}

/** A standing key that may sign other entries: kept, and of a person's browser or printed code. */
function vouching(keys: ReadonlyMap<string, KeyEntry>, revoked: ReadonlySet<string>, kid: string): KeyEntry {
  const key = keys.get(kid);
  if (key === undefined || revoked.has(kid) || key.life !== "kept") return reject("key");
  return key.kind === "browser" || key.kind === "code" ? key : reject("key");
}

/** The keys that may sign and be sealed for now (seconds). `retired` is what the server says ended. */
export function liveKeys(of: History, now: number, retired: readonly string[] = []): KeyEntry[] {
  return [...of.keys.values()].filter(
    (key) => !of.revoked.has(key.kid) && !retired.includes(key.kid) && !outlived(key, now),
  );
}

/**
 * How each key looks to somebody who has pinned `pins` of this account (empty at first contact).
 * Keys that are not `unconfirmed` are to be pinned; those that are wait for a person's click.
 */
export function classify(of: History, pins: ReadonlySet<string>): Map<string, Standing> {
  const known = new Set(pins);
  const standings = new Map<string, Standing>();
  for (const key of of.keys.values()) {
    const standing = standingOf(key, pins, known);
    if (standing !== "unconfirmed") known.add(key.kid);
    standings.set(key.kid, standing);
  }
  return standings;
}

function standingOf(key: KeyEntry, pins: ReadonlySet<string>, known: ReadonlySet<string>): Standing {
  if (pins.has(key.kid)) return "pinned";
  if (pins.size === 0 && key.n === 1) return "first";
  return key.by !== null && known.has(key.by) ? "added" : "unconfirmed";
}

/**
 * Kept keys in one's own history that this browser neither made, nor confirmed, nor found there
 * when it made its own: reason for a full-width alarm. `pins` holds all of those.
 */
export function strangers(own: History, pins: ReadonlySet<string>): KeyEntry[] {
  const standings = classify(own, pins);
  return [...own.keys.values()].filter(
    (key) => key.life === "kept" && !own.revoked.has(key.kid) && standings.get(key.kid) === "unconfirmed",
  );
}
