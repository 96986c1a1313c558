import { useId, useState } from "preact/hooks";
import type { LifeWords } from "../words/life/en";
import { useSpeech } from "../words/speech";
import { type Draft, endOf, type Faults, withEnd, withOpens } from "./draft";
import { EndField } from "./EndField";
import { MOST_OPENS, opensOf, spansWithin } from "./life";

interface LifeProps {
  readonly draft: Draft;
  /** Server time, and the longest that the site allows, in seconds. */
  readonly now: number;
  readonly longest: number;
  readonly words: LifeWords;
  readonly edit: (change: (draft: Draft) => Draft) => void;
}

/** How long a note lives and how often it can be read, in the form. */
export function LifeFields(props: LifeProps) {
  const { draft, now, longest, words, edit } = props;
  const { formats } = useSpeech();
  const { end } = draft;
  const spans = spansWithin(longest);
  const at = endOf(end, now, longest);
  const last = spans[spans.length - 1] ?? longest;
  return (
    <div class="life">
      <EndField
        label={words.ends} end={"after" in end ? { after: Math.min(end.after, last) } : end} spans={spans} from={now} to={now + longest}
        fault={endFault(draft.faults, longest, words)} hint={typeof at === "number" ? words.until(formats.exact(at)) : ""}
        words={words} change={(to) => { edit((draft) => withEnd(draft, to)); }}
      />
      <OpensField draft={draft} words={words} edit={edit} />
    </div>
  );
}

function endFault(faults: Faults, longest: number, words: LifeWords): string | null {
  switch (faults.end) {
    case "empty": return words.needTime;
    case "past": return words.pastTime;
    case "late": return words.lateTime(Math.floor(longest / 86_400));
    default: return null;
  }
}

function OpensField({ draft, words, edit }: Pick<LifeProps, "draft" | "words" | "edit">) {
  const id = useId();
  const [typed, type] = useState("3");
  const [counted, count] = useState(draft.opens !== null && draft.opens !== 1);
  const fault = draft.faults.opens === undefined ? null : words.needTimes;
  const set = (opens: number | null) => { edit((now) => withOpens(now, opens)); };
  const choose = (how: string) => {
    count(how === "some");
    set(how === "any" ? null : how === "once" ? 1 : opensOf(typed) ?? 0);
  };
  const how = counted ? "some" : draft.opens === null ? "any" : "once";
  return (
    <div class="field">
      <label class="label" for={`${id}-reads`}>{words.reads}</label>
      <select id={`${id}-reads`} class="area select" aria-describedby={`${id}-note`} value={how} onChange={(event) => { choose(event.currentTarget.value); }}>
        <option value="any">{words.anyTimes}</option>
        <option value="once">{words.once}</option>
        <option value="some">{words.someTimes}</option>
      </select>
      {counted && (
        <input
          type="number" class={fault === null ? "area select" : "area select area-fault"} aria-label={words.times} aria-describedby={`${id}-note`}
          aria-invalid={fault === null ? undefined : "true"} min={1} max={MOST_OPENS} inputMode="numeric" value={typed}
          onInput={({ currentTarget: { value } }) => { type(value); set(opensOf(value) ?? 0); }}
        />
      )}
      <p class={fault === null ? "hint" : "fault"} id={`${id}-note`}>
        {fault ?? (how === "any" ? "" : how === "once" ? words.onceAll : words.timesAll)}
      </p>
    </div>
  );
}
