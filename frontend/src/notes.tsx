import { render } from "preact";
import { Client } from "./api/client";
import { Session } from "./api/session";
import type { PanelState } from "./api/types";
import { connectHost } from "./host/connect";
import type { Host } from "./host/host";
import { Desk } from "./panel/desk";
import { type Event, type Model, reduce, start as first } from "./panel/model";
import { Panel } from "./panel/Panel";
import { Wordless } from "./panel/Wordless";
import { parts, whenIdle } from "./parts";
import { speak } from "./speak";
import { startOfPage } from "./start";
import { Skeleton } from "./ui/Skeleton";
import { type Speech, speechFor } from "./words/notes";
import { SpeechProvider } from "./words/speech";

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const clock = (): number => Date.now() / 1000;

function open(root: HTMLElement): void {
  const page = startOfPage();
  const host = connectHost() ?? nowhere;
  let model: Model = first;
  let speech: Speech | null = null;
  let planned = false;
  let wordless = false;

  const draw = () => {
    planned = false;
    if (wordless) render(<Wordless reload={desk.reload} />, root);
    else if (speech === null) render(<main class="panel"><Skeleton label="" /></main>, root);
    else render(<SpeechProvider value={speech}><Panel model={model} actions={desk} /></SpeechProvider>, root);
  };
  const dispatch = (event: Event) => {
    model = reduce(model, event);
    if (planned) return;
    planned = true;
    queueMicrotask(draw);
  };
  const spoken = (): Speech => {
    if (speech === null) throw new Error("nothing can be pressed before there are words");
    return speech;
  };

  const session = new Session(page.session ?? "", host, fetch.bind(globalThis), clock);
  const client = new Client(session, fetch.bind(globalThis), pause);
  const desk = new Desk({ client, host, model: () => model, dispatch, speech: spoken, clock, pause });
  draw();
  host.followTheme();
  host.fit(root);
  speak({
    bring: speechFor, given: page.locale, host,
    draw: (words) => { speech = words; wordless = false; draw(); },
    wordless: () => { wordless = true; draw(); },
  });

  if (!isSecureContext || !("subtle" in crypto)) dispatch({ type: "closed", phase: "too-old" });
  else if (page.session === null) dispatch({ type: "closed", phase: "signed-out" });
  else {
    void desk.start(page.state as PanelState | null);
    parts.reading.warm();
    whenIdle([parts.asking, parts.writing, parts.life, parts.menus, parts.letting], () => speech?.locale ?? page.locale ?? navigator.language);
  }
}

/** Outside a host nobody vouches for who is here: the panel stays closed. */
const nowhere: Host = {
  token: () => Promise.reject(new Error("no host")),
  account: () => Promise.resolve(null),
  issue: () => Promise.resolve(null),
  locale: () => Promise.resolve(navigator.language),
  origin: () => null,
  fit: () => undefined,
  reload: () => { location.reload(); },
  followTheme: () => undefined,
  flag: () => ({ close: () => undefined }),
  summary: () => Promise.resolve(null),
  names: () => Promise.resolve(null),
};

const root = document.getElementById("panel");
if (root) open(root);
