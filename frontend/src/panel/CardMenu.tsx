import type { Card } from "../api/types";
import { useSpeech } from "../words/speech";
import type { Actions } from "./actions";
import { MenuButton } from "./MenuButton";

interface MenuProps {
  readonly card: Card;
  readonly now: number;
  readonly actions: Actions;
}

/** What an author can do with a note of their own beside reading it. */
export function CardMenu({ card, now, actions }: MenuProps) {
  const { words, formats } = useSpeech();
  const label = words.moreYours(formats.ago(card.createdAt, now));
  return <MenuButton label={label} reload={actions.reload} entries={(menus, own) => menus.cardEntries(card, actions, own)} />;
}
