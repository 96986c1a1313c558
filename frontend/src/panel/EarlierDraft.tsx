import { useEffect, useRef, useState } from "preact/hooks";
import type { PanelState } from "../api/types";
import { type Earlier, Keeping } from "../notes/keeping";
import { Button } from "../ui/Button";
import { useOwn } from "../ui/Spoken";
import { useSpeech } from "../words/speech";
import { writingWords } from "../words/writing";
import type { Actions } from "./actions";
import { type Draft, readKept, toKeep } from "./draft";

interface EarlierProps {
  readonly draft: Draft;
  readonly state: PanelState;
  readonly actions: Actions;
}

/**
 * Keeps what is being written through a reload, and offers what an earlier visit left, as long as
 * nothing else was begun. There while the form is, or what stands in its place.
 */
export function EarlierDraft({ draft, state, actions }: EarlierProps) {
  const words = useOwn(writingWords);
  const { formats } = useSpeech();
  const { earlier, forget, discard } = useKeeping(draft, state, actions);
  if (earlier === null || draft.text !== "" || draft.step !== "writing") return null;
  const takeUp = () => {
    earlier.read().then((text) => { actions.edit((now) => ({ ...now, ...readKept(text) })); }, () => undefined).finally(forget);
    toText();
  };
  return (
    <div class="earlier" data-part="earlier">
      <p>{words.earlier(formats.ago(earlier.at, Date.now() / 1000))}</p>
      <span class="actions">
        <Button size="small" onPress={takeUp}>{words.takeUp}</Button>
        <Button look="subtle" size="small" onPress={() => { discard(); toText(); }}>{words.discard}</Button>
      </span>
    </div>
  );
}

/** The buttons go with the offer; the focus must not. */
const toText = () => document.querySelector<HTMLElement>("[data-part=form] textarea")?.focus();

function useKeeping(draft: Draft, state: PanelState, actions: Actions) {
  const name = `${state.tenant} ${state.me.account} ${state.issue.id}`;
  const [earlier, setEarlier] = useState<Earlier | null>(null);
  const keeping = useRef<Keeping | null>(null);
  useEffect(() => {
    const storage = actions.bench.ready().then((room) => room?.storage ?? null, () => null);
    const now = keeping.current = new Keeping(name, storage, Date.now);
    let current = true;
    void now.earlier().then((found) => { if (current) setEarlier(found); });
    return () => {
      current = false;
      // Added or cancelled while the panel stands; one that was closed by the server waits for the person.
      now.end(actions.bench.state() !== null);
    };
  }, [name]);
  useEffect(() => { keeping.current?.keep(draft.text === "" ? null : toKeep(draft)); }, [draft.text, draft.readers, draft.end, draft.opens]);
  const forget = () => { setEarlier(null); };
  const discard = () => { keeping.current?.drop(); forget(); };
  return { earlier, forget, discard };
}
