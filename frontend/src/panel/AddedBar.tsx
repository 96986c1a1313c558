import { useEffect, useRef } from "preact/hooks";
import type { PanelState } from "../api/types";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { useNow } from "../ui/clock";
import { useOwn } from "../ui/Spoken";
import type { Words } from "../words/en";
import { useSpeech } from "../words/speech";
import { writingWords } from "../words/writing";
import type { WritingWords } from "../words/writing/en";
import type { Actions } from "./actions";
import { type Bar, type Model, serverTime } from "./model";
import { namesOf } from "./people";

interface BarProps {
  readonly bar: Bar;
  readonly known: PanelState;
  readonly model: Model;
  readonly actions: Actions;
}

/** How long the last word stays once the note was taken back, or could not be. */
const LAST_WORD_SECONDS = 6;

/** Ten seconds in which nobody has been told yet. */
export function AddedBar({ bar, known, model, actions }: BarProps) {
  const speech = useSpeech();
  const { words: usual } = speech;
  const words = useOwn(writingWords);
  const now = serverTime(model, useNow(250));
  const place = useRef<HTMLDivElement>(null);
  const over = now >= bar.until;
  useEffect(() => {
    place.current?.focus();
  }, [bar.note]);
  useEffect(() => {
    if (bar.step === "offered" && over) actions.endBar();
    if (bar.step === "offered" || bar.step === "working") return undefined;
    const timer = setTimeout(actions.endBar, LAST_WORD_SECONDS * 1000);
    return () => {
      clearTimeout(timer);
    };
  }, [bar.step, over]);
  const names = namesOf(bar.readers, known, speech);
  return (
    <div class="bar" role="group" aria-label={usual.sharedWith(names)} tabIndex={-1} ref={place} data-part="bar">
      <span class="bar-icon"><Icon name="check" /></span>
      <span class="bar-text">{textOf(bar, names, usual, words)}</span>
      {bar.step === "offered" && <span class="bar-count" aria-hidden="true">{words.announceIn(Math.max(0, bar.until - now))}</span>}
      {(bar.step === "offered" || bar.step === "working") && (
        <Button look="subtle" onPress={actions.takeBack} busy={bar.step === "working"}>
          {bar.step === "working" ? words.takingBack : words.takeBack}
        </Button>
      )}
    </div>
  );
}

function textOf(bar: Bar, names: string, usual: Words, words: WritingWords): string {
  switch (bar.step) {
    case "offered": case "working": return usual.sharedWith(names);
    case "taken": return usual.tookBack;
    case "late": return words.tooLate;
    case "failed": return words.takeBackFailed;
  }
}
