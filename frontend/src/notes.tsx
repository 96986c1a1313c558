import { render } from "preact";
import { Client } from "./api/client";
import { Session } from "./api/session";
import type { PanelState } from "./api/types";
import { connectHost } from "./host/connect";
import type { Host } from "./host/host";
import { Desk } from "./panel/desk";
import { type Event, type Model, reduce, start as first } from "./panel/model";
import { Panel } from "./panel/Panel";
import { startOfPage } from "./start";
import { directionOf, knownLocale } from "./words/when";
import { type Speech, speechFor, SpeechProvider } from "./words/speech";

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const clock = (): number => Date.now() / 1000;

function open(root: HTMLElement): void {
  const page = startOfPage();
  const host = connectHost();
  let model: Model = first;
  let speech: Speech = speechFor(navigator.language);
  let desk: Desk | null = null;
  let planned = false;

  const draw = () => {
    planned = false;
    render(<SpeechProvider value={speech}>{desk ? <Panel model={model} actions={desk} /> : null}</SpeechProvider>, root);
  };
  const dispatch = (event: Event) => {
    model = reduce(model, event);
    if (planned) return;
    planned = true;
    queueMicrotask(draw);
  };

  const session = new Session(page.session ?? "", host, fetch.bind(globalThis), clock);
  const client = new Client(session, fetch.bind(globalThis), pause);
  desk = new Desk({ client, host: host ?? nowhere, model: () => model, dispatch, words: () => speech.words, clock, pause });
  draw();
  host?.followTheme();
  host?.fit(root);
  void host?.locale().then((tag) => {
    const locale = knownLocale(tag);
    document.documentElement.lang = locale;
    document.documentElement.dir = directionOf(locale);
    speech = speechFor(locale);
    draw();
  });

  if (!isSecureContext || !("subtle" in crypto)) dispatch({ type: "closed", phase: "too-old" });
  else if (page.session === null) dispatch({ type: "closed", phase: "signed-out" });
  else void desk.start(page.state as PanelState | null);
}

/** Outside a host nobody vouches for who is here: the panel stays closed. */
const nowhere: Host = {
  token: () => Promise.reject(new Error("no host")),
  account: () => Promise.resolve(null),
  issue: () => Promise.resolve(null),
  locale: () => Promise.resolve(navigator.language),
  origin: () => null,
  fit: () => undefined,
  followTheme: () => undefined,
  flag: () => ({ close: () => undefined }),
  summary: () => Promise.resolve(null),
};

const root = document.getElementById("panel");
if (root) open(root);
