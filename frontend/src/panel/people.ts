import type { Account, PanelState } from "../api/types";
import type { Speech } from "../words/speech";

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

/** "Nero and you": the reader of the sentence comes last, as one does. */
export function namesOf(accounts: readonly Account[], known: Known, speech: Speech): string {
  const others = accounts.filter((account) => account !== known.me.account).map((account) => faceOf(account, known, speech).name);
  const names = others.length === accounts.length ? others : [...others, speech.words.you];
  return speech.formats.list(names);
}

/** A name at the start of a sentence. */
export const nameFirst = (account: Account, known: Known, speech: Speech): string =>
  account === known.me.account ? speech.words.youFirst : faceOf(account, known, speech).name;
