import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import type { Trouble } from "../api/problem";
import type { Card, PanelState } from "../api/types";
import { aloneIn, turnIn } from "../ui/alone";
import { Button } from "../ui/Button";
import type { Words } from "../words/en";
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
  const { words } = speech;
  const id = useId();
  const working = deleting.step === "working";
  const { place, cancel } = useAsking(actions.keep);
  return (
    <div class="ask" role="alertdialog" aria-modal="true" aria-labelledby={`${id}-title`} aria-describedby={`${id}-what`} ref={place} data-part="ask">
      <p class="ask-title" id={`${id}-title`}>{words.deleteAsk}</p>
      <p id={`${id}-what`}>{words.deleteWhat(namesOf(card.readers, known, speech, "nothing"))}</p>
      {deleting.step === "failed" && <p class="fault" role="alert">{failureText(deleting.why, words)}</p>}
      <div class="actions">
        {!working && <Button look="subtle" onPress={actions.keep} focus={cancel}>{words.cancel}</Button>}
        <Button look="danger" onPress={() => { actions.delete(card.id); }} busy={working}>{working ? words.deleting : words.delete}</Button>
      </div>
    </div>
  );
}

/** The focus begins on Cancel, stays inside, and goes back to where it came from. */
function useAsking(keep: () => void) {
  const place = useRef<HTMLDivElement>(null);
  const cancel = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    const dialog = place.current;
    if (dialog === null) return undefined;
    const before = document.activeElement;
    const release = aloneIn(dialog);
    cancel.current?.focus();
    return () => {
      release();
      // The text, and its buttons with it, may have been hidden meanwhile.
      const back = before instanceof HTMLElement && before !== document.body && before.isConnected ? before : dialog.parentElement?.querySelector("button");
      back?.focus();
    };
  }, []);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key === "Escape") keep();
      else if (event.key === "Tab" && place.current !== null) turnIn(place.current, event);
    };
    document.addEventListener("keydown", pressed);
    return () => {
      document.removeEventListener("keydown", pressed);
    };
  }, [keep]);
  return { place, cancel };
}

function failureText(why: Trouble, words: Words): string {
  switch (why) {
    case "offline": return words.deleteOffline;
    case "busy": return words.deleteBusy;
    case "no-right": case "signed-out": return words.deleteRight;
    case "gone": return words.deleteGone;
    default: return words.deleteFailed;
  }
}
