import { decode, encode } from "./base64";
import { concat, refusing } from "./bytes";
import { reject } from "./rejected";
import type { Bytes } from "./bytes";
import type { Members } from "./jcs";

const ECDSA = { name: "ECDSA", namedCurve: "P-256" } as const;

/** 65 bytes, uncompressed, on the curve: importing checks the last. */
async function checkPoint(bytes: Bytes): Promise<Bytes> {
  if (bytes.length !== 65 || bytes[0] !== 4) return reject("point");
  await refusing("point", () => crypto.subtle.importKey("raw", bytes, ECDSA, true, ["verify"]));
  return bytes;
}

export async function pointFromText(text: string): Promise<Bytes> {
  return checkPoint(decode(text));
}

export async function pointFromJwk(jwk: Members): Promise<Bytes> {
  const crv = jwk.text("crv");
  const kty = jwk.text("kty");
  const x = jwk.bytes("x", 32);
  const y = jwk.bytes("y", 32);
  jwk.end();
  if (crv !== "P-256" || kty !== "EC") return reject("algorithm");
  return checkPoint(concat(Uint8Array.of(4), x, y));
}

export function pointToJwk(point: Bytes): { crv: string; kty: string; x: string; y: string } {
  return { crv: "P-256", kty: "EC", x: encode(point.subarray(1, 33)), y: encode(point.subarray(33)) };
}

/** ES256 with the signing key `point`; `signature` is r and s. */
export async function verify(point: Bytes, message: Bytes, signature: Bytes): Promise<void> {
  const key = await refusing("point", () => crypto.subtle.importKey("raw", point, ECDSA, true, ["verify"]));
  const good = await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, message);
  if (!good) reject("signature");
}

export async function sign(key: CryptoKey, message: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, message));
}
