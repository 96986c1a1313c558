import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { AskedBrowser } from "../api/browsers";
import type { Answering, AnswerStep, Asking, AskStep, Browsers } from "../custody/browsers";
import { Banner } from "../ui/Banner";
import { Button } from "../ui/Button";
import { useOwn } from "../ui/Spoken";
import { browserWords } from "../words/browsers";
import { useSpeech } from "../words/speech";
import type { Bench } from "./bench";
import { ownName, useSteps } from "./browsing";

/** Six digits, large, in two groups; read out one by one. */
function Digits({ digits }: { readonly digits: string }) {
  const words = useOwn(browserWords);
  return (
    <p class="digits" role="status">
      <span class="unseen">{words.digits(Array.from(digits).join(" "))}</span>
      <span aria-hidden="true">{digits.slice(0, 3)} {digits.slice(3)}</span>
    </p>
  );
}

interface AskProps {
  readonly offered: boolean;
  readonly browsers: Browsers;
  readonly bench: Bench;
  readonly done: () => void;
}

/** This browser asks another one of the same person. */
export function Ask({ offered, browsers, bench, done }: AskProps) {
  const words = useOwn(browserWords);
  const [asking, setAsking] = useState<Asking | null>(null);
  const [step, setStep] = useState<AskStep | { readonly is: "idle" | "failed" }>({ is: "idle" });
  const shown = useRef<string | null>(null);
  const look = useCallback(async () => {
    if (asking === null) return false;
    try {
      const now = await browsers.asking(asking, shown.current);
      if (now.is === "compare") shown.current = now.digits;
      setStep(now);
      if (now.is === "waiting" || now.is === "compare") return true;
      if (now.is === "approved") { bench.say(words.askDone); done(); }
    } catch {
      setStep({ is: "failed" });
    }
    setAsking(null);
    return false;
  }, [asking, browsers]);
  useSteps(asking === null ? null : look);
  useEffect(() => () => { if (asking !== null) void browsers.withdraw(asking.commitment).catch(() => undefined); }, [asking]);
  const start = () => {
    shown.current = null;
    setStep({ is: "waiting" });
    browsers.ask(ownName(words)).then(setAsking, () => { setStep({ is: "failed" }); });
  };
  if (step.is === "approved") return <Banner tone="success" kind="approved">{words.askDone}</Banner>;
  if (!offered && step.is === "idle") return null;
  const going = step.is === "waiting" || step.is === "compare";
  return (
    <Banner
      tone="info" kind="ask" title={words.askTitle}
      actions={going
        ? <Button look="subtle" onPress={() => { setAsking(null); setStep({ is: "idle" }); }}>{words.askStop}</Button>
        : <Button look="primary" onPress={start}>{words.askStart}</Button>}
    >
      {step.is === "failed" && <p class="fault" role="alert">{words.askFailed}</p>}
      {step.is === "ended" && <p role="alert">{words.askEnded}</p>}
      <p role="status">{step.is === "waiting" ? words.askWait : step.is === "compare" ? words.askDigits : words.ask}</p>
      {step.is === "compare" && <Digits digits={step.digits} />}
    </Banner>
  );
}

interface AnswerProps {
  readonly asked: AskedBrowser | null;
  readonly browsers: Browsers;
  readonly bench: Bench;
  readonly done: () => void;
}

/** Another browser of this person asks, and this one may vouch. */
export function Answer({ asked, browsers, bench, done }: AnswerProps) {
  const words = useOwn(browserWords);
  const { formats } = useSpeech();
  const { step, start, approve, decline } = useAnswering(browsers, bench, done);
  if (step.is === "approved" || step.is === "declined") {
    return <Banner tone="success" kind="answer">{step.is === "approved" ? words.approved : words.declined}</Banner>;
  }
  if (step.is === "failed") {
    return <Banner tone="warning" kind="answer" actions={<Button onPress={() => { decline(null); }}>{words.cancel}</Button>}><p role="alert">{words.askFailed}</p></Banner>;
  }
  // What another browser has answered already is between those two.
  if (asked === null || (asked.by !== null && step.is === "idle")) return null;
  const name = asked.name ?? words.askedNoName;
  return (
    <Banner
      tone="info" kind="answer" title={words.askedTitle}
      actions={step.is === "compare"
        ? <><Button look="primary" onPress={() => { approve(step); }}>{words.approve}</Button><Button onPress={() => { decline(asked.commitment); }}>{words.differ}</Button></>
        : <><Button look="primary" busy={step.is === "waiting"} onPress={() => { start(asked.commitment); }}>{words.showDigits}</Button><Button look="subtle" onPress={() => { decline(asked.commitment); }}>{words.decline}</Button></>}
    >
      <p role="status">{step.is === "waiting" ? words.waitHalf : step.is === "compare" ? words.compare : words.asked(name, formats.ago(asked.since, bench.now()))}</p>
      {step.is === "compare" && <Digits digits={step.digits} />}
    </Banner>
  );
}

type Step = AnswerStep | { readonly is: "idle" | "approved" | "declined" | "failed" };

function useAnswering(browsers: Browsers, bench: Bench, done: () => void) {
  const words = useOwn(browserWords);
  const [answering, setAnswering] = useState<Answering | null>(null);
  const [step, setStep] = useState<Step>({ is: "idle" });
  const look = useCallback(async () => {
    if (answering === null) return false;
    try {
      const now = await browsers.answering(answering);
      setStep(now.is === "ended" ? { is: "idle" } : now);
      if (now.is !== "ended") return true;
      done();
    } catch {
      setStep({ is: "failed" });
    }
    setAnswering(null);
    return false;
  }, [answering, browsers]);
  useSteps(answering === null ? null : look);
  const start = (commitment: string) => {
    setStep({ is: "waiting" });
    browsers.answer(commitment).then(setAnswering, () => { setStep({ is: "failed" }); });
  };
  const approve = (compared: Extract<AnswerStep, { is: "compare" }>) => {
    setAnswering(null);
    browsers.approve(compared).then(
      () => { setStep({ is: "approved" }); bench.say(words.approved); done(); void bench.refresh(); },
      () => { setStep({ is: "failed" }); },
    );
  };
  const decline = (commitment: string | null) => {
    setAnswering(null);
    setStep({ is: commitment === null ? "idle" : "declined" });
    if (commitment !== null) browsers.withdraw(commitment).catch(() => undefined).finally(done);
    else done();
  };
  return { step, start, approve, decline };
}
