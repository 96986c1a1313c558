import type { Waiting } from "../api/types";
import { Banner } from "../ui/Banner";
import { Button } from "../ui/Button";
import { useOwn } from "../ui/Spoken";
import { lettingWords } from "../words/letting";
import type { Actions } from "./actions";
import { type Model, waitingKey } from "./model";

interface ListProps {
  readonly waiting: readonly Waiting[];
  readonly model: Model;
  readonly actions: Actions;
}

/** Those who wait for this note and whom this person may let in. */
export function LetInList({ waiting, model, actions }: ListProps) {
  if (waiting.length === 0) return null;
  return <>{waiting.map((one) => <LetIn key={waitingKey(one)} one={one} model={model} actions={actions} />)}</>;
}

function LetIn({ one, model, actions }: Omit<ListProps, "waiting"> & { readonly one: Waiting }) {
  const words = useOwn(lettingWords);
  const step = model.letIns[waitingKey(one)];
  const first = one.reason === "first" && step !== "unsure";
  const { name } = one;
  if (step === "done") return <Banner tone="success" kind="let-in">{words.letInDone(name)}</Banner>;
  const buttons = (
    <>
      <Button look={first ? "primary" : "plain"} onPress={() => { actions.letIn(one); }} busy={step === "working"}>
        {step === "working" ? words.lettingIn(name) : words.letInName(name)}
      </Button>
      {step !== "checking" && step !== "working" && (
        <Button look="subtle" onPress={() => { actions.check(one); }}>{first ? words.checkFirst : words.checkWith(name)}</Button>
      )}
    </>
  );
  return (
    <Banner
      tone={first ? "info" : "warning"} kind="let-in" actions={buttons}
      title={first ? words.firstTitle(name, one.kind) : words.newBrowserTitle(name)}
    >
      {first ? words.firstBody(one.issue.key) : words.newBrowserBody(one.issue.key)}
      {step === "checking" && <p class="banner-more">{words.checkHow(name)}</p>}
      {step === "failed" && <p class="fault" role="alert">{words.letInFailed(name)}</p>}
      {step === "no-key" && <p class="fault" role="alert">{words.letInNoKey(name)}</p>}
    </Banner>
  );
}
