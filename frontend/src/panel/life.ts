import type { LifeWords } from "../words/life/en";
import { type End, endOf } from "./draft";

const HOUR = 3_600;
const DAY = 86_400;

/** Lives that are offered without typing, in seconds. */
const SPANS = [HOUR, DAY, 7 * DAY, 28 * DAY] as const;

/** At most so often may each reader be allowed to open a note; the format allows no more. */
export const MOST_OPENS = 1_000;

/** The lives offered where none may be longer than `longest`, and that one itself where it is shorter than all. Pure. */
export function spansWithin(longest: number): readonly number[] {
  const fitting = SPANS.filter((span) => span < longest);
  return longest < (SPANS[3]) || fitting.length === 0 ? [...fitting, longest] : SPANS;
}

/** Those that end a note sooner than it would, `rest` seconds from now. Pure. */
export const spansBelow = (rest: number): readonly number[] => SPANS.filter((span) => span < rest);

/** "In 7 days". Pure. */
export const spanText = (span: number, words: LifeWords): string =>
  span < DAY ? words.inHours(Math.max(1, Math.floor(span / HOUR))) : words.inDays(Math.floor(span / DAY));

/** What a date-and-time field holds for an instant, in this browser's own time zone. */
export function fieldOf(seconds: number): string {
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The instant that such a field means; null while it is not whole. */
export function instantOf(field: string): number | null {
  const ms = new Date(field).getTime();
  return Number.isNaN(ms) ? null : Math.floor(ms / 1000);
}

/** The count in a field; null for what is none, or none that is allowed. Pure. */
export function opensOf(field: string): number | null {
  const count = /^\s*\d{1,4}\s*$/.test(field) ? Number(field) : 0;
  return count >= 1 && count <= MOST_OPENS ? count : null;
}

/** The end that replaces `before`; or why it cannot. Pure. */
export function soonerThan(before: number, end: End, now: number): number | "empty" | "past" | "late" {
  const at = endOf(end, now, Number.MAX_SAFE_INTEGER);
  return typeof at === "number" && at >= before ? "late" : at;
}
