import { encode } from "./base64";
import { concat } from "./bytes";
import type { Bytes } from "./bytes";

/** SHA-256 of the parts, one after the other. */
export async function sha(...parts: readonly Uint8Array[]): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", concat(...parts)));
}

/** The same, as it stands in JSON. */
export async function shaText(...parts: readonly Uint8Array[]): Promise<string> {
  return encode(await sha(...parts));
}
