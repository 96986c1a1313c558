/** For so long a text that was begun can be taken up again. */
export const KEPT_MS = 24 * 3_600_000;

/** A text that was begun, as it lies in the browser: under a key that the browser uses and gives to nobody. */
export interface KeptDraft {
  readonly key: CryptoKey;
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly sealed: ArrayBuffer;
  /** The browser's time, milliseconds. */
  readonly at: number;
}

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** Encrypts `text` for its place alone, under a key of its own. */
export async function sealDraft(name: string, text: string, at: number): Promise<KeptDraft> {
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bytes(name) }, key, bytes(text));
  return { key, iv, sealed, at };
}

export async function openDraft(name: string, { key, iv, sealed }: KeptDraft): Promise<string> {
  return new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: bytes(name) }, key, sealed));
}

export const isStale = ({ at }: Pick<KeptDraft, "at">, now: number): boolean => now < at || now - at >= KEPT_MS;

const NAME = "deskbridge-drafts";
const STORE = "drafts";

/**
 * Where texts that were begun wait for whoever left the page, by name. A database of its own: it
 * comes and goes with releases, and no page of another one must wait for it to get at its keys.
 */
export class Drafts {
  private constructor(private readonly database: IDBDatabase) {}

  /** Null where the browser keeps nothing for this frame. Whatever is too old goes. */
  static async open(factory: () => IDBFactory, now: number): Promise<Drafts | null> {
    try {
      const request = factory().open(NAME, 1);
      request.onupgradeneeded = () => { request.result.createObjectStore(STORE); };
      const drafts = new Drafts(await settled(request));
      await drafts.#sweep(now);
      return drafts;
    } catch {
      return null;
    }
  }

  async get(name: string): Promise<KeptDraft | null> {
    return (await settled(this.#store("readonly").get(name)) as KeptDraft | undefined) ?? null;
  }

  async put(name: string, draft: KeptDraft): Promise<void> {
    await settled(this.#store("readwrite").put(draft, name));
  }

  async drop(name: string): Promise<void> {
    await settled(this.#store("readwrite").delete(name));
  }

  close(): void {
    this.database.close();
  }

  async #sweep(now: number): Promise<void> {
    const store = this.#store("readwrite");
    const [names, drafts] = await Promise.all([settled(store.getAllKeys()), settled(store.getAll() as IDBRequest<KeptDraft[]>)]);
    await Promise.all(names.filter((_, at) => isStale(drafts[at] ?? { at: 0 }, now)).map((name) => settled(store.delete(name))));
  }

  #store(mode: IDBTransactionMode): IDBObjectStore {
    return this.database.transaction(STORE, mode).objectStore(STORE);
  }
}

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => { resolve(request.result); };
    request.onerror = () => { reject(request.error ?? new Error("storage failed")); };
  });
