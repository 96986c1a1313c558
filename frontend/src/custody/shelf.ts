/** Where a browser keeps its keys and what it pinned: stores by name, values by key. */
export type StoreName = "keys" | "pins" | "sites";

export interface Shelf {
  get(store: StoreName, key: string): Promise<unknown>;
  /** Replaces a value by what `change` makes of it, in one step that no other page can split. */
  update(store: StoreName, key: string, change: (before: unknown) => unknown): Promise<void>;
}

const NAME = "deskbridge";
const STORES: readonly StoreName[] = ["keys", "pins", "sites"];

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new Error("storage failed"));
    };
  });

class Kept implements Shelf {
  constructor(private readonly database: IDBDatabase) {}

  get(store: StoreName, key: string): Promise<unknown> {
    return settled<unknown>(this.database.transaction(store).objectStore(store).get(key));
  }

  async update(store: StoreName, key: string, change: (before: unknown) => unknown): Promise<void> {
    // Kept on disk before it is answered: a key the server knows and the browser lost is a false alarm.
    const shelf = this.database.transaction(store, "readwrite", { durability: "strict" }).objectStore(store);
    const before = await settled<unknown>(shelf.get(key));
    await settled(shelf.put(change(before), key));
  }
}

/** The browser's own storage; null where it is blocked for this frame. */
export async function openShelf(factory: () => IDBFactory): Promise<Shelf | null> {
  try {
    const request = factory().open(NAME, 1);
    request.onupgradeneeded = () => {
      for (const store of STORES) request.result.createObjectStore(store);
    };
    const shelf = new Kept(await settled(request));
    await shelf.get("sites", "");
    return shelf;
  } catch {
    return null;
  }
}
