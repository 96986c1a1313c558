import type { Account, Kid } from "../api/types";

/** How far a history went when this browser last relied on it. */
export interface Head {
  readonly n: number;
  readonly sha: string;
}

export type Heads = Readonly<Record<Account, Head>>;

/** A history as far as a memory of it is concerned. */
interface Told {
  readonly entries: readonly {
    readonly sha: string;
    readonly key: { readonly kid: Kid } | null;
    readonly revocation: { readonly by: Kid } | null;
  }[];
}

/**
 * The last entry that one of the `known` keys is or has signed; null where there is none. What
 * strangers appended is not remembered: anybody could spoil a history for good that way. Pure.
 */
export function headOf({ entries }: Told, known: ReadonlySet<Kid>): Head | null {
  const at = entries.findLastIndex(({ key, revocation }) => known.has(key?.kid ?? revocation?.by ?? ""));
  const last = entries[at];
  return last === undefined ? null : { n: at + 1, sha: last.sha };
}

/**
 * Whether a history still contains what it held when it was met. One that does not was cut off or
 * replaced: a key revoked meanwhile would live in it again. Pure.
 */
export const continues = (told: Told, met: Head | undefined): boolean => met === undefined || told.entries[met.n - 1]?.sha === met.sha;

/** The longer memory of each account: a page that knew less takes nothing back. Pure. */
export function withHeads(heads: Heads, met: Iterable<readonly [Account, Head]>): Heads {
  const next: Record<Account, Head> = { ...heads };
  for (const [account, head] of met) {
    if ((next[account]?.n ?? 0) < head.n) next[account] = head;
  }
  return next;
}

/** Heads as they lay in storage; anything else is none. */
export function readHeads(value: unknown): Heads {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, Head] => {
    const head: unknown = entry[1];
    return typeof head === "object" && head !== null && "n" in head && Number.isSafeInteger(head.n) && "sha" in head && typeof head.sha === "string";
  }));
}

/** Stands among the pins of an account whose history was cut off: no key of it is known, none is the first. */
export const CUT: Kid = "cut";
