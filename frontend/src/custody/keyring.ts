import type { Client } from "../api/client";
import { Failed } from "../api/problem";
import type { Account, Keys, Kid } from "../api/types";
import { type History, liveKeys, makeKey, type OwnKey, readHistory, strangers } from "../seal";
import { askForShelf } from "./access";
import { continues, CUT, type Head, headOf, type Heads, readHeads, withHeads } from "./heads";
import { type Pins, readPins, withPins } from "./pins";
import type { Shelf } from "./shelf";

/** Whose keys these are. */
export interface Owner {
  readonly tenant: string;
  readonly account: Account;
}

/** Others may add a key to the same history at the same moment; so often is a new head taken. */
const TRIES = 4;

/**
 * This browser's key and what it pinned, filed by tenant and account. Where storage is kept the
 * key is made silently; where it is blocked only a click makes one, for this page.
 */
export class Keyring {
  #key: OwnKey | null = null;
  #pins: Pins = {};
  #heads: Heads = {};
  #making: Promise<OwnKey> | null = null;

  constructor(
    private readonly owner: Owner,
    private readonly client: Client,
    /** The server's time, seconds. */
    private readonly now: () => number,
    private shelf: Shelf | null,
  ) {}

  get custody(): "kept" | "blocked" | "page" {
    if (this.shelf !== null) return "kept";
    return this.#key === null ? "blocked" : "page";
  }

  get key(): OwnKey | null {
    return this.#key;
  }

  /** The keys known of an account whose history this is; none, and not as at first sight, where it lacks what it held before. */
  readonly known = (history: History): ReadonlySet<Kid> =>
    (continues(history, this.#heads[history.account]) ? this.#pinned(history.account) : new Set([CUT]));

  /** Loads or, where storage is kept, makes the key. Gives the time of a key nobody here knows. */
  async settle(): Promise<number | null> {
    if (this.shelf === null) return null;
    await this.forUse();
    return this.#alarm(await this.ownHistory());
  }

  /** The key, made now if there is none, with all pins recalled. */
  async forUse(): Promise<OwnKey> {
    const key = this.#key ?? (await (this.#making ??= this.#alone(() => this.#find()).finally(() => {
      this.#making = null;
    })));
    await this.recall();
    return key;
  }

  /** Takes up what other frames of ours have pinned meanwhile: they share the key. */
  async recall(): Promise<void> {
    if (this.shelf === null) return;
    const kept = readPins(await this.shelf.get("pins", this.#file()));
    this.#pins = withPins(kept, Object.entries(this.#pins));
    const heads = readHeads(await this.shelf.get("pins", this.#headsFile()));
    this.#heads = withHeads(heads, Object.entries(this.#heads));
  }

  /**
   * Asks the browser to keep our storage; call it first thing in a click. True when it does now.
   * A key of this page stays usable beside the kept one until the page ends.
   */
  async ask(): Promise<boolean> {
    if (this.shelf !== null) return true;
    const shelf = await askForShelf();
    if (shelf === null) return false;
    this.shelf = shelf;
    await this.recall();
    return true;
  }

  /** Pins what was met; remembered before it is relied on. */
  async pin(met: Iterable<readonly [Account, Iterable<Kid>]>): Promise<void> {
    const news = [...met].map(([account, kids]) => [account, [...kids]] as const);
    this.#pins = withPins(this.#pins, news);
    await this.shelf?.update("pins", this.#file(), (before) => withPins(readPins(before), news));
  }

  /** Remembers how far histories went that are relied on: before long a shorter one is no good. */
  async meet(histories: Iterable<History>): Promise<void> {
    await this.#remember(histories, withHeads);
  }

  /** A person decided to rely on this history, whatever it was before. */
  async meetAnew(history: History): Promise<void> {
    await this.#remember([history], (heads, met) => ({ ...heads, ...Object.fromEntries(met) }));
  }

  async #remember(histories: Iterable<History>, into: (heads: Heads, met: readonly (readonly [Account, Head])[]) => Heads): Promise<void> {
    const news = [...histories].flatMap((history) => {
      const head = headOf(history, this.#pinned(history.account));
      return head === null ? [] : [[history.account, head] as const];
    });
    this.#heads = into(this.#heads, news);
    await this.shelf?.update("pins", this.#headsFile(), (before) => into(readHeads(before), news));
  }

  /** The person says that all keys in their own name are theirs. */
  async confirmOwn(): Promise<void> {
    const { history } = await this.ownHistory();
    await this.pin([[this.owner.account, history.keys.keys()]]);
  }

  /** Keeps a key that another browser is about to vouch for: it is taken up once its entry stands. */
  async expect(key: OwnKey): Promise<void> {
    await this.shelf?.update("keys", `${this.#file()} next`, () => key);
  }

  /** Works with `key` from now on, kept where storage is. */
  async take(key: OwnKey): Promise<void> {
    await this.pin([[this.owner.account, [key.kid]]]);
    await this.shelf?.update("keys", this.#file(), () => key);
    this.#key = key;
  }

  /** Works with a key that is kept nowhere here, as long as this page lives. */
  lend(key: OwnKey): void {
    this.#key = key;
  }

  #pinned(account: Account): ReadonlySet<Kid> {
    return new Set(this.#pins[account] ?? []);
  }

  #headsFile(): string {
    return `heads ${this.#file()}`;
  }

  #file(): string {
    return `${this.owner.tenant} ${this.owner.account}`;
  }

  /** One frame at a time: several of ours may load at once and each would publish a key. */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.shelf === null || !("locks" in navigator)) return work();
    try {
      return await navigator.locks.request(`deskbridge ${this.#file()}`, work);
    } catch (error) {
      if (error instanceof DOMException && error.name === "SecurityError") return work();
      throw error;
    }
  }

  async #find(): Promise<OwnKey> {
    let own = await this.ownHistory();
    // One that was approved while no page of ours was open comes before the one it replaced.
    for (const file of [`${this.#file()} next`, this.#file()]) {
      const kept = (await this.shelf?.get("keys", file)) as OwnKey | undefined;
      if (kept !== undefined && isLive(kept.kid, own, this.now())) return this.#key = kept;
    }
    for (let attempt = 1; ; attempt += 1) {
      const made = await this.#publish(own.history);
      if (made !== null) return made;
      if (attempt === TRIES) throw new Failed("stale", 409);
      own = await this.ownHistory();
    }
  }

  /** Publishes a new key on top of `history`; null when that was not the newest. */
  async #publish(history: History): Promise<OwnKey | null> {
    const life = this.shelf === null ? "page" : "kept";
    const { key, entry } = await makeKey({ ...this.owner, life, head: history.head, now: this.now() });
    try {
      await this.client.addKey(entry);
    } catch (error) {
      if (!(error instanceof Failed) || error.trouble !== "stale") throw error;
      // The answer to an earlier try of the same call may have been lost: then it is in there.
      const { history: now } = await this.ownHistory();
      if (!now.keys.has(key.kid)) return null;
    }
    // What the history held before this browser came is no reason for an alarm here.
    await this.pin([[this.owner.account, [...history.keys.keys(), key.kid]]]);
    if (life === "kept") await this.shelf?.update("keys", this.#file(), () => key);
    this.#key = key;
    return key;
  }

  /** One's own history, checked, with what the server no longer accepts. */
  async ownHistory(): Promise<{ history: History; retired: readonly Kid[] }> {
    const { histories, retired }: Keys = await this.client.keys([this.owner.account]);
    const entries = Object.hasOwn(histories, this.owner.account) ? histories[this.owner.account] : undefined;
    return { history: await readHistory(this.owner.tenant, this.owner.account, entries ?? []), retired };
  }

  #alarm({ history }: { history: History }): number | null {
    const unknown = strangers(history, this.#pinned(this.owner.account));
    return unknown.length === 0 ? null : Math.min(...unknown.map((key) => key.iat));
  }
}

const isLive = (kid: Kid, { history, retired }: { history: History; retired: readonly Kid[] }, now: number): boolean =>
  liveKeys(history, now, retired).some((key) => key.kid === kid);
