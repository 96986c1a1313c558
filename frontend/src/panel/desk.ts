import { followLive } from "../api/live";
import { troubleIn } from "../api/problem";
import type { NoteId, PanelState, Person, Waiting } from "../api/types";
import { parts } from "../parts";
import { copy } from "../ui/text";
import type { Actions } from "./actions";
import type { Adding } from "./adding";
import { Admitting } from "./admitting";
import { Bench, type Means } from "./bench";
import { SHOWN_SECONDS } from "./countdown";
import { choosable, type Draft, emptyDraft, faultsOf, hasFaults } from "./draft";
import { waitingKey } from "./model";
import type { View } from "./view";

/** Carries out what people do in the notes panel, and keeps it up to date. */
export class Desk implements Actions {
  /** What views work with. */
  readonly bench: Bench;
  readonly #admitting: Admitting;
  #adding: Adding | null = null;
  /** Cards on the screen. */
  readonly #seen = new Set<NoteId>();

  constructor(private readonly means: Means) {
    this.bench = new Bench(means, {
      shown: (state) => { this.#shown(state); },
      opened: (state) => {
        for (const note of this.#seen) void this.#look(note);
        this.#admitting.vouched(state);
      },
    });
    this.#admitting = new Admitting(this.bench);
  }

  /** Opens the panel: state, host's word, key, live hints. */
  async start(first: PanelState | null): Promise<void> {
    const { bench } = this;
    bench.ask();
    if (first !== null) bench.show(first);
    else await bench.load();
    await bench.ready().catch(() => null);
    void followLive({
      client: bench.client, pause: this.means.pause,
      heard: () => { void bench.refresh(); },
      connected: (yes) => { bench.tell({ type: "online", yes }); },
    }, new AbortController().signal);
  }

  readonly retry = (): void => {
    void this.bench.refresh().then(() => this.bench.ready());
  };

  readonly show = (view: View): void => {
    this.bench.tell({ type: "view", view });
  };

  readonly closeView = (): void => {
    this.bench.tell({ type: "view", view: null });
  };

  readonly compose = (): void => {
    this.bench.tell({ type: "view", view: null });
    this.bench.tell({ type: "draft", draft: emptyDraft });
  };

  readonly edit = (change: (draft: Draft) => Draft): void => {
    const { draft } = this.means.model();
    if (draft !== null) this.bench.tell({ type: "draft", draft: change(draft) });
  };

  readonly cancel = (): void => {
    this.#adding?.stop();
    this.bench.tell({ type: "draft", draft: null });
  };

  readonly save = (): void => {
    const { draft } = this.means.model();
    if (draft === null || draft.step === "sending") return;
    const faults = faultsOf(draft, this.bench.now(), this.#longest());
    if (hasFaults(faults)) this.edit((now) => ({ ...now, faults }));
    else void this.#add(draft);
  };

  readonly find = async (query: string): Promise<readonly Person[]> => {
    const found = await this.means.client.people(query);
    const { draft } = this.means.model();
    return choosable(found, draft ?? emptyDraft, this.bench.state()?.me.account ?? "");
  };

  readonly takeBack = (): void => {
    const { bar } = this.means.model();
    if (bar?.step !== "offered") return;
    this.bench.tell({ type: "bar", step: "working" });
    this.means.client.takeBack(bar.note).then(
      () => { this.bench.tell({ type: "bar", step: "taken" }); this.bench.say(this.means.speech().words.tookBack); },
      (error: unknown) => { this.bench.tell({ type: "bar", step: troubleIn(error) === "stale" ? "late" : "failed" }); },
    ).finally(() => { void this.bench.refresh(); });
  };

  readonly endBar = (): void => {
    this.bench.tell({ type: "bar-ended" });
  };

  readonly seen = (note: NoteId): void => {
    this.#seen.add(note);
    void this.#look(note);
  };

  readonly unlock = (note: NoteId): void => {
    if (this.means.model().openings[note]?.step === "opening") return;
    this.bench.tell({ type: "opening", note, opening: { step: "opening" } });
    void this.#unlock(note);
  };

  readonly hide = (note: NoteId): void => {
    this.bench.tell({ type: "opening", note, opening: null });
    this.bench.say(this.means.speech().words.hiddenNow);
    void this.#look(note);
  };

  readonly keepOpen = (note: NoteId): void => {
    this.bench.tell({ type: "keep-open", note });
  };

  readonly leave = (note: NoteId, until: number): void => {
    const opening = this.means.model().openings[note];
    if (opening?.step === "shown") this.bench.tell({ type: "opening", note, opening: { ...opening, until } });
  };

  readonly askDelete = (note: NoteId): void => {
    this.bench.tell({ type: "deleting", deleting: { note, step: "asking" } });
  };

  readonly keep = (): void => {
    if (this.means.model().deleting?.step !== "working") this.bench.tell({ type: "deleting", deleting: null });
  };

  readonly delete = (note: NoteId): void => {
    if (this.means.model().deleting?.step === "working") return;
    this.bench.tell({ type: "deleting", deleting: { note, step: "working" } });
    this.means.client.delete(note).then(
      () => {
        this.bench.room?.reading.lose(note);
        this.bench.tell({ type: "deleted", note, at: this.bench.now() });
        void this.bench.refresh();
      },
      (error: unknown) => { this.bench.tell({ type: "deleting", deleting: { note, step: "failed", why: troubleIn(error) } }); },
    );
  };

  readonly copy = (text: string): Promise<boolean> => copy(text);

  readonly letIn = (one: Waiting): void => {
    this.#admitting.letIn(one);
  };

  readonly check = (one: Waiting): void => {
    this.bench.tell({ type: "let-in", key: waitingKey(one), step: "checking" });
  };

  readonly reload = (): void => {
    this.means.host.reload();
  };

  #shown(state: PanelState): void {
    for (const card of state.notes) {
      if (this.means.model().own[card.id] === false) this.bench.room?.reading.lose(card.id);
      if (this.#seen.has(card.id)) void this.#look(card.id);
    }
    this.#admitting.vouched(state);
  }

  /** Stage one for a card on the screen. Silent: what fails here fails again, aloud, on the click. */
  async #look(note: NoteId): Promise<void> {
    const card = this.bench.state()?.notes.find((one) => one.id === note);
    const room = this.bench.room;
    if (card?.state !== "live" || !(card.mine || card.reader) || !room?.keyring.key) return;
    if (card.why === "waiting") {
      this.bench.tell({ type: "looked", note, own: false, doubt: false });
      return;
    }
    await room.reading.look(card).then(
      (looked) => { this.bench.tell({ type: "looked", note, ...looked }); },
      () => undefined,
    );
  }

  async #unlock(note: NoteId): Promise<void> {
    const room = await this.bench.ready().catch(() => null);
    const card = this.bench.state()?.notes.find((one) => one.id === note);
    const came = room === null || card === undefined ? { is: "failed", why: this.means.model().missing > 0 ? "offline" : "broken" } as const : await room.unlock(card);
    this.bench.custody();
    switch (came.is) {
      case "shown":
        this.bench.tell({ type: "opening", note, opening: { step: "shown", ...came.opened, until: this.means.clock() + SHOWN_SECONDS } });
        this.bench.say(this.means.speech().words.shownNow);
        break;
      case "waiting":
        this.bench.tell({ type: "looked", note, own: false, doubt: false });
        this.bench.tell({ type: "opening", note, opening: null });
        break;
      case "failed":
        this.bench.tell({ type: "opening", note, opening: { step: "failed", why: came.why } });
    }
    void this.bench.refresh();
  }

  #longest(): number {
    return this.bench.state()?.longestLife ?? 0;
  }

  async #add(draft: Draft): Promise<void> {
    const { Adding } = await parts.writing.load();
    this.#adding ??= new Adding(this.bench, this.edit);
    await this.#adding.add(draft);
  }
}
