import { decodeExact } from "./base64";
import { reject } from "./rejected";

const RESERVED = ["team:", "app:", "script:"];

/** A host's number as it stands in JSON: one spelling, below 2^64. */
export function checkNumber(text: string): string {
  return /^(0|[1-9]\d{0,19})$/.test(text) && BigInt(text) < 1n << 64n ? text : reject("member");
}

/** An id of ours: 16 bytes. */
export function checkId(text: string): string {
  decodeExact(text, 16);
  return text;
}

/** A hash or a kid: 32 bytes. */
export function checkHash(text: string): string {
  decodeExact(text, 32);
  return text;
}

function checkAccount(text: string): string {
  const fits = /^[\x21-\x7e]{1,128}$/.test(text) && !RESERVED.some((prefix) => text.startsWith(prefix));
  return fits ? text : reject("account");
}

/** An account, or `app:` and a tenant: the server's own automation. */
export function checkParty(text: string): string {
  if (!text.startsWith("app:")) return checkAccount(text);
  return /^[\w-]{21}[AQgw]$/.test(text.slice(4)) ? text : reject("account");
}

/** An account, or `team:` and a project. */
export function checkReader(text: string): string {
  if (!text.startsWith("team:")) return checkAccount(text);
  const project = text.slice(5);
  return /^(0|[1-9]\d{0,19})$/.test(project) && BigInt(project) < 1n << 64n ? text : reject("account");
}

export const isTeam = (reader: string): boolean => reader.startsWith("team:");
export const isApp = (party: string): boolean => party.startsWith("app:");
