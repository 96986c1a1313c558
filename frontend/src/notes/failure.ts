import { Failed, type Trouble } from "../api/problem";
import { Rejected } from "../seal";

/** What went wrong with a note: a trouble of the call, or content that does not check out. */
export type NoteTrouble = Trouble | "false";

export function noteTroubleIn(thrown: unknown): NoteTrouble {
  if (thrown instanceof Failed) return thrown.trouble;
  return thrown instanceof Rejected || thrown instanceof DOMException ? "false" : "broken";
}
