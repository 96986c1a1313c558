import type { Account, Card, PanelState, Waiting } from "../api/types";
import { type Custody, type Model, type Opening, waitingKey } from "./model";

/** What one card shows. Pure: a decision, no words. */
export type Shape =
  | { readonly is: "tombstone"; readonly how: "taken-back" | "deleted" | "expired" | "used" | "shredded"; readonly at: number }
  | { readonly is: "open"; readonly opening: Extract<Opening, { step: "shown" }> }
  | {
    readonly is: "locked";
    readonly button: "unlock" | "unlocking" | "gray";
    /** Why the button is gray, or what a click means. */
    readonly line: "will-see" | "yours" | "only-agents" | "only-customers" | "used" | "getting" | "getting-mine";
    readonly failure: Extract<Opening, { step: "failed" }>["why"] | null;
  };

export type Reading =
  | { readonly is: "none" }
  | { readonly is: "some"; readonly who: readonly Account[]; readonly last: number };

/** What is known about this browser and this note. */
export interface Here {
  readonly custody: Custody;
  readonly opening: Opening | undefined;
  /** This browser's own key has a wrap: true, false, or null while nobody has looked. */
  readonly own: boolean | null;
}

export function shapeOf(card: Card, me: PanelState["me"], here: Here, now: number): Shape {
  if (card.state !== "live") return { is: "tombstone", how: card.state, at: card.endedAt ?? card.expiresAt };
  if (now >= card.expiresAt) return { is: "tombstone", how: "expired", at: card.expiresAt };
  if (here.opening?.step === "shown") return { is: "open", opening: here.opening };
  const failure = here.opening?.step === "failed" ? here.opening.why : null;
  if (!card.mine && !card.reader) {
    return { is: "locked", button: "gray", line: me.kind === "agent" ? "only-agents" : "only-customers", failure };
  }
  if (card.why === "used") return { is: "locked", button: "gray", line: "used", failure };
  if (here.opening?.step === "opening") return { is: "locked", button: "unlocking", line: lineOf(card), failure };
  if (isWaiting(card, here)) return { is: "locked", button: "gray", line: card.mine ? "getting-mine" : "getting", failure };
  return { is: "locked", button: "unlock", line: lineOf(card), failure };
}

const lineOf = (card: Card) => (card.mine ? "yours" as const : "will-see" as const);

/**
 * Whether somebody has to let this browser in first. Where storage is blocked nothing is known
 * before the click that makes a key: the button stays, and the click asks.
 */
function isWaiting(card: Card, here: Here): boolean {
  if (here.custody === "blocked" || here.custody === "unknown") return false;
  return here.own === false || (here.own === null && card.why === "waiting");
}

/** Whether this is what the person came for: a note they were given and have not read. */
export const isNew = (card: Card, me: Account): boolean => card.reader && !card.opened.some((one) => one.account === me);

export function readingOf(card: Card): Reading {
  const readers = card.opened.filter((one) => one.account !== card.author);
  if (readers.length === 0) return { is: "none" };
  return { is: "some", who: readers.map((one) => one.account), last: Math.max(...readers.map((one) => one.at)) };
}

/** Readers who never opened it: of their own notes authors are told even after the end. */
export const unreadBy = (card: Card): readonly Account[] =>
  card.readers.filter((account) => !card.opened.some((one) => one.account === account));

/** Readers who never had a key: those who have not opened a panel yet. */
export const neverHere = (card: Card, state: Pick<PanelState, "people" | "me">, waiting: readonly Waiting[]): readonly Account[] =>
  card.waitingFor.filter((account) => account !== card.author && account !== state.me.account && state.people[account]?.hasKey === false &&
    !waiting.some((one) => one.note === card.id && one.account === account));

/** Browsers waiting for this note that this person may let in; vouched ones only once that was not enough. */
export const waitingFor = (card: Card, waiting: readonly Waiting[], letIns: Model["letIns"]): readonly Waiting[] =>
  waiting.filter((one) => one.note === card.id && card.state === "live" && (one.reason !== "added" || letIns[waitingKey(one)] !== undefined));
