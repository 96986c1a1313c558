import type { Client } from "../api/client";
import { troubleIn } from "../api/problem";
import type { PanelState } from "../api/types";
import type { Host } from "../host/host";
import { agrees, askPlace, type Place } from "../notes/place";
import { parts } from "../parts";
import type { Speech } from "../words/notes";
import { type Event, type Model, serverTime } from "./model";
import type { Room } from "./room";

/** What the panel works with; all of it real in the product, all of it an argument. */
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

/** Those who go on from what the bench brings. */
interface Listeners {
  /** A state was read and put on the screen. */
  readonly shown: (state: PanelState) => void;
  /** The key's room stands for the first time. */
  readonly opened: (state: PanelState) => void;
}

/** What all acts of the panel stand on, the desk's and those of every view: state, place, and the room of this browser's key. */
export class Bench {
  #room: Room | null = null;
  #opening: Promise<Room | null> | null = null;
  #asking: Promise<Place | null> | null = null;
  #place: Place | null = null;
  #refreshing: Promise<void> | null = null;
  #again = false;

  constructor(readonly means: Means, private readonly listeners: Listeners) {}

  get client(): Client {
    return this.means.client;
  }

  get speech(): Speech {
    return this.means.speech();
  }

  /** The room if it stands already. */
  get room(): Room | null {
    return this.#room;
  }

  get place(): Place | null {
    return this.#place;
  }

  tell(event: Event): void {
    this.means.dispatch(event);
  }

  /** Has a screen reader say it. */
  say(text: string): void {
    this.tell({ type: "say", text });
  }

  state(): PanelState | null {
    const { phase } = this.means.model();
    return phase.is === "ready" ? phase.state : null;
  }

  /** The server's time, seconds. */
  now(): number {
    return serverTime(this.means.model(), this.means.clock());
  }

  /** Begins to ask the host who is here, which takes a while. */
  ask(): void {
    this.#asking = askPlace(this.means.host);
  }

  /** Reads the state anew; a hint that comes meanwhile makes it read once more. */
  refresh(): Promise<void> {
    if (this.#refreshing !== null) {
      this.#again = true;
      return this.#refreshing;
    }
    this.#refreshing = this.load().finally(() => {
      this.#refreshing = null;
      if (!this.#again) return;
      this.#again = false;
      void this.refresh();
    });
    return this.#refreshing;
  }

  async load(): Promise<void> {
    try {
      this.show(await this.client.state());
    } catch (error) {
      this.tell({ type: "failed", why: troubleIn(error) });
    }
  }

  show(state: PanelState): void {
    if (this.#place !== null && !agrees(this.#place, state)) {
      this.tell({ type: "closed", phase: "wrong-place" });
      return;
    }
    this.tell({ type: "loaded", state, at: this.means.clock() });
    this.tell({ type: "online", yes: true });
    this.listeners.shown(state);
  }

  /** The room, opened if it is not; one opening at a time, whoever asks. Null where there can be none. */
  ready(): Promise<Room | null> {
    if (this.#room !== null) return Promise.resolve(this.#room);
    this.#opening ??= this.#settle().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  /** Says on the screen where this browser's key is. */
  custody(): void {
    const custody = this.#room?.keyring.custody;
    if (custody !== undefined) this.tell({ type: "custody", custody });
  }

  /** Compares host and server, then takes the key out, or makes it where that needs no click. */
  async #settle(): Promise<Room | null> {
    const place = await (this.#asking ??= askPlace(this.means.host));
    this.#place = place;
    const state = this.state();
    if (state === null) return null;
    if (place === null || !agrees(place, state)) {
      this.tell({ type: "closed", phase: "wrong-place" });
      return null;
    }
    const part = await parts.reading.load().catch(() => null);
    this.tell({ type: "part", came: part !== null });
    if (part === null) return null;
    const room = await part.openRoom({ client: this.client, tenant: state.tenant, place, now: () => this.now() });
    if (room === null) {
      this.tell({ type: "site", other: true });
      return null;
    }
    this.#room = room;
    await room.keyring.settle().then((at) => { this.tell({ type: "alarm", at }); }, () => undefined);
    this.custody();
    this.listeners.opened(state);
    return room;
  }
}
