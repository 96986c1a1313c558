import { useId } from "preact/hooks";
import type { LifeWords } from "../words/life/en";
import type { End } from "./draft";
import { fieldOf, instantOf, spanText } from "./life";

interface EndProps {
  readonly label: string;
  readonly end: End;
  readonly spans: readonly number[];
  /** What can be chosen lies between these, in seconds. */
  readonly from: number;
  readonly to: number;
  readonly fault: string | null;
  /** The exact end, with its time zone. */
  readonly hint: string;
  readonly words: LifeWords;
  readonly change: (end: End) => void;
}

/** When a note ends: one of a few spans, or a moment of one's own. */
export function EndField({ label, end, spans, from, to, fault, hint, words, change }: EndProps) {
  const id = useId();
  const note = `${id}-note`;
  const at = "at" in end ? end.at : null;
  return (
    <div class="field">
      <label class="label" for={`${id}-end`}>{label}</label>
      <select
        id={`${id}-end`} class="area select" aria-describedby={note} value={"at" in end ? "at" : String(end.after)}
        onChange={({ currentTarget: { value } }) => { change(value === "at" ? { at: null } : { after: Number(value) }); }}
      >
        {spans.map((span) => <option key={span} value={String(span)}>{spanText(span, words)}</option>)}
        <option value="at">{words.atTime}</option>
      </select>
      {"at" in end && (
        <input
          type="datetime-local" class={fault === null ? "area select" : "area select area-fault"} aria-label={words.dateAndTime} aria-describedby={note}
          aria-invalid={fault === null ? undefined : "true"} min={fieldOf(from)} max={fieldOf(to)} value={at === null ? "" : fieldOf(at)}
          onInput={({ currentTarget: { value } }) => { change({ at: instantOf(value) }); }}
        />
      )}
      <p class={fault === null ? "hint" : "fault"} id={note}>{fault ?? hint}</p>
    </div>
  );
}
