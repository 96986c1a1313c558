import type { Trouble } from "../api/problem";
import type { Account, Person } from "../api/types";

/** How long a note lives unless its author says otherwise: 28 days, or as long as the site allows. */
const LIFE_SECONDS = 28 * 86_400;

/** At most so many readers; the format allows no more. */
const MOST_READERS = 50;

/** Text of a note and its wrapping must fit the largest sealed size, 128 KiB; escapes may double it. */
const MOST_BYTES = 60_000;

/** When a note ends: so many seconds after it is added, or at an instant; null until that is whole. */
export type End = { readonly after: number } | { readonly at: number | null };

/** A note being written. It never leaves this page before it is sealed. */
export interface Draft {
  readonly text: string;
  readonly readers: readonly Person[];
  readonly end: End;
  readonly files: readonly File[];
  /** How much of the files was sent, 0 to 1. */
  readonly sent: number;
  /** How often each reader may open it: null for as often as they like, 0 until the number is whole. */
  readonly opens: number | null;
  /** `subscribing`: nobody like this person has subscribed yet, and the form that asks stands in the place of this one. */
  readonly step: "writing" | "sending" | "subscribing";
  readonly faults: Faults;
  /** `names`: the host calls one of the readers otherwise than our server did. */
  readonly failure: Trouble | "readers" | "names" | null;
}

export interface Faults {
  readonly text?: "empty" | "long";
  readonly readers?: "none";
  readonly end?: "empty" | "past" | "late";
  readonly opens?: "empty";
  /** Found out as files are chosen. */
  readonly files?: "many" | "large" | "named";
}

export const emptyDraft: Draft = { text: "", readers: [], end: { after: LIFE_SECONDS }, files: [], sent: 0, opens: null, step: "writing", faults: {}, failure: null };

/** The instant at which a note added `now` ends, at most `longest` later; or why there is none. */
export function endOf(end: End, now: number, longest: number): number | "empty" | "past" | "late" {
  if ("after" in end) return now + Math.min(end.after, longest);
  if (end.at === null) return "empty";
  return end.at <= now ? "past" : end.at > now + longest ? "late" : end.at;
}

/** What stops this draft from being sent; empty when nothing does. */
export function faultsOf(draft: Draft, now: number, longest: number): Faults {
  const text = draft.text.trim() === "" ? "empty" : tooLong(draft.text) ? "long" : null;
  const end = endOf(draft.end, now, longest);
  return {
    ...(text === null ? {} : { text }),
    ...(draft.readers.length === 0 ? { readers: "none" as const } : {}),
    ...(typeof end === "number" ? {} : { end }),
    ...(draft.opens === 0 ? { opens: "empty" as const } : {}),
    ...(draft.faults.files === undefined ? {} : { files: draft.faults.files }),
  };
}

const tooLong = (text: string): boolean => new TextEncoder().encode(JSON.stringify(text)).length > MOST_BYTES;

export const hasFaults = (faults: Faults): boolean => Object.keys(faults).length > 0;

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

export function withFiles(draft: Draft, files: readonly File[], fault: Faults["files"] | null): Draft {
  const { files: _, ...faults } = draft.faults;
  return { ...draft, files, faults: fault === null || fault === undefined ? faults : { ...faults, files: fault }, failure: null };
}

export function withEnd(draft: Draft, end: End): Draft {
  const { end: _, ...faults } = draft.faults;
  return { ...draft, end, faults, failure: null };
}

export function withOpens(draft: Draft, opens: number | null): Draft {
  const { opens: _, ...faults } = draft.faults;
  return { ...draft, opens, faults, failure: null };
}

/** Those found who can still be chosen, the present ones first. */
export function choosable(found: readonly Person[], draft: Draft, me: Account): readonly Person[] {
  const taken = new Set([me, ...draft.readers.map((one) => one.account)]);
  return found.filter((person) => person.active && !taken.has(person.account));
}

/** What of a draft is kept through a reload: all that the person chose. */
export const toKeep = ({ text, readers, end, opens }: Draft): string => JSON.stringify({ text, readers, end, opens });

/** A draft as it was kept; anything else than a whole one changes nothing. */
export function readKept(kept: string): Partial<Draft> {
  try {
    const { text, readers, end, opens } = JSON.parse(kept) as Partial<Record<keyof Draft, unknown>>;
    const whole = typeof text === "string" && Array.isArray(readers) && isEnd(end) && (opens === null || typeof opens === "number");
    return whole ? { text, readers: readers.filter(isPerson), end, opens, faults: {}, failure: null } : {};
  } catch {
    return {};
  }
}

const isEnd = (value: unknown): value is End =>
  typeof value === "object" && value !== null
  && (("after" in value && typeof value.after === "number") || ("at" in value && (value.at === null || typeof value.at === "number")));

const isPerson = (value: unknown): value is Person =>
  typeof value === "object" && value !== null && "account" in value && typeof value.account === "string" && "name" in value && typeof value.name === "string";
