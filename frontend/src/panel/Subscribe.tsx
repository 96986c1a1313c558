import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Trouble } from "../api/problem";
import { troubleIn } from "../api/problem";
import { subscribe } from "../api/subscription";
import type { PanelState } from "../api/types";
import { Button } from "../ui/Button";
import { useOwn } from "../ui/Spoken";
import { useSpeech } from "../words/speech";
import { subscribingWords } from "../words/subscribing";
import type { SubscribingWords } from "../words/subscribing/en";
import type { Actions } from "./actions";

interface SubscribeProps {
  readonly state: PanelState;
  readonly actions: Actions;
}

/** Asked once of the agents and once of the customers, between *Add note* and the first note. */
export function Subscribe({ state, actions }: SubscribeProps) {
  const { words: usual } = useSpeech();
  const words = useOwn(subscribingWords);
  const id = useId();
  const agent = state.me.kind === "agent";
  const site = new URL(state.site.url).host;
  const { consent, agree, fault, busy, failure, send } = useSubscribing(actions);
  const title = useFocusFirst();
  const cancel = () => { if (!busy) actions.edit((now) => ({ ...now, step: "writing" })); };
  return (
    <form
      class="form" aria-labelledby={`${id}-title`} data-part="subscribe" noValidate
      onSubmit={(event) => { event.preventDefault(); send(); }}
      onKeyDown={(event) => { if (event.key === "Escape") cancel(); }}
    >
      <h1 class="head-title" id={`${id}-title`} tabIndex={-1} ref={title}>{words.title}</h1>
      <p>{agent ? words.firstAgent(site) : words.firstCustomer(site)}</p>
      <dl class="about">
        <div><dt>{words.whatTitle}</dt><dd>{words.what}</dd></div>
        <div><dt>{words.whoTitle}</dt><dd>{words.who(location.host)}</dd></div>
      </dl>
      <div class="field">
        <label class="consent">
          <input
            type="checkbox" ref={consent} aria-required="true" aria-invalid={fault ? "true" : undefined}
            aria-describedby={fault ? `${id}-fault` : undefined} onChange={agree}
          />
          <span>{agent ? words.consentAgents : words.consentCustomers}</span>
        </label>
        {fault && <p class="fault" id={`${id}-fault`}>{words.needConsent}</p>}
      </div>
      {failure !== null && <p class="fault" role="alert">{failureText(failure, words)}</p>}
      <div class="form-foot">
        <span class="promise">{words.waits}</span>
        <span class="actions">
          <Button look="subtle" onPress={cancel}>{usual.cancel}</Button>
          <Button look="primary" submit onPress={send} busy={busy}>{busy ? words.subscribing : words.subscribe}</Button>
        </span>
      </div>
    </form>
  );
}

function useSubscribing(actions: Actions) {
  const consent = useRef<HTMLInputElement>(null);
  const [fault, setFault] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Trouble | null>(null);
  const agree = () => { setFault(false); };
  const send = () => {
    if (busy) return;
    if (consent.current?.checked !== true) {
      setFault(true);
      consent.current?.focus();
      return;
    }
    setBusy(true);
    setFailure(null);
    // On success the form goes: the note it stands before is on its way.
    subscribe(actions.bench.client).then(actions.save, (error: unknown) => {
      setBusy(false);
      setFailure(troubleIn(error));
    });
  };
  return { consent, agree, fault, busy, failure, send };
}

function useFocusFirst() {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  return title;
}

function failureText(why: Trouble, words: SubscribingWords): string {
  switch (why) {
    case "offline": return words.offline;
    case "busy": return words.busy;
    default: return words.failed;
  }
}
