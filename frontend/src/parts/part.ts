/** Waits between tries: a part of a new release may not have reached every server yet. */
const PAUSES_MS = [300, 1_200] as const;

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/**
 * A piece of the page that is fetched when it is needed, or a little before. What has come stays:
 * a page that is open while a new release comes has all it began with.
 */
export class Part<T> {
  #coming: Promise<T> | null = null;
  #here: T | null = null;

  constructor(private readonly bring: () => Promise<T>, private readonly wait = pause) {}

  /** The part, once it has come: then it can be shown without a moment in between. */
  get here(): T | null {
    return this.#here;
  }

  /** Fetches it, once for all callers. A failure is forgotten: the next call tries again. */
  load(): Promise<T> {
    this.#coming ??= this.#fetch().catch((error: unknown) => {
      this.#coming = null;
      throw error;
    });
    return this.#coming;
  }

  /** Fetches it ahead of need. What fails here fails again, aloud, when it is needed. */
  readonly warm = (): void => {
    this.load().catch(() => undefined);
  };

  async #fetch(): Promise<T> {
    for (const ms of PAUSES_MS) {
      try {
        return this.#here = await this.bring();
      } catch {
        await this.wait(ms);
      }
    }
    return this.#here = await this.bring();
  }
}
