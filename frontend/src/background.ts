import { Client } from "./api/client";
import { followLive } from "./api/live";
import { Session } from "./api/session";
import type { Waiting } from "./api/types";
import { ownShelf } from "./custody/access";
import { Keyring } from "./custody/keyring";
import { pinSite } from "./custody/site";
import { connectHost } from "./host/connect";
import type { FlagHandle, Host } from "./host/host";
import { type Candidate, Letting } from "./notes/letting";
import { askPlace } from "./notes/place";
import { type Caller, callers, settled, unasked } from "./notes/watch";
import { Part } from "./parts/part";
import { startOfPage } from "./start";
import { spokenIn, wordsOf } from "./words/languages";
import { lettingWords } from "./words/letting";
import type { LettingWords } from "./words/letting/en";
import { type Formats, formatsFor, knownLocale } from "./words/when";

/** Asks again now and then, for hosts and proxies that hold the stream of hints back. */
const POLL_MS = 20_000;

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const clock = (): number => Date.now() / 1000;

/** What flags speak with. */
interface Speech {
  readonly words: LettingWords;
  readonly formats: Formats;
}

const flagSpeech = async (locale: string): Promise<Speech> =>
  ({ words: await wordsOf(lettingWords, locale), formats: formatsFor(locale, "", spokenIn(locale)) });

/** In every issue view: tells the person that somebody waits for them, wherever they are. */
class Watch {
  /** Flags on the screen, by the browser they ask about. */
  readonly #flags = new Map<string, FlagHandle>();
  /** Browsers asked about on this page, whatever the answer was. */
  readonly #asked = new Set<string>();
  #looking: Promise<void> | null = null;

  constructor(
    private readonly client: Client,
    private readonly letting: Letting,
    private readonly host: Host,
    /** Fetched only when there is something to say. */
    private readonly speech: Part<Speech>,
  ) {}

  look(): Promise<void> {
    this.#looking ??= this.#once().catch(() => undefined).finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #once(): Promise<void> {
    const { waiting } = await this.client.waiting();
    for (const kid of settled(this.#flags.keys(), waiting)) this.#close(kid);
    const left = new Set<Waiting>();
    for (const one of waiting.filter(({ reason }) => reason === "added")) {
      const came = await this.letting.admit(one, "vouched", null).catch(() => undefined);
      if (came === "unsure") left.add(one);
    }
    const found = await Promise.all(unasked(waiting, this.#asked, left).map((one) => this.letting.look(one).catch(() => null)));
    for (const caller of callers(found.filter((one): one is Candidate => one !== null))) {
      this.#asked.add(caller.kid);
      await this.#ask(caller);
    }
  }

  async #ask(caller: Caller): Promise<void> {
    const { words } = await this.speech.load();
    const where = await this.#where(caller);
    const { name, kind, first } = caller;
    this.#show(caller, first ? words.firstTitle(name, kind) : words.newBrowserTitle(name),
      first ? words.firstBody(where) : words.newBrowserBody(where),
      { "let-in": words.letInName(name), "check": first ? words.checkFirst : words.checkWith(name) });
  }

  /** The issues as the host names them to this person; the server's names are not relied on. */
  async #where(caller: Caller): Promise<string> {
    const ids = [...new Set(caller.candidates.map((one) => one.issue))];
    const names = await Promise.all(ids.map(async (id) => {
      const issue = await this.host.summary(id);
      const known = caller.candidates.find((one) => one.issue === id)?.waiting.issue;
      return issue === null ? (known?.id === id ? known.key : id) : `${issue.key} (${issue.summary})`;
    }));
    return (await this.speech.load()).formats.list(names);
  }

  #show(caller: Caller, title: string, body: string, actions: Record<string, string>): void {
    this.#close(caller.kid);
    const tone = caller.first ? "info" : "warning";
    this.#flags.set(caller.kid, this.host.flag({ title, body, tone, actions }, (action) => {
      if (action === "let-in") void this.#admit(caller);
      else if (action === "check") void this.#check(caller);
    }));
  }

  async #check(caller: Caller): Promise<void> {
    const { words } = await this.speech.load();
    const { name, kind } = caller;
    this.#show(caller, caller.first ? words.firstTitle(name, kind) : words.newBrowserTitle(name), words.checkHow(name),
      { "let-in": words.letInName(name) });
  }

  async #admit(caller: Caller): Promise<void> {
    this.#close(caller.kid);
    const { words } = await this.speech.load();
    const sure = caller.first ? "first" : "unconfirmed";
    const came = await Promise.all(caller.candidates.map((one) => this.letting.admit(one.waiting, sure, one.issue).catch(() => "failed" as const)));
    const done = came.every((one) => one === "done");
    const told = this.host.flag({
      title: done ? words.letInDone(caller.name) : words.letInFailed(caller.name), body: "", tone: done ? "success" : "error", actions: {},
    }, () => undefined);
    if (done) {
      await pause(6_000);
      told.close();
    } else {
      this.#asked.delete(caller.kid);
    }
  }

  #close(kid: string): void {
    this.#flags.get(kid)?.close();
    this.#flags.delete(kid);
  }
}

async function run(): Promise<void> {
  const page = startOfPage();
  const host = connectHost();
  if (page.session === null || host === null || !isSecureContext) return;
  const client = new Client(new Session(page.session, host, fetch.bind(globalThis), clock), fetch.bind(globalThis), pause);
  const place = await askPlace(host);
  const shelf = await ownShelf();
  // Without a kept key nothing can be let in from here, and no click will come to make one.
  if (place === null || shelf === null) return;
  if (place.origin !== null && (await pinSite(shelf, place.origin, page.tenant)) === "other") return;
  const { now } = await client.waiting();
  const skew = now - clock();
  const keyring = new Keyring({ tenant: page.tenant, account: place.account }, client, () => Math.floor(clock() + skew), shelf);
  await keyring.settle();

  const locale = knownLocale(await host.locale());
  const speech = new Part(() => flagSpeech(locale));
  const watch = new Watch(client, new Letting(client, keyring, page.tenant, place), host, speech);
  const heard = () => { void watch.look(); };
  heard();
  void followLive({ client, pause, heard, connected: () => undefined }, new AbortController().signal);
  setInterval(() => {
    if (document.visibilityState === "visible") heard();
  }, POLL_MS);
}

run().then(
  () => { document.documentElement.dataset["ready"] = "true"; },
  () => { document.documentElement.dataset["ready"] = "false"; },
);
