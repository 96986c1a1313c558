import { reject } from "./rejected";
import type { Bytes } from "./bytes";

/** base64url with one spelling: no padding, unused low bits zero. */
export function encode(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function decode(text: string): Bytes {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) return reject("base64url");
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  // `atob` forgives bits that say nothing; two texts for the same bytes must not both pass.
  return encode(bytes) === text ? bytes : reject("base64url");
}

export function decodeExact(text: string, length: number): Bytes {
  const bytes = decode(text);
  return bytes.length === length ? bytes : reject("base64url");
}
