import { useId, useRef, useState } from "preact/hooks";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import type { FilesWords } from "../words/files/en";
import { knownLocale } from "../words/when";
import { useSpeech } from "../words/speech";
import { type Draft, withFiles } from "./draft";
import { type FilesFault, filesFault, MOST_FILE_BYTES, sizeText } from "./sizes";

interface FieldProps {
  readonly draft: Draft;
  readonly words: FilesWords;
  readonly edit: (change: (draft: Draft) => Draft) => void;
}

/** Files for a note: chosen by a button, or dropped. */
export function FilesField({ draft, words, edit }: FieldProps) {
  const locale = knownLocale(useSpeech().locale);
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const most = sizeText(MOST_FILE_BYTES, locale);
  const fault = draft.faults.files ?? null;
  const sending = draft.step === "sending";
  const change = (to: (files: readonly File[]) => readonly File[]) => {
    edit((now) => {
      const files = to(now.files);
      return withFiles(now, files, filesFault(files));
    });
  };
  const take = (list: FileList | null | undefined) => {
    const more = [...list ?? []];
    if (more.length > 0 && !sending) change((now) => [...now, ...more]);
  };
  return (
    <div
      class={over ? "field drop drop-over" : "field drop"} role="group" aria-labelledby={`${id}-label`} data-part="files"
      onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => { setOver(false); }}
      onDrop={(event) => { event.preventDefault(); setOver(false); take(event.dataTransfer?.files); }}
    >
      <span class="label" id={`${id}-label`}>{words.files}</span>
      {draft.files.length > 0 && (
        <ul class="files">
          {draft.files.map((file, at) => (
            <li key={`${file.name} ${String(at)}`} class="file">
              <span class="name" dir="auto">{file.name}</span>
              <span class="mark">{sizeText(file.size, locale)}</span>
              {!sending && (
                <Button look="subtle" size="small" label={words.remove(file.name)} onPress={() => { change((now) => now.filter((one) => one !== file)); }}>
                  <Icon name="cross" />
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      <input
        ref={input} type="file" multiple hidden aria-label={words.choose}
        onChange={(event) => { take(event.currentTarget.files); event.currentTarget.value = ""; }}
      />
      {!sending && <span><Button look="plain" describedBy={`${id}-note`} onPress={() => input.current?.click()}><Icon name="plus" />{words.choose}</Button></span>}
      {sending && draft.files.length > 0
        ? <Progress part={draft.sent} text={words.sending(Math.floor(draft.sent * 100))} />
        : <p class={fault === null ? "hint" : "fault"} id={`${id}-note`}>{fault === null ? words.drop(most) : faultText(fault, most, words)}</p>}
    </div>
  );
}

function Progress({ part, text }: { readonly part: number; readonly text: string }) {
  return (
    <>
      <progress class="progress" max={1} value={part} aria-label={text} />
      <p class="hint">{text}</p>
    </>
  );
}

function faultText(fault: FilesFault, most: string, words: FilesWords): string {
  switch (fault) {
    case "many": return words.tooMany;
    case "large": return words.tooLarge(most);
    case "named": return words.named;
  }
}
