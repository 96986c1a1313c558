import { useEffect } from "preact/hooks";
import type { PanelState } from "../api/types";
import { Part } from "../parts/part";
import { Skeleton } from "../ui/Skeleton";
import { Spoken } from "../ui/Spoken";
import { useSpeech } from "../words/speech";
import type { Actions } from "./actions";
import { AddForm } from "./AddForm";
import type { Draft } from "./draft";
import { EarlierDraft } from "./EarlierDraft";
import type { Model } from "./model";

/** What is asked before the first note of all: known only here, so that the page is no longer for it. */
const subscribing = new Part(() => import("../parts/subscribing"));

interface AddProps {
  readonly draft: Draft;
  readonly state: PanelState;
  readonly model: Model;
  readonly actions: Actions;
}

/** From the first word to the note: the form, and in its place the question that comes before the first note of all. */
export function AddNote({ draft, state, model, actions }: AddProps) {
  const { words } = useSpeech();
  useEffect(() => { if (!state.subscribed) subscribing.warm(); }, [state.subscribed]);
  return (
    <>
      <EarlierDraft draft={draft} state={state} actions={actions} />
      {draft.step === "subscribing" ? (
        <Spoken part={subscribing} waiting={<Skeleton label={words.loading} cards={1} />} reload={actions.reload}>
          {({ Subscribe }) => <Subscribe state={state} actions={actions} />}
        </Spoken>
      ) : <AddForm draft={draft} state={state} model={model} actions={actions} />}
    </>
  );
}
