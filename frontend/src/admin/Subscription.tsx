import { useEffect, useState } from "preact/hooks";
import type { Client } from "../api/client";
import { subscribe, type Subscriptions, subscriptions } from "../api/subscription";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import type { AdminWords } from "../words/admin/en";

interface SubscriptionProps {
  readonly words: AdminWords;
  readonly client: Client;
}

/** One line: who has subscribed, and a button where somebody has not. */
export function Subscription({ words, client }: SubscriptionProps) {
  const [known, setKnown] = useState<Subscriptions | null>(null);
  const [step, setStep] = useState<"idle" | "working" | "failed">("idle");
  useEffect(() => { subscriptions(client).then(setKnown, () => undefined); }, [client]);
  if (known === null) return null;
  const all = known.agents && known.customers;
  const forAll = () => {
    setStep("working");
    subscribe(client, "both").then(
      () => { setStep("idle"); setKnown({ agents: true, customers: true }); },
      () => { setStep("failed"); },
    );
  };
  return (
    <li class="overview-line" data-good={all} data-part="subscription">
      <span class="overview-icon"><Icon name={all ? "check" : "info"} /></span>
      <div role="status">
        <h2 class="overview-name">{nameOf(known, words)}</h2>
        <p class="overview-text">{all ? words.subscribedBody : words.unsubscribedBody}</p>
        {step === "failed" && <p class="fault">{words.subscribeFailed}</p>}
        {!all && (
          <p class="overview-act">
            <Button onPress={forAll} busy={step === "working"}>{step === "working" ? words.subscribing : words.subscribe}</Button>
          </p>
        )}
      </div>
    </li>
  );
}

function nameOf({ agents, customers }: Subscriptions, words: AdminWords): string {
  if (agents && customers) return words.subscribed;
  if (agents) return words.customersUnsubscribed;
  return customers ? words.agentsUnsubscribed : words.unsubscribed;
}
