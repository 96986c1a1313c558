import { encode } from "./base64";
import { random } from "./bytes";
import { makeCompact } from "./jws";
import type { OwnKey } from "./keys";

/** The signed consent of a reader, by its own key. `now` is the server's, in seconds. */
export async function makeOpenRequest(hh: string, own: OwnKey, now: number): Promise<string> {
  const payload = { v: 1, hh, a: own.account, jti: encode(random(16)), iat: now };
  return makeCompact("deskbridge-open", payload, own);
}
