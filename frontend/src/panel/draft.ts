import type { Trouble } from "../api/problem";
import type { Account, Person } from "../api/types";

/** How long a note lives: 28 days. */
export const LIFE_SECONDS = 28 * 86_400;

/** At most so many readers; the format allows no more. */
const MOST_READERS = 50;

/** Text of a note and its wrapping must fit the largest sealed size, 128 KiB; escapes may double it. */
const MOST_BYTES = 60_000;

/** A note being written. It never leaves this page before it is sealed. */
export interface Draft {
  readonly text: string;
  readonly readers: readonly Person[];
  readonly step: "writing" | "sending";
  readonly faults: Faults;
  readonly failure: Trouble | "readers" | null;
}

export interface Faults {
  readonly text?: "empty" | "long";
  readonly readers?: "none";
}

export const emptyDraft: Draft = { text: "", readers: [], step: "writing", faults: {}, failure: null };

/** What stops this draft from being sent; empty when nothing does. */
export function faultsOf(draft: Draft): Faults {
  const text = draft.text.trim() === "" ? "empty" : tooLong(draft.text) ? "long" : null;
  return { ...(text === null ? {} : { text }), ...(draft.readers.length === 0 ? { readers: "none" as const } : {}) };
}

const tooLong = (text: string): boolean => new TextEncoder().encode(JSON.stringify(text)).length > MOST_BYTES;

export const hasFaults = (faults: Faults): boolean => faults.text !== undefined || faults.readers !== undefined;

/** Typing clears the fault of its field, and no other. */
export function withText(draft: Draft, text: string): Draft {
  const { text: _, ...faults } = draft.faults;
  return { ...draft, text, faults, failure: null };
}

export function withReader(draft: Draft, person: Person): Draft {
  if (draft.readers.length >= MOST_READERS || draft.readers.some((one) => one.account === person.account)) return draft;
  const { readers: _, ...faults } = draft.faults;
  return { ...draft, readers: [...draft.readers, person], faults, failure: null };
}

export const withoutReader = (draft: Draft, account: Account): Draft =>
  ({ ...draft, readers: draft.readers.filter((one) => one.account !== account) });

/** Those found who can still be chosen, the present ones first. */
export function choosable(found: readonly Person[], draft: Draft, me: Account): readonly Person[] {
  const taken = new Set([me, ...draft.readers.map((one) => one.account)]);
  return found.filter((person) => person.active && !taken.has(person.account));
}
