import type { Card, PanelState } from "../api/types";
import type { Entry } from "../ui/MenuList";
import type { MenuWords } from "../words/menus/en";
import type { Actions } from "./actions";

/** What the panel's own menu offers, in this order. */
export function panelEntries(_state: PanelState, actions: Actions, words: MenuWords): readonly Entry[] {
  return [
    { name: "browsers", text: words.browsers, press: () => { actions.show({ name: "browsers" }); } },
    { name: "history", text: words.history, press: () => { actions.show({ name: "history" }); } },
    { name: "about", text: words.about, press: () => { actions.show({ name: "about" }); } },
  ];
}

/** What the menu of a note of one's own offers, in this order. */
export function cardEntries(card: Card, actions: Actions, words: MenuWords): readonly Entry[] {
  const note = card.id;
  const waits = card.waitingFor.some((account) => account !== card.author);
  return [
    ...(waits ? [{ name: "giveWords", text: words.giveWords, press: () => { actions.show({ name: "giveWords", note }); } }] : []),
    { name: "sooner", text: words.sooner, press: () => { actions.show({ name: "sooner", note }); } },
    { name: "delete", text: words.delete, danger: true, press: () => { actions.askDelete(note); } },
  ];
}
