import type { PanelState } from "../api/types";
import type { Entry } from "../ui/MenuList";
import type { MenuWords } from "../words/menus/en";
import type { Actions } from "./actions";

/** What the panel's own menu offers, in this order. */
export function panelEntries(_state: PanelState, actions: Actions, words: MenuWords): readonly Entry[] {
  return [
    { name: "about", text: words.about, press: () => { actions.show({ name: "about" }); } },
  ];
}
