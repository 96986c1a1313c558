import { useId } from "preact/hooks";
import type { Trouble } from "../api/problem";
import type { Card, PanelState } from "../api/types";
import { useAsking } from "../ui/asking";
import { Button } from "../ui/Button";
import { useOwn } from "../ui/Spoken";
import { askingWords } from "../words/asking";
import type { AskingWords } from "../words/asking/en";
import { useSpeech } from "../words/speech";
import type { Actions } from "./actions";
import type { Deleting } from "./model";
import { namesOf } from "./people";

interface DeleteProps {
  readonly card: Card;
  readonly known: PanelState;
  readonly deleting: Deleting;
  readonly actions: Actions;
}

/** Asks once, over the card, and says there when it could not be done. */
export function DeleteNote({ card, known, deleting, actions }: DeleteProps) {
  const speech = useSpeech();
  const { words: usual } = speech;
  const words = useOwn(askingWords);
  const id = useId();
  const working = deleting.step === "working";
  const { place, quiet } = useAsking(actions.keep);
  return (
    <div class="ask" role="alertdialog" aria-modal="true" aria-labelledby={`${id}-title`} aria-describedby={`${id}-what`} ref={place} data-part="ask">
      <p class="ask-title" id={`${id}-title`}>{words.deleteAsk}</p>
      <p id={`${id}-what`}>{words.deleteWhat(namesOf(card.readers, known, speech, "nothing"))}</p>
      {deleting.step === "failed" && <p class="fault" role="alert">{failureText(deleting.why, words)}</p>}
      <div class="actions">
        {!working && <Button look="subtle" onPress={actions.keep} focus={quiet}>{usual.cancel}</Button>}
        <Button look="danger" onPress={() => { actions.delete(card.id); }} busy={working}>{working ? words.deleting : usual.delete}</Button>
      </div>
    </div>
  );
}

function failureText(why: Trouble, words: AskingWords): string {
  switch (why) {
    case "offline": return words.deleteOffline;
    case "busy": return words.deleteBusy;
    case "no-right": case "signed-out": return words.deleteRight;
    case "gone": return words.deleteGone;
    default: return words.deleteFailed;
  }
}
