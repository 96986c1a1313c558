import { parts } from "../parts";
import { views } from "../parts/views";
import { Banner } from "../ui/Banner";
import { Button } from "../ui/Button";
import { useOwn } from "../ui/Spoken";
import { useSpeech } from "../words/speech";
import { warningWords } from "../words/warnings";
import type { Actions } from "./actions";
import type { Bench } from "./bench";
import type { Model } from "./model";

interface WarningProps {
  readonly model: Model;
  readonly actions: Actions;
}

/** What is said of this browser's key and site, above the list. */
export function Warnings({ model, actions }: WarningProps) {
  return (
    <>
      {model.alarm !== null && <Alarm at={model.alarm} actions={actions} />}
      {model.otherSite && <Site bench={actions.bench} />}
      {(model.allow === "granted" || model.custody === "page") && <Storage model={model} actions={actions} />}
    </>
  );
}

/** A browser that nobody here knows has got a key in one's own name. */
function Alarm({ at, actions }: { readonly at: number; readonly actions: Actions }) {
  const words = useOwn(warningWords);
  const { formats } = useSpeech();
  const { bench } = actions;
  const over = () => { bench.tell({ type: "alarm", at: null }); };
  const remove = async () => {
    const { browsersOf } = await views.browsers.load();
    await (await browsersOf(bench))?.removeStrangers();
  };
  return (
    <Banner
      tone="danger" kind="alarm" title={words.alarmTitle}
      actions={
        <>
          <Button onPress={() => { bench.room?.keyring.confirmOwn().then(over, () => undefined); }}>{words.alarmMine}</Button>
          <Button look="danger" onPress={() => { remove().then(over, () => { actions.show({ name: "browsers" }); }); }}>{words.alarmRemove}</Button>
        </>
      }
    >
      {words.alarm(formats.exact(at))}
    </Banner>
  );
}

function Site({ bench }: { readonly bench: Bench }) {
  const words = useOwn(warningWords);
  return (
    <Banner tone="warning" kind="site" title={words.siteTitle} actions={<Button onPress={() => { void acceptSite(bench); }}>{words.siteAccept}</Button>}>
      {words.site}
    </Banner>
  );
}

async function acceptSite(bench: Bench): Promise<void> {
  const state = bench.state();
  const origin = bench.place?.origin;
  if (state === null || origin === null || origin === undefined) return;
  await (await parts.reading.load()).acceptSite(origin, state.tenant);
  bench.tell({ type: "site", other: false });
  await bench.ready();
}

/** Said once there is a reason: a key was needed here and could not be kept. */
function Storage({ model, actions }: WarningProps) {
  const words = useOwn(warningWords);
  if (model.allow === "granted") return <Banner tone="success" kind="storage">{words.allowed}</Banner>;
  const refused = model.allow === "refused";
  return (
    <Banner
      tone="info" kind="storage" title={words.blockedTitle}
      actions={
        <>
          {!refused && <Button onPress={() => { allow(actions.bench); }} busy={model.allow === "asking"}>{words.allow}</Button>}
          <Button look="subtle" onPress={() => { actions.show({ name: "browsers" }); }}>{words.useCode}</Button>
        </>
      }
    >
      {refused ? words.notAllowed : words.blocked}
    </Banner>
  );
}

/** Asks the browser, first thing in the click: without one it refuses. */
function allow(bench: Bench): void {
  const { room } = bench;
  if (room === null) return;
  const asked = room.keyring.ask();
  bench.tell({ type: "allow", step: "asking" });
  asked.then(
    (yes) => { bench.tell({ type: "allow", step: yes ? "granted" : "refused" }); bench.custody(); },
    () => { bench.tell({ type: "allow", step: "refused" }); },
  );
}
