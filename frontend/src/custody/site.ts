import type { Shelf } from "./shelf";

/**
 * Whether the host at `origin` belongs to `tenant`, as this browser saw it first. A page of ours
 * that another tenant's server answers for must not get at keys of this one.
 */
export async function pinSite(shelf: Shelf, origin: string, tenant: string): Promise<"same" | "other"> {
  const pinned = await shelf.get("sites", origin);
  if (typeof pinned === "string") return pinned === tenant ? "same" : "other";
  await shelf.update("sites", origin, (before) => before ?? tenant);
  return (await shelf.get("sites", origin)) === tenant ? "same" : "other";
}

/** The person says that the site is connected anew. */
export const repinSite = (shelf: Shelf, origin: string, tenant: string): Promise<void> =>
  shelf.update("sites", origin, () => tenant);
