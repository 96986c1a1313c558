import { decodeExact, encode } from "./base64";
import { concat, random, utf8 } from "./bytes";
import { sha, shaText } from "./digest";
import { parseEntry } from "./entry";
import { canonical } from "./jcs";
import { makeGeneral, signGeneral } from "./jws";
import { entryOf } from "./keys";
import { reject } from "./rejected";
import type { Bytes } from "./bytes";
import type { KeyEntry } from "./entry";
import type { History } from "./history";
import type { GeneralJson } from "./jws";
import type { OwnKey, Pair, Said } from "./keys";

/** The skew that is allowed between two clocks, seconds. */
const SKEW = 300;
const DIGITS = 1_000_000n;

/** `tenant u16be(len a) a`. */
export function whose(tenant: string, account: string): Bytes {
  const name = utf8(account);
  return concat(decodeExact(tenant, 16), Uint8Array.of(name.length >> 8, name.length & 255), name);
}

/** What a new browser sends before anybody can know its key. */
export function commitmentOf(tenant: string, account: string, pair: Pick<Pair, "open" | "salt">): Promise<string> {
  const label = utf8("deskbridge-key/1 approval\0");
  return shaText(label, whose(tenant, account), pair.open.enc, pair.open.sig, pair.salt);
}

/** What the older browser answers with, drawn once the commitment is there. */
export const makeNonce = (): string => encode(random(16));

/** The six digits that both browsers show. */
export async function digits(asked: string, by: string, nonce: string): Promise<string> {
  const label = utf8("deskbridge-key/1 digits\0");
  const hash = await sha(label, decodeExact(asked, 32), decodeExact(by, 32), decodeExact(nonce, 16));
  return String(new DataView(hash.buffer).getBigUint64(0) % DIGITS).padStart(6, "0");
}

/** The new browser's entry with its own signature alone. */
export async function makeHalf(
  pair: Pair, said: Omit<Said, "kind" | "life" | "by"> & { readonly by: string },
): Promise<{ key: OwnKey; half: GeneralJson }> {
  const { key, payload } = await entryOf(pair, { ...said, kind: "browser", life: "kept" });
  return { key, half: await makeGeneral(payload, [key]) };
}

/** What the older browser knows when a half comes. */
export interface Answered {
  readonly tenant: string;
  readonly account: string;
  readonly head: History["head"];
  readonly by: string;
  readonly asked: string;
  /** Server time, seconds. */
  readonly now: number;
}

/** Checks a half before its digits are shown; throws `Rejected`. */
export async function checkHalf(half: unknown, known: Answered): Promise<KeyEntry> {
  const entry = await parseEntry(typeof half === "string" ? half : canonical(half), false);
  const { key } = entry;
  if (key?.kind !== "browser" || key.life !== "kept" || key.by === null) return reject("member");
  if (entry.tenant !== known.tenant) reject("tenant");
  if (entry.account !== known.account) reject("account");
  if (entry.n !== known.head.n + 1 || entry.prev !== known.head.sha) reject("chain");
  if (key.by !== known.by) reject("key");
  const asked = await commitmentOf(entry.tenant, entry.account, { open: key, salt: key.salt });
  if (asked !== known.asked) reject("commit");
  if (Math.abs(entry.iat - known.now) > SKEW) reject("time");
  return key;
}

/** The entry, signed by the older browser as well. Only after the person has compared the digits. */
export async function makeWhole(half: GeneralJson, by: OwnKey): Promise<GeneralJson> {
  return { payload: half.payload, signatures: [...half.signatures, await signGeneral(half.payload, by)] };
}
