import { decodeExact } from "./base64";
import { concat, utf8 } from "./bytes";
import type { Bytes } from "./bytes";

async function derive(cek: Bytes, label: string, ...about: readonly Bytes[]): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", cek, "HKDF", false, ["deriveBits"]);
  const info = concat(utf8(label), Uint8Array.of(0), ...about);
  const params = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info };
  return new Uint8Array(await crypto.subtle.deriveBits(params, key, 256));
}

/** Stands in the header: with it a header allows one content key only. `id` is the note's. */
export function commit(cek: Bytes, id: string): Promise<Bytes> {
  return derive(cek, "deskbridge-note/1 commit", decodeExact(id, 16));
}

/** What a reader hands the server to have the body released. */
export function openToken(cek: Bytes, id: string): Promise<Bytes> {
  return derive(cek, "deskbridge-note/1 open", decodeExact(id, 16));
}

/** The key of one file of a note. */
export function fileKey(cek: Bytes, id: string, fid: string): Promise<Bytes> {
  return derive(cek, "deskbridge-note/1 file", decodeExact(id, 16), decodeExact(fid, 16));
}
