import type { Waiting } from "../api/types";
import type { Candidate } from "./letting";

/** One person's browser, and the notes it waits for. */
export interface Caller {
  readonly kid: string;
  readonly name: string;
  readonly kind: Waiting["kind"];
  /** The notes, each checked: this browser can let the other into it. */
  readonly candidates: readonly Candidate[];
  /** The most careful of all standings decides how the person is asked. */
  readonly first: boolean;
}

/** Those of the list that nobody was asked about yet and that need a person's click; `left` were not let in without. Pure. */
export const unasked = (waiting: readonly Waiting[], asked: ReadonlySet<string>, left: ReadonlySet<Waiting>): readonly Waiting[] =>
  waiting.filter((one) => (one.reason !== "added" || left.has(one)) && !asked.has(one.kid));

/** One question per browser, however many notes it waits for. Pure. */
export function callers(candidates: readonly Candidate[]): readonly Caller[] {
  const byKid = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const { kid } = candidate.waiting;
    byKid.set(kid, [...(byKid.get(kid) ?? []), candidate]);
  }
  return [...byKid].map(([kid, all]) => ({
    kid, candidates: all, name: all[0]?.waiting.name ?? "", kind: all[0]?.waiting.kind ?? "customer",
    first: all.every((one) => one.standing !== "unconfirmed" && one.waiting.reason === "first"),
  }));
}

/** Browsers that asked before and do not wait any more: their flags can go. Pure. */
export const settled = (asked: Iterable<string>, waiting: readonly Waiting[]): readonly string[] => {
  const still = new Set(waiting.map((one) => one.kid));
  return [...asked].filter((kid) => !still.has(kid));
};
