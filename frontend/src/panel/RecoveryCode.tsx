import { useId, useState } from "preact/hooks";
import { Failed } from "../api/problem";
import type { PanelState } from "../api/types";
import type { Browsers } from "../custody/browsers";
import { Rejected } from "../seal";
import { Banner } from "../ui/Banner";
import { Button } from "../ui/Button";
import { useOwn } from "../ui/Spoken";
import { browserWords } from "../words/browsers";
import type { BrowserWords } from "../words/browsers/en";
import type { Actions } from "./actions";
import type { Bench } from "./bench";
import { letInOwn } from "./browsing";

interface MakeProps {
  readonly browsers: Browsers;
  /** There is one already, which a new one ends. */
  readonly had: boolean;
  readonly state: PanelState;
  readonly actions: Actions;
  readonly done: () => void;
}

type Making = { readonly is: "idle" | "working" | "failed" } | { readonly is: "shown"; readonly code: string };

/** Makes a code, shows it once, and prints it from this page, without any other. */
export function MakeCode({ browsers, had, state, actions, done }: MakeProps) {
  const words = useOwn(browserWords);
  const [making, setMaking] = useState<Making>({ is: "idle" });
  const make = () => {
    setMaking({ is: "working" });
    browsers.makeCode().then((code) => { setMaking({ is: "shown", code }); done(); }, () => { setMaking({ is: "failed" }); });
  };
  return (
    <section class="code" data-part="code">
      <h3 class="ask-title">{words.codeTitle}</h3>
      {making.is === "shown"
        ? <Paper code={making.code} state={state} copy={actions.copy} done={() => { setMaking({ is: "idle" }); }} />
        : (
          <>
            <p class="hint">{words.codeWhat} {had && words.codeEnds}</p>
            {making.is === "failed" && <p class="fault" role="alert">{words.codeFailed}</p>}
            <div class="actions">
              <Button busy={making.is === "working"} onPress={make}>{making.is === "working" ? words.codeMaking : had ? words.codeAgain : words.codeMake}</Button>
            </div>
          </>
        )}
    </section>
  );
}

interface PaperProps {
  readonly code: string;
  readonly state: PanelState;
  readonly copy: (text: string) => Promise<boolean>;
  readonly done: () => void;
}

function Paper({ code, state, copy, done }: PaperProps) {
  const words = useOwn(browserWords);
  const [copied, setCopied] = useState<boolean | null>(null);
  return (
    <>
      <p>{words.codeShown}</p>
      <div class="paper">
        <p class="paper-only">{words.codePaper(state.me.name, state.site.url)}</p>
        <p class="paper-code" aria-label={words.codeLabel} role="group" tabIndex={0}>{code}</p>
        <p class="paper-only">{words.codePaperHow}</p>
      </div>
      {copied !== null && <p role="status">{copied ? words.codeCopied : words.codeNotCopied}</p>}
      <div class="actions">
        <Button onPress={() => { print(); }}>{words.codePrint}</Button>
        <Button onPress={() => { void copy(code).then(setCopied); }}>{words.codeCopy}</Button>
        <Button look="subtle" onPress={done}>{words.codeDone}</Button>
      </div>
    </>
  );
}

interface UseProps {
  /** There is a code, and this browser has not come back with it yet. */
  readonly offered: boolean;
  readonly browsers: Browsers;
  readonly bench: Bench;
  readonly done: () => void;
}

type Using = "idle" | "working" | "slip" | "wrong" | "many" | "failed" | "kept" | "page";

/** Takes the code from paper. */
export function UseCode({ offered, browsers, bench, done }: UseProps) {
  const words = useOwn(browserWords);
  const id = useId();
  const [text, setText] = useState("");
  const [using, setUsing] = useState<Using>("idle");
  if (using === "kept" || using === "page") return <Banner tone="success" kind="code-used">{using === "kept" ? words.useKept : words.usePage}</Banner>;
  if (!offered && using !== "working") return null;
  const fault = faultOf(using, words);
  const use = () => {
    setUsing("working");
    browsers.useCode(text, (waiting) => letInOwn(bench, waiting)).then(
      (how) => { setText(""); setUsing(how); bench.custody(); done(); bench.say(how === "kept" ? words.useKept : words.usePage); void bench.refresh(); },
      (error: unknown) => { setUsing(usingAfter(error)); },
    );
  };
  return (
    <form class="field" noValidate data-part="use-code" onSubmit={(event) => { event.preventDefault(); use(); }}>
      <h3 class="ask-title">{words.useTitle}</h3>
      <label class="label" for={id}>{words.useLabel}</label>
      <input
        class="area paper-input" id={id} value={text} autoComplete="off" autoCapitalize="characters" spellcheck={false} maxLength={80}
        aria-invalid={fault !== null} aria-describedby={`${id}-hint`} onInput={(event) => { setText(event.currentTarget.value); }}
      />
      {fault === null ? <p class="hint" id={`${id}-hint`}>{words.useHint}</p> : <p class="fault" role="alert" id={`${id}-hint`}>{fault}</p>}
      <div class="actions"><Button submit busy={using === "working"} onPress={use}>{using === "working" ? words.using : words.use}</Button></div>
    </form>
  );
}

function usingAfter(error: unknown): Using {
  if (error instanceof Rejected) return error.kind === "code" ? "slip" : "wrong";
  if (!(error instanceof Failed)) return "failed";
  return error.status === 429 ? "many" : error.status === 400 || error.status === 404 ? "wrong" : "failed";
}

function faultOf(using: Using, words: BrowserWords): string | null {
  switch (using) {
    case "slip": return words.useSlip;
    case "wrong": return words.useWrong;
    case "many": return words.useMany;
    case "failed": return words.useFailed;
    default: return null;
  }
}
