import { openShelf, type Shelf } from "./shelf";

/** The call by which an embedded page asks for its own storage; browsers differ in what it gives. */
interface Asking {
  requestStorageAccess?(types?: { indexedDB: boolean }): Promise<{ readonly indexedDB?: IDBFactory } | undefined>;
}

/** Storage that the browser gave when it was asked; some open the usual one instead. */
let granted: IDBFactory | null = null;

/** The storage this frame has. Throws where the browser blocks it. */
export const storage = (): IDBFactory => granted ?? indexedDB;

/** What this frame may keep without asking anybody. */
export async function ownShelf(): Promise<Shelf | null> {
  const shelf = await openShelf(storage);
  return shelf ?? ((await allowedBefore()) ? askForShelf() : null);
}

/** Whether the person has said yes on an earlier visit: then no click is needed. */
async function allowedBefore(): Promise<boolean> {
  try {
    const status = await navigator.permissions.query({ name: "storage-access" });
    return status.state === "granted";
  } catch {
    return false;
  }
}

/**
 * Asks the browser for storage. Call it first thing in the handler of a click: without one it is
 * refused. Null when it stays blocked.
 */
export async function askForShelf(): Promise<Shelf | null> {
  try {
    const given = await (document as unknown as Asking).requestStorageAccess?.({ indexedDB: true });
    granted = given?.indexedDB ?? null;
    return await openShelf(storage);
  } catch {
    return null;
  }
}
