import type { NoteId, Person, Waiting } from "../api/types";
import type { Bench } from "./bench";
import type { Draft } from "./draft";
import type { View } from "./view";

/** What a person can do in the panel. The components call these and know nothing else. */
export interface Actions {
  readonly bench: Bench;
  /** Opens a view; the one that was open closes. */
  readonly show: (view: View) => void;
  readonly closeView: () => void;
  readonly compose: () => void;
  readonly edit: (change: (draft: Draft) => Draft) => void;
  readonly cancel: () => void;
  readonly save: () => void;
  readonly find: (query: string) => Promise<readonly Person[]>;
  readonly takeBack: () => void;
  readonly endBar: () => void;
  /** The card came into view: learn, without a click, whether it can be opened here. */
  readonly seen: (note: NoteId) => void;
  readonly unlock: (note: NoteId) => void;
  readonly hide: (note: NoteId) => void;
  readonly keepOpen: (note: NoteId) => void;
  readonly leave: (note: NoteId, until: number) => void;
  /** Asks, over the card, whether the note is to be deleted. */
  readonly askDelete: (note: NoteId) => void;
  readonly keep: () => void;
  readonly delete: (note: NoteId) => void;
  readonly copy: (text: string) => Promise<boolean>;
  readonly letIn: (one: Waiting) => void;
  readonly check: (one: Waiting) => void;
  readonly retry: () => void;
  /** Loads the page around anew: for when its release is gone. */
  readonly reload: () => void;
}
