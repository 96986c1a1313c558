import type { Client } from "../api/client";
import { followLive } from "../api/live";
import { Failed, troubleIn } from "../api/problem";
import type { NoteId, PanelState, Person, Waiting } from "../api/types";
import type { Host } from "../host/host";
import type { Letting } from "../notes/letting";
import { agrees, askPlace, type Place } from "../notes/place";
import type { Writing } from "../notes/writing";
import { parts } from "../parts";
import { copy } from "../ui/text";
import type { Speech } from "../words/notes";
import type { Actions } from "./actions";
import { SHOWN_SECONDS } from "./countdown";
import { choosable, type Draft, emptyDraft, faultsOf, hasFaults, LIFE_SECONDS } from "./draft";
import { type Event, type Model, serverTime, waitingKey } from "./model";
import type { Room } from "./room";

/** What the desk works with; all of it real in the product, all of it an argument. */
export interface Means {
  readonly client: Client;
  readonly host: Host;
  readonly model: () => Model;
  readonly dispatch: (event: Event) => void;
  readonly speech: () => Speech;
  /** This browser's time, seconds. */
  readonly clock: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

/** Carries out what people do in the notes panel, and keeps it up to date. */
export class Desk implements Actions {
  #room: Room | null = null;
  #opening: Promise<Room | null> | null = null;
  #writing: Writing | null = null;
  #asking: Promise<Place | null> | null = null;
  #place: Place | null = null;
  #refreshing: Promise<void> | null = null;
  #again = false;
  /** Cards on the screen. */
  readonly #seen = new Set<NoteId>();
  /** Waiting browsers that this page has tried to let in by itself. */
  readonly #tried = new Set<string>();

  constructor(private readonly means: Means) {}

  /** Opens the panel: state, host's word, key, live hints. */
  async start(first: PanelState | null): Promise<void> {
    const { client, host, pause } = this.means;
    this.#asking = askPlace(host);
    if (first !== null) this.#show(first);
    else await this.#load();
    await this.#ready().catch(() => null);
    void followLive({
      client, pause,
      heard: () => { void this.refresh(); },
      connected: (yes) => { this.#tell({ type: "online", yes }); },
    }, new AbortController().signal);
  }

  /** Reads the state anew; a hint that comes meanwhile makes it read once more. */
  refresh(): Promise<void> {
    if (this.#refreshing !== null) {
      this.#again = true;
      return this.#refreshing;
    }
    this.#refreshing = this.#load().finally(() => {
      this.#refreshing = null;
      if (!this.#again) return;
      this.#again = false;
      void this.refresh();
    });
    return this.#refreshing;
  }

  readonly retry = (): void => {
    void this.refresh().then(() => this.#ready());
  };

  readonly compose = (): void => {
    this.#tell({ type: "draft", draft: emptyDraft });
  };

  readonly edit = (change: (draft: Draft) => Draft): void => {
    const { draft } = this.means.model();
    if (draft !== null) this.#tell({ type: "draft", draft: change(draft) });
  };

  readonly cancel = (): void => {
    this.#tell({ type: "draft", draft: null });
  };

  readonly save = (): void => {
    const { draft } = this.means.model();
    if (draft === null || draft.step === "sending") return;
    const faults = faultsOf(draft);
    if (hasFaults(faults)) this.edit((now) => ({ ...now, faults }));
    else void this.#add(draft);
  };

  readonly find = async (query: string): Promise<readonly Person[]> => {
    const found = await this.means.client.people(query);
    const { draft } = this.means.model();
    return choosable(found, draft ?? emptyDraft, this.#state()?.me.account ?? "");
  };

  readonly takeBack = (): void => {
    const { bar } = this.means.model();
    if (bar?.step !== "offered") return;
    this.#tell({ type: "bar", step: "working" });
    this.means.client.takeBack(bar.note).then(
      () => { this.#tell({ type: "bar", step: "taken" }); this.#say(this.means.speech().words.tookBack); },
      (error: unknown) => { this.#tell({ type: "bar", step: troubleIn(error) === "stale" ? "late" : "failed" }); },
    ).finally(() => { void this.refresh(); });
  };

  readonly endBar = (): void => {
    this.#tell({ type: "bar-ended" });
  };

  readonly seen = (note: NoteId): void => {
    this.#seen.add(note);
    void this.#look(note);
  };

  readonly unlock = (note: NoteId): void => {
    if (this.means.model().openings[note]?.step === "opening") return;
    this.#tell({ type: "opening", note, opening: { step: "opening" } });
    void this.#unlock(note);
  };

  readonly hide = (note: NoteId): void => {
    this.#tell({ type: "opening", note, opening: null });
    this.#say(this.means.speech().words.hiddenNow);
    void this.#look(note);
  };

  readonly keepOpen = (note: NoteId): void => {
    this.#tell({ type: "keep-open", note });
  };

  readonly leave = (note: NoteId, until: number): void => {
    const opening = this.means.model().openings[note];
    if (opening?.step === "shown") this.#tell({ type: "opening", note, opening: { ...opening, until } });
  };

  readonly askDelete = (note: NoteId): void => {
    this.#tell({ type: "deleting", deleting: { note, step: "asking" } });
  };

  readonly keep = (): void => {
    if (this.means.model().deleting?.step !== "working") this.#tell({ type: "deleting", deleting: null });
  };

  readonly delete = (note: NoteId): void => {
    if (this.means.model().deleting?.step === "working") return;
    this.#tell({ type: "deleting", deleting: { note, step: "working" } });
    this.means.client.delete(note).then(
      () => {
        this.#room?.reading.lose(note);
        this.#tell({ type: "deleted", note, at: this.#now() });
        void this.refresh();
      },
      (error: unknown) => { this.#tell({ type: "deleting", deleting: { note, step: "failed", why: troubleIn(error) } }); },
    );
  };

  readonly copy = (text: string): Promise<boolean> => copy(text);

  readonly letIn = (one: Waiting): void => {
    const key = waitingKey(one);
    const sure = this.means.model().letIns[key] === "unsure" ? "unconfirmed" : one.reason === "added" ? "vouched" : one.reason;
    this.#tell({ type: "let-in", key, step: "working" });
    void this.#admit(one, sure);
  };

  readonly check = (one: Waiting): void => {
    this.#tell({ type: "let-in", key: waitingKey(one), step: "checking" });
  };

  readonly allow = (): void => {
    const room = this.#room;
    if (room === null) return;
    this.#tell({ type: "allow", step: "asking" });
    room.keyring.ask().then(
      (yes) => { this.#tell({ type: "allow", step: yes ? "granted" : "refused" }); this.#custody(); },
      () => { this.#tell({ type: "allow", step: "refused" }); },
    );
  };

  readonly confirmAlarm = (): void => {
    this.#room?.keyring.confirmOwn().then(() => { this.#tell({ type: "alarm", at: null }); }, () => undefined);
  };

  readonly acceptSite = (): void => {
    const state = this.#state();
    const origin = this.#place?.origin;
    if (state === null || origin === null || origin === undefined) return;
    void parts.reading.load().then(async ({ acceptSite }) => {
      await acceptSite(origin, state.tenant);
      this.#tell({ type: "site", other: false });
      await this.#ready();
    });
  };

  readonly reload = (): void => {
    this.means.host.reload();
  };

  #tell(event: Event): void {
    this.means.dispatch(event);
  }

  #say(text: string): void {
    this.#tell({ type: "say", text });
  }

  #state(): PanelState | null {
    const { phase } = this.means.model();
    return phase.is === "ready" ? phase.state : null;
  }

  #now(): number {
    return serverTime(this.means.model(), this.means.clock());
  }

  async #load(): Promise<void> {
    try {
      this.#show(await this.means.client.state());
    } catch (error) {
      this.#tell({ type: "failed", why: troubleIn(error) });
    }
  }

  #show(state: PanelState): void {
    if (this.#place !== null && !agrees(this.#place, state)) {
      this.#tell({ type: "closed", phase: "wrong-place" });
      return;
    }
    this.#tell({ type: "loaded", state, at: this.means.clock() });
    this.#tell({ type: "online", yes: true });
    for (const card of state.notes) {
      if (this.means.model().own[card.id] === false) this.#room?.reading.lose(card.id);
      if (this.#seen.has(card.id)) void this.#look(card.id);
    }
    this.#admitVouched(state);
  }

  /** The room, opened if it is not; one opening at a time, whoever asks. Null where there can be none. */
  #ready(): Promise<Room | null> {
    if (this.#room !== null) return Promise.resolve(this.#room);
    this.#opening ??= this.#settle().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  /** Compares host and server, then takes the key out, or makes it where that needs no click. */
  async #settle(): Promise<Room | null> {
    const place = await (this.#asking ??= askPlace(this.means.host));
    this.#place = place;
    const state = this.#state();
    if (state === null) return null;
    if (place === null || !agrees(place, state)) {
      this.#tell({ type: "closed", phase: "wrong-place" });
      return null;
    }
    const part = await parts.reading.load().catch(() => null);
    this.#tell({ type: "part", came: part !== null });
    if (part === null) return null;
    const room = await part.openRoom({ client: this.means.client, tenant: state.tenant, place, now: () => this.#now() });
    if (room === null) {
      this.#tell({ type: "site", other: true });
      return null;
    }
    this.#room = room;
    await room.keyring.settle().then((at) => { this.#tell({ type: "alarm", at }); }, () => undefined);
    this.#custody();
    for (const note of this.#seen) void this.#look(note);
    this.#admitVouched(state);
    return room;
  }

  #custody(): void {
    const custody = this.#room?.keyring.custody;
    if (custody !== undefined) this.#tell({ type: "custody", custody });
  }

  /** Stage one for a card on the screen. Silent: what fails here fails again, aloud, on the click. */
  async #look(note: NoteId): Promise<void> {
    const card = this.#state()?.notes.find((one) => one.id === note);
    const room = this.#room;
    if (card?.state !== "live" || !(card.mine || card.reader) || !room?.keyring.key) return;
    if (card.why === "waiting") {
      this.#tell({ type: "looked", note, own: false, doubt: false });
      return;
    }
    await room.reading.look(card).then(
      (looked) => { this.#tell({ type: "looked", note, ...looked }); },
      () => undefined,
    );
  }

  async #unlock(note: NoteId): Promise<void> {
    const room = await this.#ready().catch(() => null);
    const card = this.#state()?.notes.find((one) => one.id === note);
    const came = room === null || card === undefined ? { is: "failed", why: this.means.model().missing > 0 ? "offline" : "broken" } as const : await room.unlock(card);
    this.#custody();
    switch (came.is) {
      case "shown":
        this.#tell({ type: "opening", note, opening: { step: "shown", text: came.text, until: this.means.clock() + SHOWN_SECONDS } });
        this.#say(this.means.speech().words.shownNow);
        break;
      case "waiting":
        this.#tell({ type: "looked", note, own: false, doubt: false });
        this.#tell({ type: "opening", note, opening: null });
        break;
      case "failed":
        this.#tell({ type: "opening", note, opening: { step: "failed", why: came.why } });
    }
    void this.refresh();
  }

  async #add(draft: Draft): Promise<void> {
    this.edit((now) => ({ ...now, step: "sending", failure: null }));
    try {
      const [room, { Writing }] = await Promise.all([this.#ready(), parts.writing.load()]);
      if (room === null) throw new Failed(this.means.model().missing > 0 ? "offline" : "broken", 0);
      await room.keyOnClick();
      this.#custody();
      const { client, tenant, place } = room.occasion;
      this.#writing ??= new Writing(client, room.keyring, tenant, place);
      const now = this.#now();
      const readers = draft.readers.map((person) => person.account);
      const card = await this.#writing.add({ text: draft.text, readers, now, expires: now + LIFE_SECONDS });
      this.#tell({ type: "added", card, people: draft.readers, until: card.takeBackUntil ?? this.#now() + 10 });
      const { words, formats } = this.means.speech();
      this.#say(words.sharedWith(formats.list(draft.readers.map((person) => person.name))));
    } catch (error) {
      const why = troubleIn(error);
      this.edit((now) => ({ ...now, step: "writing", failure: why === "refused" ? "readers" : why }));
    } finally {
      void this.refresh();
    }
  }

  async #letting(): Promise<Letting | null> {
    const [room, { Letting }] = await Promise.all([this.#ready(), parts.letting.load()]);
    return room === null ? null : new Letting(room.occasion.client, room.keyring, room.occasion.tenant, room.occasion.place);
  }

  async #admit(one: Waiting, sure: "first" | "vouched" | "unconfirmed"): Promise<void> {
    const key = waitingKey(one);
    const { speech } = this.means;
    try {
      const came = await (await this.#letting())?.admit(one, sure, this.#place?.issue ?? "") ?? "no-key";
      this.#tell({ type: "let-in", key, step: came });
      if (came === "done") this.#say(speech().words.letInDone(one.name));
    } catch {
      this.#tell({ type: "let-in", key, step: "failed" });
    } finally {
      void this.refresh();
    }
  }

  /** Browsers that a known browser of the same person vouched for are let in without a click. */
  #admitVouched(state: PanelState): void {
    const room = this.#room;
    if (!room?.keyring.key) return;
    for (const one of state.waiting) {
      if (one.reason !== "added" || this.#tried.has(waitingKey(one))) continue;
      this.#tried.add(waitingKey(one));
      void this.#letting().then((letting) => letting?.admit(one, "vouched", null)).then((came) => {
        if (came === "unsure") this.#tell({ type: "let-in", key: waitingKey(one), step: came });
        return this.refresh();
      }, () => undefined);
    }
  }
}
