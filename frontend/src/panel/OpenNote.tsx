import { useEffect, useRef, useState } from "preact/hooks";
import { parts } from "../parts";
import type { OpenedFile } from "../seal/files";
import { Button } from "../ui/Button";
import { Ring } from "../ui/Ring";
import { Spoken } from "../ui/Spoken";
import type { FilesWords } from "../words/files/en";
import { useNow } from "../ui/clock";
import { useSpeech } from "../words/speech";
import type { Actions } from "./actions";
import { afterLeaving, left, SHOWN_SECONDS } from "./countdown";
import type { Model, Opening } from "./model";

interface OpenProps {
  readonly note: string;
  /** Its author looks at it, who may delete it. */
  readonly mine: boolean;
  readonly opening: Extract<Opening, { step: "shown" }>;
  readonly model: Model;
  readonly actions: Actions;
}

/** The text, as long as the person is there. `until` is in this browser's own time. */
export function OpenNote({ note, mine, opening, actions }: OpenProps) {
  const { words } = useSpeech();
  const [copied, setCopied] = useState<boolean | null>(null);
  const place = useRef<HTMLDivElement>(null);
  const now = useNow(200, opening.until !== null);
  const rest = opening.until === null ? null : left(opening.until, now, SHOWN_SECONDS);
  useEffect(() => {
    place.current?.focus();
  }, []);
  useEffect(() => {
    if (rest?.seconds === 0) actions.hide(note);
  }, [rest?.seconds]);
  useLeaving(() => {
    actions.leave(note, afterLeaving(opening.until, Date.now() / 1000));
  });
  const copy = () => {
    void actions.copy(opening.text).then(setCopied);
  };
  return (
    <div class="open" data-part="open">
      <div class="open-text" role="region" aria-label={words.noteText} tabIndex={0} ref={place} dir="auto" data-part="text">{opening.text}</div>
      {opening.files !== undefined && opening.files.length > 0 && <Files files={opening.files} actions={actions} />}
      <div class="open-foot">
        <Button look="plain" onPress={copy}>{words.copy}</Button>
        <Button look="plain" onPress={() => { actions.hide(note); }}>{words.hide}</Button>
        {mine && <Button look="subtle" onPress={() => { actions.askDelete(note); }}>{words.delete}</Button>}
        {rest === null
          ? <span class="open-rest open-count">{words.keptOpen}</span>
          : (
            <span class="open-rest">
              <span class="open-count" role="timer" aria-live="off"><Ring part={rest.part} />{words.hidesIn(rest.seconds)}</span>
              <Button look="subtle" onPress={() => { actions.keepOpen(note); }}>{words.keepOpen}</Button>
            </span>
          )}
      </div>
      <p class="hint" role="status">{copied === null ? "" : copied ? words.copied : words.notCopied}</p>
    </div>
  );
}

function Files({ files, actions }: { readonly files: readonly OpenedFile[]; readonly actions: Actions }) {
  return (
    <Spoken part={parts.files} waiting={null} reload={actions.reload}>
      {({ NoteFiles }, own: FilesWords) => <NoteFiles files={files} client={actions.bench.client} words={own} />}
    </Spoken>
  );
}

/** Hears when the page is left: a secret does not wait on a screen that nobody watches. */
function useLeaving(left: () => void): void {
  const latest = useRef(left);
  latest.current = left;
  useEffect(() => {
    const changed = () => {
      if (document.visibilityState === "hidden") latest.current();
    };
    document.addEventListener("visibilitychange", changed);
    return () => {
      document.removeEventListener("visibilitychange", changed);
    };
  }, []);
}
