import { decodeExact, encode } from "./base64";
import { concat, random, refusing } from "./bytes";
import { fileKey } from "./derive";
import { shaText } from "./digest";
import { reject } from "./rejected";
import type { Bytes } from "./bytes";
import type { Readable } from "./check";
import type { FileEntry } from "./content";

const CHUNK = 65_536;
const TAG = 16;

/** A sealed file travels in parts of so many bytes: a whole number of chunks. */
export const PART = 15 * (CHUNK + TAG);

/** A file of a note that was opened. */
export interface OpenedFile {
  readonly entry: FileEntry;
  readonly note: Pick<Readable, "cek" | "hh" | "header">;
}

/** The place of the highest bit of a number below 2^32. */
const logOf = (number: number): number => 31 - Math.clz32(number);

/** The Padmé length: a length keeps only as many leading bits as its own length has bits. */
export function paddedLength(size: number): number {
  if (size < 2) return 1;
  const exponent = logOf(size);
  const unit = 2 ** Math.max(0, exponent - logOf(exponent) - 1);
  return Math.ceil(size / unit) * unit;
}

export const chunksOf = (size: number): number => Math.ceil(paddedLength(size) / CHUNK);

/** How many bytes a sealed file has. */
export const sealedLength = (size: number): number => paddedLength(size) + TAG * chunksOf(size);

function nonce(index: number, last: boolean): Bytes {
  const out = new Uint8Array(12);
  new DataView(out.buffer).setUint32(7, index);
  out[11] = last ? 1 : 0;
  return out;
}

/** The key of one file, and what its chunks are bound to. Opens that file and nothing else. */
export interface FileKey {
  readonly key: CryptoKey;
  readonly aad: Bytes;
}

/** `cek`, `id` and `hh` are the note's. */
export async function keyOfFile(cek: Bytes, id: string, hh: string, fid: string): Promise<FileKey> {
  const raw = await fileKey(cek, id, fid);
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  raw.fill(0);
  return { key, aad: concat(decodeExact(hh, 32), decodeExact(fid, 16)) };
}

const params = (file: FileKey, index: number, chunks: number) =>
  ({ name: "AES-GCM", iv: nonce(index, index === chunks - 1), additionalData: file.aad });

/** Pads and encrypts a file, chunk by chunk. */
export async function sealFile(bytes: Bytes, file: FileKey): Promise<Bytes> {
  const length = paddedLength(bytes.length);
  const chunks = chunksOf(bytes.length);
  const out = new Uint8Array(sealedLength(bytes.length));
  for (let i = 0; i < chunks; i += 1) {
    const chunk = new Uint8Array(Math.min(CHUNK, length - i * CHUNK));
    chunk.set(bytes.subarray(i * CHUNK, (i + 1) * CHUNK));
    out.set(new Uint8Array(await crypto.subtle.encrypt(params(file, i, chunks), file.key, chunk)), i * (CHUNK + TAG));
  }
  return out;
}

/** Decrypts a file and checks all of it, before a byte is offered. */
export async function openFile(sealed: Bytes, entry: FileEntry, file: FileKey): Promise<Bytes> {
  const chunks = chunksOf(entry.size);
  if (entry.chunks !== chunks || sealed.length !== sealedLength(entry.size)) reject("content");
  const out = new Uint8Array(paddedLength(entry.size));
  for (let i = 0; i < chunks; i += 1) {
    const chunk = sealed.subarray(i * (CHUNK + TAG), (i + 1) * (CHUNK + TAG));
    const plain = await refusing("content", () => crypto.subtle.decrypt(params(file, i, chunks), file.key, chunk));
    out.set(new Uint8Array(plain), i * CHUNK);
  }
  const bytes = out.slice(0, entry.size);
  if (out.subarray(entry.size).some((byte) => byte !== 0) || (await shaText(bytes)) !== entry.sha) reject("content");
  return bytes;
}

/** A file as its author has it. */
export interface LooseFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Bytes;
}

/** A file as it is uploaded, before its note is posted. */
export interface SealedFile {
  readonly fid: string;
  readonly sealed: Bytes;
}

/** What a system says of a file may be anything; a note says it in plain letters or not at all. */
const typeOf = (type: string): string => (/^[\x21-\x7e]{1,127}$/.test(type) ? type : "application/octet-stream");

/** For `sealNote`: seals `loose` under keys of its note, and hands each to `keep`. */
export const sealFiles = (loose: readonly LooseFile[], keep: (file: SealedFile) => void) =>
  async (cek: Bytes, id: string, hh: string): Promise<readonly FileEntry[]> => {
    const entries: FileEntry[] = [];
    for (const { name, type, bytes } of loose) {
      const fid = encode(random(16));
      keep({ fid, sealed: await sealFile(bytes, await keyOfFile(cek, id, hh, fid)) });
      entries.push({ fid, name, type: typeOf(type), size: bytes.length, chunks: chunksOf(bytes.length), sha: await shaText(bytes) });
    }
    return entries;
  };
