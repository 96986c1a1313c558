import { useEffect, useId, useRef } from "preact/hooks";
import type { PanelState } from "../api/types";
import { parts } from "../parts";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { PeoplePicker } from "../ui/PeoplePicker";
import { useNow } from "../ui/clock";
import { Spoken, useOwn } from "../ui/Spoken";
import type { FilesWords } from "../words/files/en";
import type { LifeWords } from "../words/life/en";
import { writingWords } from "../words/writing";
import type { WritingWords } from "../words/writing/en";
import { useSpeech } from "../words/speech";
import type { Actions } from "./actions";
import { type Draft, withoutReader, withReader, withText } from "./draft";
import { type Model, serverTime } from "./model";

interface FormProps {
  readonly draft: Draft;
  readonly state: PanelState;
  readonly model: Model;
  readonly actions: Actions;
}

export function AddForm({ draft, state, model, actions }: FormProps) {
  const { words: usual } = useSpeech();
  const words = useOwn(writingWords);
  const now = serverTime(model, useNow(15_000));
  const sending = draft.step === "sending";
  const fault = draft.faults.readers === undefined ? null : words.needReaders;
  const form = useFocusOnFault(draft);
  return (
    <form
      class="form" aria-label={usual.add} data-part="form" noValidate ref={form}
      onSubmit={(event) => { event.preventDefault(); if (!sending) actions.save(); }}
      onKeyDown={(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !sending) actions.save(); }}
    >
      <h1 class="head-title">{usual.add}</h1>
      <TextField draft={draft} actions={actions} />
      <PeoplePicker
        label={words.who} chosen={draft.readers} fault={fault} find={actions.find}
        add={(person) => { actions.edit((now) => withReader(now, person)); }}
        remove={(person) => { actions.edit((now) => withoutReader(now, person.account)); }}
      />
      <NeverHere draft={draft} />
      <Spoken part={parts.life} waiting={<p class="life-waiting" />} reload={actions.reload}>
        {({ LifeFields }, own: LifeWords) => <LifeFields draft={draft} now={now} longest={state.longestLife} words={own} edit={actions.edit} />}
      </Spoken>
      {state.fileBytes > 0 && (
        <Spoken part={parts.files} waiting={null} reload={actions.reload}>
          {({ FilesField }, own: FilesWords) => <FilesField draft={draft} words={own} edit={actions.edit} />}
        </Spoken>
      )}
      {draft.failure !== null && <p class="fault" role="alert">{failureText(draft.failure, words)}</p>}
      <div class="form-foot">
        <span class="promise"><Icon name="lock" />{words.encrypted}</span>
        <span class="actions">
          <Button look="subtle" onPress={actions.cancel}>{usual.cancel}</Button>
          <Button look="primary" submit onPress={actions.save} busy={sending}>{sending ? words.saving : words.save}</Button>
        </span>
      </div>
    </form>
  );
}

function TextField({ draft, actions }: Pick<FormProps, "draft" | "actions">) {
  const words = useOwn(writingWords);
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    area.current?.focus();
  }, []);
  const fault = draft.faults.text === undefined ? null : draft.faults.text === "empty" ? words.needText : words.longText;
  const rows = Math.min(16, Math.max(3, draft.text.split("\n").length));
  return (
    <div class="field">
      <label class="label" for={`${id}-text`}>{words.text}</label>
      <textarea
        id={`${id}-text`} ref={area} class={fault === null ? "area" : "area area-fault"} rows={rows} value={draft.text} dir="auto"
        autocomplete="off" spellcheck={false} autocapitalize="off" aria-required="true"
        aria-invalid={fault === null ? undefined : "true"} aria-describedby={fault === null ? `${id}-hint` : `${id}-fault`}
        onInput={(event) => { const { value } = event.currentTarget; actions.edit((now) => withText(now, value)); }}
      />
      {fault === null ? <p class="hint" id={`${id}-hint`}>{words.textHint}</p> : <p class="fault" id={`${id}-fault`}>{fault}</p>}
    </div>
  );
}

function NeverHere({ draft }: { readonly draft: Draft }) {
  const { formats } = useSpeech();
  const words = useOwn(writingWords);
  const names = draft.readers.filter((person) => !person.hasKey).map((person) => person.name);
  if (names.length === 0) return null;
  return <p class="hint">{words.neverHereHint(formats.list(names), names.length)}</p>;
}

function failureText(why: NonNullable<Draft["failure"]>, words: WritingWords): string {
  switch (why) {
    case "offline": return words.saveOffline;
    case "busy": return words.saveBusy;
    case "readers": return words.saveReaders;
    case "names": return words.saveNames;
    case "no-right": case "gone": case "signed-out": return words.saveRight;
    default: return words.saveBroken;
  }
}

/** After a refused save the first field with a fault has the focus. */
function useFocusOnFault(draft: Draft) {
  const form = useRef<HTMLFormElement>(null);
  const faults = draft.faults;
  const before = useRef(faults);
  useEffect(() => {
    const grown = Object.keys(faults).length > Object.keys(before.current).length;
    before.current = faults;
    if (grown) form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [faults]);
  return form;
}
