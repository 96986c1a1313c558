import type { Account, PanelState, Person } from "../api/types";
import type { Speech } from "../words/notes";

/** Someone as a card shows them. */
export interface Face {
  readonly account: Account;
  readonly name: string;
  readonly picture: string | null;
}

type Known = Pick<PanelState, "people" | "me">;

export function faceOf(account: Account, known: Known, speech: Speech): Face {
  const person = known.people[account];
  const own = account === known.me.account ? known.me.name : null;
  return { account, name: person?.name ?? own ?? speech.words.formerUser, picture: person?.avatar ?? null };
}

/**
 * "Nero and you": the reader of the sentence comes last, as one does. `after` says that "with" or
 * "by" stands before the names, which changes the word for "you" in some languages.
 */
export function namesOf(accounts: readonly Account[], known: Known, speech: Speech, after: "with" | "nothing" = "with"): string {
  const others = accounts.filter((account) => account !== known.me.account).map((account) => faceOf(account, known, speech).name);
  const names = others.length === accounts.length ? others : [...others, after === "with" ? speech.words.youWith : speech.words.you];
  return speech.formats.list(names);
}

/** Agents and customers are spoken of in different words. */
export const kindOf = (account: Account, { people }: Pick<Known, "people">): Person["kind"] => people[account]?.kind ?? "customer";

/** A name at the start of a sentence. */
export const nameFirst = (account: Account, known: Known, speech: Speech): string =>
  account === known.me.account ? speech.words.youFirst : faceOf(account, known, speech).name;
