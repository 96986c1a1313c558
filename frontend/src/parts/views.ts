import type { ComponentType } from "preact";
import type { PanelState } from "../api/types";
import type { Actions } from "../panel/actions";
import type { Bench } from "../panel/bench";
import type { Model } from "../panel/model";
import type { View } from "../panel/view";
import type { Bring } from "../words/languages";
import { Part } from "./part";

/** What every view is given. State of its own it keeps itself. */
export interface ViewProps<W> {
  readonly view: View;
  readonly state: PanelState;
  readonly model: Model;
  readonly actions: Actions;
  /** The view's own words. */
  readonly words: W;
  /** Calls, key, server time; `refresh` after what changes the list, `say` for screen readers. */
  readonly bench: Bench;
  readonly close: () => void;
}

/** A part that shows one view. */
export interface ViewPart<W extends object> {
  readonly View: ComponentType<ViewProps<W>>;
  readonly words: Bring<W>;
}

/** Everything beside the list and the note itself: a file beside this one, and a line here. */
export const views = {
  about: new Part(() => import("./about")),
  sooner: new Part(() => import("./sooner")),
  browsers: new Part(() => import("./browsers")),
  history: new Part(() => import("./history")),
  giveWords: new Part(() => import("./giveWords")),
  useWords: new Part(() => import("./useWords")),
};
