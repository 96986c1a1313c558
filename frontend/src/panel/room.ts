import type { Client } from "../api/client";
import { ownShelf, storage } from "../custody/access";
import { Keyring } from "../custody/keyring";
import { pinSite, repinSite } from "../custody/site";
import { type NoteTrouble, noteTroubleIn } from "../notes/failure";
import type { Place } from "../notes/place";
import { type Opened, Reading } from "../notes/reading";
import type { Card } from "../api/types";

/** What a room is opened for, once host and server agree on who is here. */
export interface Occasion {
  readonly client: Client;
  readonly tenant: string;
  readonly place: Place;
  /** The server's time, seconds. */
  readonly now: () => number;
}

/** What became of a click on *Unlock note*. */
export type Unlocked =
  | { readonly is: "shown"; readonly opened: Opened }
  /** Nobody has let this browser in yet. */
  | { readonly is: "waiting" }
  | { readonly is: "failed"; readonly why: NoteTrouble };

/** All that needs this browser's key. Lives in the part that reads; the desk has it brought. */
export class Room {
  readonly reading: Reading;
  /** Where parts may keep what is theirs. */
  readonly storage = storage;

  constructor(readonly keyring: Keyring, readonly occasion: Occasion) {
    const { client, tenant, place } = occasion;
    this.reading = new Reading(client, keyring, tenant, place);
  }

  /** Where storage is blocked, the click first asks the browser for it, then makes do without. */
  async keyOnClick(): Promise<void> {
    if (this.keyring.custody !== "kept" && this.keyring.key === null) await this.keyring.ask();
    await this.keyring.forUse();
  }

  async unlock(card: Card): Promise<Unlocked> {
    try {
      await this.keyOnClick();
      const opened = await this.reading.open(card);
      return opened === null ? { is: "waiting" } : { is: "shown", opened };
    } catch (error) {
      return { is: "failed", why: noteTroubleIn(error) };
    }
  }
}

/** Takes out the shelf and its pins; null where this browser knows the site under another installation. */
export async function openRoom(occasion: Occasion): Promise<Room | null> {
  const { client, tenant, place, now } = occasion;
  const shelf = await ownShelf();
  if (shelf !== null && place.origin !== null && (await pinSite(shelf, place.origin, tenant)) === "other") return null;
  return new Room(new Keyring({ tenant, account: place.account }, client, now, shelf), occasion);
}

/** The person says that this site was connected anew: what was pinned before is given up. */
export async function acceptSite(origin: string, tenant: string): Promise<void> {
  const shelf = await ownShelf();
  if (shelf !== null) await repinSite(shelf, origin, tenant);
}
