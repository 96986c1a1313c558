import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { COUNT, put, read, type Typed, whole } from "../notes/five_words";
import type { Used } from "../notes/pickup";
import type { ViewProps } from "../parts/views";
import { Button } from "../ui/Button";
import { useSpeech } from "../words/speech";
import type { PickupWords } from "../words/pickup/en";
import { pickupOf } from "./GiveWords";
import { faceOf } from "./people";
import { ViewFrame } from "./ViewPlace";

type Step = "typing" | "working" | "failed" | Exclude<Used, "done">;

/** Where a reader types the five words that the author told them. */
export function UseWords({ view, state, words, bench, actions, close }: ViewProps<PickupWords>) {
  const speech = useSpeech();
  const { note = "" } = view;
  const card = state.notes.find((one) => one.id === note);
  const [text, setText] = useState("");
  const [step, setStep] = useState<Step>("typing");
  const typed = useMemo(() => read(text), [text]);
  const code = whole(typed);
  const right = typed.filter((one) => one.is === "word").length;
  const author = faceOf(card?.author ?? "", state, speech).name;
  const id = "five-words";
  const field = useFirst();
  if (card === undefined) return null;

  const type = (next: string) => {
    setText(next);
    setStep((now) => (now === "working" ? now : "typing"));
  };
  const done = async () => {
    bench.room?.reading.lose(note);
    await bench.refresh();
    actions.seen(note);
    bench.say(words.ready);
    close();
    focusOn(note);
  };
  const open = () => {
    if (code === null || step === "working") return;
    setStep("working");
    pickupOf(bench).then((pickup) => pickup?.use(note, card.author, code) ?? "failed")
      .then(async (came) => {
        if (came === "done") await done();
        else setStep(came);
      }).catch(() => { setStep("failed"); });
  };

  return (
    <ViewFrame title={words.useTitle(author)} close={close}>
      <form class="pickup" data-step={step} noValidate onSubmit={(event) => { event.preventDefault(); open(); }}>
        <div class="field">
          <label class="label" for={id}>{words.ask(author)}</label>
          <textarea
            id={id} class="area pickup-field" rows={2} value={text} ref={field} lang="en" dir="ltr"
            autoComplete="off" autoCapitalize="none" autoCorrect="off" spellcheck={false} enterkeyhint="go"
            aria-describedby={`${id}-count`} aria-invalid={step === "wrong" ? "true" : undefined}
            onInput={(event) => { type(event.currentTarget.value); }}
            onKeyDown={(event) => { onEnter(event, open); }}
          />
          <p class="hint" id={`${id}-count`} role="status">{typed.length > COUNT ? words.tooMany : words.count(right)}</p>
        </div>
        <Strange typed={typed} words={words} author={author} choose={(index, word) => { type(put(typed, index, word)); field.current?.focus(); }} />
        <Fault step={step} words={words} author={author} />
        <p class="hint" role="status">{step === "working" ? words.slow : ""}</p>
        <div class="actions">
          <Button look="primary" submit onPress={open} busy={step === "working"} {...(code === null ? { blockedBy: `${id}-count` } : {})}>
            {step === "working" ? words.opening : words.open}
          </Button>
        </div>
      </form>
    </ViewFrame>
  );
}

/** The field has the focus at first: typing is what the view is for. */
function useFirst() {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  return field;
}

/** The field is high enough for five words on a phone, yet they are one line. */
function onEnter(event: KeyboardEvent, open: () => void): void {
  if (event.key !== "Enter") return;
  event.preventDefault();
  open();
}

function Fault({ step, words, author }: { readonly step: Step; readonly words: PickupWords; readonly author: string }) {
  const text = { typing: null, working: null, wrong: words.wrong(author), none: words.none(author), failed: words.useFailed }[step];
  return text === null ? null : <p class="fault" role="alert">{text}</p>;
}

interface StrangeProps {
  readonly typed: readonly Typed[];
  readonly words: PickupWords;
  readonly author: string;
  readonly choose: (index: number, word: string) => void;
}

/** Words that are not of the list, each with those that may be meant. */
function Strange({ typed, words, author, choose }: StrangeProps) {
  const strange = typed.map((one, at) => [one, at] as const);
  return (
    <>
      {strange.map(([one, at]) => one.is === "strange" && (
        <div key={at} class="pickup-strange" role="group" aria-label={words.meant(one.typed)}>
          <span class="hint">{one.meant.length > 0 ? words.meant(one.typed) : words.spell(one.typed, author)}</span>
          <span class="actions" lang="en" dir="ltr">
            {one.meant.map((word) => <Button key={word} size="small" onPress={() => { choose(at, word); }}>{word}</Button>)}
          </span>
        </div>
      ))}
    </>
  );
}

/** The view has closed and the button that opened it is gone: what comes next is unlocking. */
function focusOn(note: string): void {
  requestAnimationFrame(() => {
    document.querySelector<HTMLElement>(`[data-note="${CSS.escape(note)}"] .card-side button`)?.focus();
  });
}
