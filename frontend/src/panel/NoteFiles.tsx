import { useEffect, useRef, useState } from "preact/hooks";
import type { Client } from "../api/client";
import { Failed } from "../api/problem";
import { fetchFile } from "../notes/fetching";
import type { OpenedFile } from "../seal/files";
import { Button } from "../ui/Button";
import type { FilesWords } from "../words/files/en";
import { knownLocale } from "../words/when";
import { useSpeech } from "../words/speech";
import { sizeText } from "./sizes";

interface FilesProps {
  readonly files: readonly OpenedFile[];
  readonly client: Client;
  readonly words: FilesWords;
}

/** The files of an opened note. They are saved, never shown: what is inside is nobody's page. */
export function NoteFiles({ files, client, words }: FilesProps) {
  useEffect(() => () => {
    // Once the note is hidden nothing of it is left to open a file with.
    for (const { note } of files) note.cek.fill(0);
  }, []);
  return (
    <section class="note-files" aria-label={words.count(files.length)} data-part="note-files">
      <p class="label">{words.count(files.length)}</p>
      <ul class="files">
        {files.map((file) => <NoteFile key={file.entry.fid} file={file} client={client} words={words} />)}
      </ul>
    </section>
  );
}

type Step = { readonly is: "idle" | "saved" } | { readonly is: "fetching"; readonly part: number } | { readonly is: "failed"; readonly text: string };

function NoteFile({ file, client, words }: Omit<FilesProps, "files"> & { readonly file: OpenedFile }) {
  const locale = knownLocale(useSpeech().locale);
  const [step, setStep] = useState<Step>({ is: "idle" });
  const running = useRef<AbortController | null>(null);
  const { name, size } = file.entry;
  useEffect(() => () => { running.current?.abort(); }, []);
  const save = () => {
    const controller = new AbortController();
    running.current = controller;
    setStep({ is: "fetching", part: 0 });
    fetchFile(client, file, (part) => { setStep({ is: "fetching", part }); }, controller.signal).then(
      (bytes) => {
        if (controller.signal.aborted) return;
        hand(bytes, name);
        setStep({ is: "saved" });
      },
      (error: unknown) => { setStep(controller.signal.aborted ? { is: "idle" } : { is: "failed", text: failureText(error, name, words) }); },
    );
  };
  return (
    <li class="file">
      <span class="name" dir="auto">{name}</span>
      <span class="mark">{sizeText(size, locale)}</span>
      {step.is === "fetching"
        ? (
          <>
            <span class="hint">{words.fetching(Math.floor(step.part * 100))}</span>
            <Button look="subtle" size="small" label={words.stopOf(name)} onPress={() => running.current?.abort()}>{words.stop}</Button>
          </>
        )
        : <Button look="plain" size="small" label={words.saveOf(name)} onPress={save}>{words.save}</Button>}
      <span class={step.is === "failed" ? "file-said fault" : "file-said hint"} role="status">
        {step.is === "saved" ? words.saved(name) : step.is === "failed" ? step.text : ""}
      </span>
    </li>
  );
}

/** Hands bytes to the browser to save under a name. Of no type that a browser would open. */
function hand(bytes: Uint8Array<ArrayBuffer>, name: string): void {
  const url = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => { URL.revokeObjectURL(url); }, 60_000);
}

function failureText(error: unknown, name: string, words: FilesWords): string {
  if (!(error instanceof Failed)) return words.failed(name);
  switch (error.trouble) {
    case "offline": case "busy": return words.failedOffline(name);
    case "no-right": return words.failedClosed(name);
    case "gone": return words.failedGone(name);
    default: return words.failed(name);
  }
}
