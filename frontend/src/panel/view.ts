import type { Account, NoteId } from "../api/types";
import type { views } from "../parts/views";

/** A view that is open: which one, and what it is about. One that is about a note stands under its card, any other in the list's place. */
export interface View {
  readonly name: keyof typeof views;
  readonly note?: NoteId;
  readonly account?: Account;
}
