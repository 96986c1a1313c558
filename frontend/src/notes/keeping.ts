import { Drafts, type KeptDraft, openDraft, sealDraft } from "../custody/drafts";

/** Typing rests this long before what was typed is kept. */
const REST_MS = 300;

/** A text that was begun on an earlier visit. It is decrypted when it is asked for. */
export interface Earlier {
  /** When it was last changed, seconds. */
  readonly at: number;
  readonly read: () => Promise<string>;
}

/** Keeps one text while it is being written, in the order in which it changed. Where nothing can be kept, does nothing. */
export class Keeping {
  #work: Promise<unknown>;
  #drafts: Drafts | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #touched = false;

  constructor(private readonly name: string, storage: Promise<(() => IDBFactory) | null>, private readonly clock: () => number) {
    this.#work = storage.then(async (factory) => { this.#drafts = factory === null ? null : await Drafts.open(factory, clock()); });
  }

  /** What an earlier visit left. */
  async earlier(): Promise<Earlier | null> {
    await this.#work;
    const kept: KeptDraft | null = await this.#drafts?.get(this.name).catch(() => null) ?? null;
    return kept === null ? null : { at: kept.at / 1000, read: () => openDraft(this.name, kept) };
  }

  /** Null for a text that was emptied. */
  keep(text: string | null): void {
    clearTimeout(this.#timer);
    if (text === null && !this.#touched) return;
    this.#touched = true;
    if (text === null) this.drop();
    else this.#timer = setTimeout(() => { this.#then(async (drafts) => { await drafts.put(this.name, await sealDraft(this.name, text, this.clock())); }); }, REST_MS);
  }

  drop(): void {
    clearTimeout(this.#timer);
    this.#then((drafts) => drafts.drop(this.name));
  }

  /** The form has closed. What was not touched stays for the next time; `done` says that nobody waits for the rest. */
  end(done: boolean): void {
    clearTimeout(this.#timer);
    if (done && this.#touched) this.drop();
    this.#then((drafts) => { drafts.close(); return Promise.resolve(); });
  }

  #then(step: (drafts: Drafts) => Promise<void>): void {
    this.#work = this.#work.then(() => (this.#drafts === null ? undefined : step(this.#drafts))).catch(() => undefined);
  }
}
