import { useEffect, useState } from "preact/hooks";
import { type Given, Pickup } from "../notes/pickup";
import type { ViewProps } from "../parts/views";
import { Button } from "../ui/Button";
import { useSpeech } from "../words/speech";
import type { PickupWords } from "../words/pickup/en";
import type { Bench } from "./bench";
import { faceOf } from "./people";
import { ViewFrame } from "./ViewPlace";

type Step =
  | { readonly is: "working" | "failed" | "ending" | "ended" }
  | { readonly is: "standing"; readonly ends: number }
  | Given;

/** Codes with this browser's key; null where there is no key. */
export async function pickupOf(bench: Bench): Promise<Pickup | null> {
  const room = await bench.ready();
  if (room === null) return null;
  await room.keyOnClick();
  bench.custody();
  const { client, tenant, place } = room.occasion;
  return new Pickup(client, room.keyring, tenant, place);
}

/** Five words that the author reads to somebody whom nobody can let in just now. */
export function GiveWords(props: ViewProps<PickupWords>) {
  const { view, state, words, close } = props;
  const speech = useSpeech();
  const card = state.notes.find((one) => one.id === view.note);
  const waiting = card?.waitingFor.filter((one) => one !== card.author) ?? [];
  const [account, choose] = useState(view.account ?? (waiting.length === 1 ? waiting[0] : undefined));
  if (account !== undefined) return <Words {...props} account={account} />;
  return (
    <ViewFrame title={words.giveAny} close={close}>
      <p>{words.whom}</p>
      <div class="actions">
        {waiting.map((one) => <Button key={one} onPress={() => { choose(one); }}>{faceOf(one, state, speech).name}</Button>)}
      </div>
    </ViewFrame>
  );
}

function Words({ view, state, words, bench, close, account }: ViewProps<PickupWords> & { readonly account: string }) {
  const speech = useSpeech();
  const { note = "" } = view;
  const [step, setStep] = useState<Step>({ is: "working" });
  const { name } = faceOf(account, state, speech);
  const used = state.notes.some((card) => card.id === note && !card.waitingFor.includes(account));

  const run = (work: (pickup: Pickup) => Promise<Step>) => {
    setStep({ is: "working" });
    pickupOf(bench).then((pickup) => (pickup === null ? { is: "failed" as const } : work(pickup)))
      .then(setStep, () => { setStep({ is: "failed" }); });
  };
  const give = () => { run((pickup) => pickup.give(note, account)); };
  const takeBack = () => { run(async (pickup) => pickup.takeBack(note, account).then(() => ({ is: "ended" }))); };
  // A code that is out stays good until another is asked for.
  useEffect(() => {
    run(async (pickup) => {
      const ends = await pickup.standing(note, account);
      return ends === null ? pickup.give(note, account) : { is: "standing", ends };
    });
  }, [note, account]);

  const time = (ends: number) => speech.formats.day(ends, bench.now());
  const shown = step.is === "given" || step.is === "standing";
  return (
    <ViewFrame title={words.giveTitle(name)} close={close}>
      <div class="pickup" data-step={used && shown ? "used" : step.is} aria-busy={step.is === "working" ? "true" : undefined}>
        <p role="status" class="hint">{step.is === "working" ? words.working : ""}</p>
        {used && shown && <p role="status">{words.used(name)}</p>}
        {step.is === "given" && !used && <Told step={step} name={name} time={time(step.ends)} words={words} />}
        {step.is === "standing" && !used && <p>{words.standing(name, time(step.ends))}</p>}
        {step.is === "ended" && <p role="status">{words.ended(name)}</p>}
        {step.is === "no-key" && <p class="fault" role="alert">{words.noKey}</p>}
        {step.is === "failed" && <p class="fault" role="alert">{words.giveFailed}</p>}
        {!used && (
          <div class="actions">
            {(step.is === "standing" || step.is === "failed" || step.is === "ended") && <Button look="primary" onPress={give}>{words.again}</Button>}
            {shown && <Button onPress={takeBack}>{words.takeBack}</Button>}
          </div>
        )}
      </div>
    </ViewFrame>
  );
}

interface ToldProps {
  readonly step: Extract<Given, { is: "given" }>;
  readonly name: string;
  readonly time: string;
  readonly words: PickupWords;
}

function Told({ step, name, time, words }: ToldProps) {
  const id = "five-words-told";
  return (
    <>
      <p id={id}>{words.tell(name)}</p>
      <ol class="pickup-words" aria-labelledby={id} lang="en" dir="ltr" translate={false}>
        {step.words.map((word, at) => <li key={at}>{word}</li>)}
      </ol>
      <p>{words.how(name)}</p>
      <p class="hint">{words.ends(time)} {words.spoken}</p>
    </>
  );
}
