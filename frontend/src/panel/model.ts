import type { Trouble } from "../api/problem";
import type { Account, Card, NoteId, PanelState, Person } from "../api/types";
import type { OpenedFile } from "../seal/files";
import type { Draft } from "./draft";
import type { View } from "./view";

/** Where this browser's key is. */
export type Custody =
  /** Not known yet. */
  | "unknown"
  /** A key stays in this browser. */
  | "kept"
  /** Storage is blocked; no key yet, and none is made before a click needs it. */
  | "blocked"
  /** Storage is blocked; a key lives as long as this page. */
  | "page";

/** One note as it stands on this screen; absent means locked. */
export type Opening =
  | { readonly step: "opening" }
  | { readonly step: "shown"; readonly text: string; readonly files?: readonly OpenedFile[]; readonly until: number | null }
  | { readonly step: "failed"; readonly why: Trouble | "false" };

/** The bar after adding. */
export interface Bar {
  readonly note: NoteId;
  readonly readers: readonly Account[];
  readonly until: number;
  readonly step: "offered" | "working" | "taken" | "late" | "failed";
}

/** A note whose author is asked whether to delete it, and what came of it. */
export type Deleting =
  | { readonly note: NoteId; readonly step: "asking" | "working" | "done" }
  | { readonly note: NoteId; readonly step: "failed"; readonly why: Trouble };

/** Letting one browser into one note. */
export type LetInStep =
  | "checking"
  | "working"
  | "done"
  | "failed"
  /** This browser cannot open the note itself. */
  | "no-key"
  /** It turned out to be a browser nobody vouched for: that takes another, knowing click. */
  | "unsure";

/** Why an issue is out of reach though the host shows it. */
export type Away = Extract<Trouble, "locked" | "left">;

/** What the whole panel is, when it is not the list. */
export type Phase =
  | { readonly is: "loading" }
  | { readonly is: "ready"; readonly state: PanelState }
  | { readonly is: "signed-out" }
  | { readonly is: "no-right" }
  /** The issue is out of everybody's reach, or of customers'. */
  | { readonly is: "away"; readonly why: Away }
  | { readonly is: "wrong-place" }
  | { readonly is: "too-old" }
  | { readonly is: "failed"; readonly why: Trouble };

export interface Model {
  readonly phase: Phase;
  /** Server time minus this browser's clock, seconds. */
  readonly skew: number;
  readonly online: boolean;
  readonly custody: Custody;
  /** Whether the person was told that storage is blocked, and what came of Allow. */
  readonly allow: "idle" | "asking" | "refused" | "granted";
  readonly draft: Draft | null;
  readonly bar: Bar | null;
  readonly openings: Readonly<Record<NoteId, Opening>>;
  readonly deleting: Deleting | null;
  /** What stands in the place of the list, or under a card. */
  readonly view: View | null;
  /** Whether this browser's own key has a wrap of the note; absent until that was looked up. */
  readonly own: Readonly<Record<NoteId, boolean>>;
  /** Notes whose author wrote from a browser that this one has not met. */
  readonly doubts: Readonly<Record<NoteId, boolean>>;
  /** This browser knows the site under another installation. */
  readonly otherSite: boolean;
  /** How often in a row the part that reads could not be fetched. */
  readonly missing: number;
  /** The note hidden last, whose button gets the focus back. */
  readonly hidden: NoteId | null;
  readonly letIns: Readonly<Record<string, LetInStep>>;
  /** When an unknown key was added to one's own account; null without alarm. */
  readonly alarm: number | null;
  /** What a screen reader hears next. */
  readonly said: string;
}

export type Event =
  | { readonly type: "loaded"; readonly state: PanelState; readonly at: number }
  | { readonly type: "failed"; readonly why: Trouble }
  | { readonly type: "closed"; readonly phase: "signed-out" | "wrong-place" | "too-old" }
  | { readonly type: "online"; readonly yes: boolean }
  | { readonly type: "custody"; readonly custody: Custody }
  | { readonly type: "allow"; readonly step: Model["allow"] }
  | { readonly type: "alarm"; readonly at: number | null }
  | { readonly type: "draft"; readonly draft: Draft | null }
  | { readonly type: "added"; readonly card: Card; readonly people: readonly Person[]; readonly until: number }
  | { readonly type: "bar"; readonly step: Bar["step"] }
  | { readonly type: "bar-ended" }
  | { readonly type: "opening"; readonly note: NoteId; readonly opening: Opening | null }
  | { readonly type: "keep-open"; readonly note: NoteId }
  | { readonly type: "deleting"; readonly deleting: Deleting | null }
  | { readonly type: "deleted"; readonly note: NoteId; readonly at: number }
  | { readonly type: "view"; readonly view: View | null }
  | { readonly type: "looked"; readonly note: NoteId; readonly own: boolean; readonly doubt: boolean }
  | { readonly type: "site"; readonly other: boolean }
  | { readonly type: "part"; readonly came: boolean }
  | { readonly type: "let-in"; readonly key: string; readonly step: LetInStep | null }
  | { readonly type: "say"; readonly text: string };

export const start: Model = {
  phase: { is: "loading" }, skew: 0, online: true, custody: "unknown", allow: "idle", draft: null, bar: null,
  openings: {}, deleting: null, view: null, own: {}, doubts: {}, otherSite: false, missing: 0, hidden: null, letIns: {}, alarm: null, said: "",
};

/** What no closed panel keeps: texts, and questions about notes that are not shown any more. */
const shut = { openings: {}, deleting: null, draft: null, view: null } as const;

/** The one place where the panel changes. Pure. */
export function reduce(model: Model, event: Event): Model {
  switch (event.type) {
    case "loaded": return loaded(model, event.state, event.at);
    case "failed": return failed(model, event.why);
    case "closed": return { ...model, phase: { is: event.phase }, ...shut };
    case "online": return { ...model, online: event.yes };
    case "custody": return { ...model, custody: event.custody };
    case "allow": return { ...model, allow: event.step };
    // Where the site moved, every browser is new: that is no news.
    case "alarm": return { ...model, alarm: model.phase.is === "ready" && model.phase.state.site.moved === true ? null : event.at };
    case "draft": return { ...model, draft: event.draft };
    case "added": return added(model, event);
    case "bar": return model.bar ? { ...model, bar: { ...model.bar, step: event.step } } : model;
    case "bar-ended": return { ...model, bar: null };
    case "opening": return opening(model, event.note, event.opening);
    case "keep-open": return keepOpen(model, event.note);
    case "deleting": return { ...model, deleting: event.deleting };
    case "deleted": return deleted(model, event.note, event.at);
    case "view": return { ...model, view: event.view };
    case "looked": return {
      ...model, own: put(model.own, event.note, event.own), doubts: put(model.doubts, event.note, event.doubt || null),
    };
    case "site": return { ...model, otherSite: event.other };
    case "part": return { ...model, missing: event.came ? 0 : model.missing + 1 };
    case "let-in": return { ...model, letIns: put(model.letIns, event.key, event.step) };
    case "say": return { ...model, said: event.text };
  }
}

/** Server time at the browser's clock `at`. */
export const serverTime = (model: Model, at: number): number => Math.floor(at + model.skew);

function loaded(model: Model, state: PanelState, at: number): Model {
  const ended = new Set(state.notes.filter((note) => note.state !== "live").map((note) => note.id));
  const openings = Object.fromEntries(Object.entries(model.openings).filter(([id]) => !ended.has(id)));
  const still = new Set(state.waiting.map((one) => waitingKey(one)));
  const letIns = Object.fromEntries(Object.entries(model.letIns).filter(([key, step]) => still.has(key) || step === "done"));
  const { deleting } = model;
  const moot = deleting !== null && deleting.step !== "done" && ended.has(deleting.note);
  const view = model.view?.note !== undefined && ended.has(model.view.note) ? null : model.view;
  return { ...model, phase: { is: "ready", state }, skew: state.now - at, openings, letIns, deleting: moot ? null : deleting, view };
}

/** A list once shown stays, marked as old; only losing the right takes it away, with all that is open. */
function failed(model: Model, why: Trouble): Model {
  if (why === "no-right" || why === "gone") return { ...model, phase: { is: "no-right" }, ...shut };
  if (why === "locked" || why === "left") return { ...model, phase: { is: "away", why }, ...shut };
  if (why === "signed-out") return { ...model, phase: { is: "signed-out" }, ...shut };
  if (model.phase.is === "ready") return { ...model, online: why === "offline" ? false : model.online };
  return { ...model, phase: { is: "failed", why } };
}

function added(model: Model, event: Extract<Event, { type: "added" }>): Model {
  const bar: Bar = { note: event.card.id, readers: event.card.readers, until: event.until, step: "offered" };
  if (model.phase.is !== "ready") return { ...model, draft: null, bar };
  const { state } = model.phase;
  const notes = [event.card, ...state.notes.filter((note) => note.id !== event.card.id)];
  const people = { ...state.people, ...Object.fromEntries(event.people.map((person) => [person.account, person])) };
  return { ...model, phase: { is: "ready", state: { ...state, notes, people } }, draft: null, bar };
}

function opening(model: Model, note: NoteId, now: Opening | null): Model {
  const hidden = now === null && model.openings[note]?.step === "shown" ? note : null;
  return { ...model, openings: put(model.openings, note, now), hidden };
}

/** The text goes at once, and the card turns without waiting for the list to be read anew. */
function deleted(model: Model, note: NoteId, at: number): Model {
  const next: Model = {
    ...model, openings: put(model.openings, note, null), deleting: { note, step: "done" }, bar: model.bar?.note === note ? null : model.bar,
  };
  if (model.phase.is !== "ready") return next;
  const { state } = model.phase;
  const notes = state.notes.map((card): Card =>
    (card.id === note && card.state === "live" ? { ...card, state: "deleted", unlockable: false, why: "ended", endedAt: at } : card));
  return { ...next, phase: { is: "ready", state: { ...state, notes } } };
}

function keepOpen(model: Model, note: NoteId): Model {
  const opening = model.openings[note];
  if (opening?.step !== "shown") return model;
  return { ...model, openings: { ...model.openings, [note]: { ...opening, until: null } } };
}

function put<T>(map: Readonly<Record<string, T>>, key: string, value: T | null): Readonly<Record<string, T>> {
  if (value !== null) return { ...map, [key]: value };
  return Object.fromEntries(Object.entries(map).filter(([other]) => other !== key));
}

/** Names one browser that waits for one note. */
export const waitingKey = (one: { note: NoteId; kid: string }): string => `${one.note} ${one.kid}`;
