import { concat, refusing, utf8 } from "./bytes";
import { Members } from "./jcs";
import { checkId, checkHash } from "./party";
import { reject } from "./rejected";
import type { Bytes } from "./bytes";

export const SMALLEST = 256;
export const LARGEST = SMALLEST << 9;
const FILES = 20;
const CHUNK = 65_536;

/** A file of a note; its bytes lie elsewhere, sealed under a key of their own. */
export interface FileEntry {
  readonly fid: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly chunks: number;
  readonly sha: string;
}

/** What a note says. */
export interface Content {
  readonly text: string;
  readonly files: readonly FileEntry[];
}

/** A body as it is stored and released. */
export interface Body {
  readonly iv: Bytes;
  readonly ciphertext: Bytes;
  readonly tag: Bytes;
}

const isBucket = (length: number): boolean =>
  length >= SMALLEST && length <= LARGEST && (length & (length - 1)) === 0;

/** Decrypts, checks the padding, parses. */
export async function openContent(body: Body, cek: Bytes, protectedText: string): Promise<Content> {
  const params = { name: "AES-GCM", iv: body.iv, additionalData: utf8(protectedText) };
  const sealed = concat(body.ciphertext, body.tag);
  const bytes = await refusing("content", async () =>
    crypto.subtle.decrypt(params, await crypto.subtle.importKey("raw", cek, "AES-GCM", false, ["decrypt"]), sealed),
  );
  return parseContent(new Uint8Array(bytes));
}

export function parseContent(bytes: Bytes): Content {
  try {
    return readContent(bytes);
  } catch {
    // Whatever is wrong inside a plaintext has one name.
    return reject("plaintext");
  }
}

function readContent(bytes: Bytes): Content {
  if (!isBucket(bytes.length)) reject("plaintext");
  const members = Members.parseBytes(bytes, LARGEST);
  members.version();
  const text = members.text("text");
  const pad = members.text("pad");
  const list = members.list("files");
  members.end();
  if (!/^0*$/.test(pad) || list.length > FILES) reject("plaintext");
  const files = list.map(readFile);
  if (new Set(files.map((file) => file.fid)).size !== files.length) reject("plaintext");
  return { text, files };
}

function readFile(value: unknown): FileEntry {
  const members = Members.of(value);
  const file = {
    fid: checkId(members.text("fid")),
    name: members.text("name"),
    type: members.text("type"),
    size: members.integer("size"),
    chunks: members.integer("chunks"),
    sha: checkHash(members.text("sha")),
  };
  members.end();
  const length = utf8(file.name).length;
  // eslint-disable-next-line no-control-regex -- control characters are what is refused
  const named = length >= 1 && length <= 255 && !/[\u0000-\u001f\u007f/\\]/.test(file.name);
  const typed = /^[\x20-\x7e]{1,127}$/.test(file.type);
  const sized = file.chunks >= 1 && file.size <= file.chunks * CHUNK;
  return named && typed && sized ? file : reject("plaintext");
}
