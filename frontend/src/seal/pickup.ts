import { decodeExact } from "./base64";
import { equal, utf8 } from "./bytes";
import { shaText } from "./digest";
import { pointFromText } from "./point";
import { reject } from "./rejected";
import type { Bytes } from "./bytes";
import type { Members } from "./jcs";

/** How long a code may be used after its record was signed, seconds. */
export const PICKUP_SECONDS = 3600;

/** The public side of what five words unlock: keys that are no entry of anybody. */
export interface PickupPair {
  readonly kid: string;
  readonly enc: Bytes;
  readonly sig: Bytes;
  readonly salt: Bytes;
}

/** A code that stands in a chain. */
export interface Pickup extends PickupPair {
  /** When its record was signed, and by which of the author's keys. */
  readonly iat: number;
  readonly by: string;
}

/** The pair for reader `account` of the note with header hash `hh`, named. */
export async function pickupPair(hh: string, account: string, pair: Omit<PickupPair, "kid">): Promise<PickupPair> {
  if (equal(pair.enc, pair.sig)) reject("member");
  const a = utf8(account);
  const length = Uint8Array.of(a.length >> 8, a.length & 0xff);
  const label = utf8("deskbridge-note/1 pickup\0");
  const kid = await shaText(label, decodeExact(hh, 32), length, a, pair.enc, pair.sig, pair.salt);
  return { ...pair, kid };
}

/** The pair that a record of a code publishes under `kid`. */
export async function readPair(members: Members, hh: string, account: string, kid: string): Promise<PickupPair> {
  const enc = await pointFromText(members.text("enc"));
  const sig = await pointFromText(members.text("sig"));
  const pair = await pickupPair(hh, account, { enc, sig, salt: members.bytes("salt", 16) });
  return pair.kid === kid ? pair : reject("key");
}
