import { useState } from "preact/hooks";
import { type Trouble, troubleIn } from "../api/problem";
import type { Card } from "../api/types";
import type { ViewProps } from "../parts/views";
import { Button } from "../ui/Button";
import { useNow } from "../ui/clock";
import type { LifeWords } from "../words/life/en";
import { useSpeech } from "../words/speech";
import type { End } from "./draft";
import { EndField } from "./EndField";
import { soonerThan, spansBelow } from "./life";
import { serverTime } from "./model";
import { ViewFrame } from "./ViewPlace";

/** Lets a note of one's own end sooner, under its card. */
export function ExpireSooner(props: ViewProps<LifeWords>) {
  const { view, state } = props;
  const card = state.notes.find((one) => one.id === view.note);
  // Whoever ends it meanwhile leaves nothing to shorten.
  return card?.state === "live" ? <Shorten {...props} card={card} /> : <></>;
}

function Shorten({ card, model, words, bench, close }: ViewProps<LifeWords> & { readonly card: Card }) {
  const { formats } = useSpeech();
  const now = serverTime(model, useNow(15_000));
  const spans = spansBelow(card.expiresAt - now);
  const [end, setEnd] = useState<End>(spans[0] === undefined ? { at: null } : { after: spans[0] });
  const [tried, setTried] = useState(false);
  const [step, setStep] = useState<"asking" | "working" | Trouble>("asking");
  const at = soonerThan(card.expiresAt, end, now);
  const fault = typeof at === "number" || !(tried || at === "late") ? null : { empty: words.needTime, past: words.pastTime, late: words.laterTime }[at];
  const working = step === "working";
  const shorten = () => {
    setTried(true);
    if (typeof at !== "number" || working) return;
    setStep("working");
    bench.client.shorten(card.id, at).then(
      () => {
        bench.say(words.soonerDone(formats.exact(at)));
        close();
        void bench.refresh();
      },
      (error: unknown) => { setStep(troubleIn(error)); },
    );
  };
  return (
    <ViewFrame title={words.soonerTitle} close={close}>
      <form class="view-form" noValidate onSubmit={(event) => { event.preventDefault(); shorten(); }}>
        <p class="hint">{words.soonerWhat(formats.exact(card.expiresAt))}</p>
        <EndField
          label={words.soonerWhen} end={end} spans={spans} from={now} to={card.expiresAt} fault={fault}
          hint={typeof at === "number" ? words.until(formats.exact(at)) : ""} words={words} change={(to) => { setEnd(to); setTried(false); setStep("asking"); }}
        />
        {step !== "asking" && !working && <p class="fault" role="alert">{failureText(step, words)}</p>}
        <div class="actions">
          <Button look="primary" submit onPress={shorten} busy={working}>{working ? words.shortening : words.sooner}</Button>
          <Button look="subtle" onPress={close}>{words.cancel}</Button>
        </div>
      </form>
    </ViewFrame>
  );
}

function failureText(why: Trouble, words: LifeWords): string {
  switch (why) {
    case "offline": return words.failedOffline;
    case "busy": return words.failedBusy;
    case "no-right": case "signed-out": return words.failedRight;
    case "gone": return words.failedGone;
    default: return words.failed;
  }
}
