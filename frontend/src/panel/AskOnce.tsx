import { useId } from "preact/hooks";
import { useAsking } from "../ui/asking";
import { Button } from "../ui/Button";
import { useOwn } from "../ui/Spoken";
import { askingWords } from "../words/asking";

interface AskProps {
  readonly read: () => void;
  readonly wait: () => void;
}

/** Before a note that can be opened once: whether this is the moment. */
export function AskOnce({ read, wait }: AskProps) {
  const words = useOwn(askingWords);
  const id = useId();
  const { place, quiet } = useAsking(wait);
  return (
    <div class="ask" role="alertdialog" aria-modal="true" aria-labelledby={`${id}-title`} aria-describedby={`${id}-what`} ref={place} data-part="once">
      <p class="ask-title" id={`${id}-title`}>{words.onceAsk}</p>
      <p id={`${id}-what`}>{words.onceWhat}</p>
      <div class="actions">
        <Button look="subtle" onPress={wait} focus={quiet}>{words.onceNot}</Button>
        <Button look="primary" onPress={read}>{words.onceRead}</Button>
      </div>
    </div>
  );
}
