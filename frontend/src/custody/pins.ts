import type { Account, Kid } from "../api/types";

/** What this browser remembers of other people's keys, so that a changed one stands out. */
export type Pins = Readonly<Record<Account, readonly Kid[]>>;

/** The union: a pin is never taken back by a page that knew less. Pure. */
export function withPins(pins: Pins, met: Iterable<readonly [Account, Iterable<Kid>]>): Pins {
  const next: Record<Account, readonly Kid[]> = { ...pins };
  for (const [account, kids] of met) {
    const all = [...new Set([...(next[account] ?? []), ...kids])];
    if (all.length > 0) next[account] = all;
  }
  return next;
}

/** Pins as they lay in storage; anything else than pins is no pins. */
export function readPins(value: unknown): Pins {
  if (typeof value !== "object" || value === null) return {};
  const entries = Object.entries(value).filter((entry): entry is [string, string[]] =>
    Array.isArray(entry[1]) && entry[1].every((kid) => typeof kid === "string"));
  return Object.fromEntries(entries);
}
