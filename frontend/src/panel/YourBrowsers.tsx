import { useState } from "preact/hooks";
import type { OwnBrowser, Seen } from "../custody/browsers";
import type { Browsers } from "../custody/browsers";
import type { ViewProps } from "../parts/views";
import { Banner } from "../ui/Banner";
import { Button } from "../ui/Button";
import { Chip } from "../ui/Chip";
import { Skeleton } from "../ui/Skeleton";
import { browserWords } from "../words/browsers";
import type { BrowserWords } from "../words/browsers/en";
import { useSpeech } from "../words/speech";
import { useOwn } from "../ui/Spoken";
import { Answer, Ask } from "./Approval";
import { useBrowsers } from "./browsing";
import { MakeCode, UseCode } from "./RecoveryCode";
import { ViewFrame } from "./ViewPlace";

/** One's own browsers: which there are, one more, one less, and the code on paper. */
export function YourBrowsers(props: ViewProps<BrowserWords>) {
  const { words, bench, state, close } = props;
  const { known, browsers, refresh } = useBrowsers(bench, state, words);
  return (
    <ViewFrame title={words.title} close={close}>
      <p class="hint">{words.intro}</p>
      {known.is === "loading" && <Skeleton label={words.loading} cards={1} />}
      {known.is === "failed" && (
        <Banner tone="warning" kind="browsers" actions={<Button onPress={refresh}>{words.retry}</Button>}>{words.failed}</Banner>
      )}
      {known.is === "ready" && browsers !== null && <Inside {...props} seen={known.seen} browsers={browsers} refresh={refresh} />}
    </ViewFrame>
  );
}

interface InsideProps extends ViewProps<BrowserWords> {
  readonly seen: Seen;
  readonly browsers: Browsers;
  readonly refresh: () => void;
}

function Inside({ seen, browsers, refresh, words, bench, state, model, actions }: InsideProps) {
  const kept = model.custody === "kept";
  const vouches = kept && seen.vouched;
  return (
    <>
      {vouches && <Answer asked={seen.asked} browsers={browsers} bench={bench} done={refresh} />}
      <Ask offered={kept && seen.canAsk} browsers={browsers} bench={bench} done={() => { refresh(); void bench.refresh(); }} />
      <ul class="browsers">
        {seen.browsers.map((one) => <Row key={one.kid} one={one} browsers={browsers} done={refresh} say={(text) => { bench.say(text); }} />)}
      </ul>
      <p class="hint">{words.byServer}</p>
      {vouches && <MakeCode browsers={browsers} had={seen.code !== null} state={state} actions={actions} done={refresh} />}
      <UseCode offered={seen.code !== null && !seen.vouched} browsers={browsers} bench={bench} done={refresh} />
      <div class="actions"><Button look="link" onPress={() => { actions.show({ name: "history" }); }}>{words.history}</Button></div>
    </>
  );
}

const called = (one: OwnBrowser, words: BrowserWords): string =>
  (one.kind === "code" ? words.code : one.kind === "page" ? words.page : one.name ?? words.unnamed);

interface RowProps {
  readonly one: OwnBrowser;
  readonly browsers: Browsers;
  readonly done: () => void;
  readonly say: (text: string) => void;
}

function Row({ one, browsers, done, say }: RowProps) {
  const words = useOwn(browserWords);
  const { formats } = useSpeech();
  const [doing, setDoing] = useState<"nothing" | "naming" | "asking">("nothing");
  const name = called(one, words);
  const now = Math.floor(Date.now() / 1000);
  const stop = () => { setDoing("nothing"); };
  return (
    <li class="browser" data-kind={one.kind}>
      <div class="browser-head">
        <span class="browser-name">{name}</span>
        {one.here && <Chip>{words.here}</Chip>}
        {one.strange && <Chip>{words.strange}</Chip>}
      </div>
      <span class="hint" title={formats.exact(one.madeAt)}>
        {formats.list([words.made(formats.ago(one.madeAt, now)), ...(one.kind === "browser" ? [words.used(formats.ago(one.usedAt, now))] : [])])}
      </span>
      {doing === "nothing" && (
        <div class="actions">
          {one.kind === "browser" && <Button look="subtle" size="small" label={words.renameOf(name)} onPress={() => { setDoing("naming"); }}>{words.rename}</Button>}
          {!one.here && <Button look="subtle" size="small" label={words.removeOf(name)} onPress={() => { setDoing("asking"); }}>{words.remove}</Button>}
        </div>
      )}
      {doing === "naming" && <Naming one={one} name={name} browsers={browsers} done={() => { stop(); done(); }} stop={stop} />}
      {doing === "asking" && <Removing one={one} name={name} browsers={browsers} done={() => { say(words.removed(name)); done(); }} stop={stop} />}
    </li>
  );
}

interface DoingProps extends Omit<RowProps, "say"> {
  readonly name: string;
  readonly stop: () => void;
}

function Naming({ one, name, browsers, done, stop }: DoingProps) {
  const words = useOwn(browserWords);
  const [text, setText] = useState(one.name ?? "");
  const id = `name-${one.kid}`;
  return (
    <form
      class="field" noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void browsers.name(one.kid, text.trim() === "" ? name : text).then(done, stop);
      }}
    >
      <label class="label" for={id}>{words.newName}</label>
      <input
        class="area" id={id} value={text} maxLength={60} autoComplete="off"
        ref={(input) => { if (document.activeElement?.id !== id) input?.focus(); }}
        onInput={(event) => { setText(event.currentTarget.value); }}
      />
      <div class="actions">
        <Button submit onPress={stop}>{words.saveName}</Button>
        <Button look="subtle" onPress={stop}>{words.cancel}</Button>
      </div>
    </form>
  );
}

function Removing({ one, name, browsers, done, stop }: DoingProps) {
  const words = useOwn(browserWords);
  const [step, setStep] = useState<"asking" | "working" | "failed">("asking");
  const id = `remove-${one.kid}`;
  return (
    <div class="browser-ask" role="group" aria-labelledby={id}>
      <p class="ask-title" id={id}>{words.removeAsk(name)}</p>
      <p>{one.kind === "code" ? words.removeCode : words.removeWhat}</p>
      {step === "failed" && <p class="fault" role="alert">{words.removeFailed}</p>}
      <div class="actions">
        <Button look="subtle" onPress={stop} focus={(button) => { if (step === "asking") button?.focus(); }}>{words.keep}</Button>
        <Button
          look="danger" busy={step === "working"} label={words.removeOf(name)}
          onPress={() => {
            setStep("working");
            browsers.remove(one.kid).then(done, () => { setStep("failed"); });
          }}
        >
          {words.remove}
        </Button>
      </div>
    </div>
  );
}
