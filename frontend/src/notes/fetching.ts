import type { Client } from "../api/client";
import { Failed, troubleOf } from "../api/problem";
import { keyOfFile, openFile, type OpenedFile, PART, sealedLength, type SealedFile } from "../seal/files";

type Bytes = Uint8Array<ArrayBuffer>;

/** Tries of one part whose answer was lost: a part sent again takes the place of the first. */
const TRIES = 3;

async function carry(client: Client, method: "GET" | "PUT", note: string, fid: string, part: number, bytes: Bytes | undefined, signal: AbortSignal): Promise<Bytes> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await client.send(method, `/api/notes/${note}/files/${fid}?part=${String(part)}`, bytes, signal);
      if (!answer.ok) throw new Failed(troubleOf(answer.status), answer.status);
      return new Uint8Array(await answer.arrayBuffer());
    } catch (error) {
      const again = error instanceof Failed && (error.trouble === "offline" || error.trouble === "busy");
      if (!again || attempt === TRIES) throw error;
    }
  }
}

/** Sends sealed files before their note is posted, but for the parts that are `there`. `sent` hears how much is, 0 to 1. */
export async function sendFiles(
  client: Client, note: string, files: readonly SealedFile[], there: Set<string>, sent: (part: number) => void, signal: AbortSignal,
): Promise<void> {
  const whole = files.reduce((sum, file) => sum + file.sealed.length, 0);
  let done = 0;
  for (const { fid, sealed } of files) {
    for (let at = 0, part = 0; at < sealed.length; at += PART, part += 1) {
      const [piece, name] = [sealed.subarray(at, at + PART), `${fid} ${String(part)}`];
      if (!there.has(name)) await carry(client, "PUT", note, fid, part, piece, signal);
      signal.throwIfAborted();
      there.add(name);
      done += piece.length;
      sent(done / whole);
    }
  }
}

/** Fetches a file of an opened note in parts, and opens it whole or not at all. `done` hears how much of it has come, 0 to 1. */
export async function fetchFile(client: Client, file: OpenedFile, done: (part: number) => void, signal: AbortSignal): Promise<Bytes> {
  const { entry, note } = file;
  const whole = sealedLength(entry.size);
  const sealed = new Uint8Array(whole);
  for (let at = 0, part = 0; at < whole; part += 1) {
    const piece = await carry(client, "GET", note.header.id, entry.fid, part, undefined, signal);
    if (piece.length === 0 || piece.length > PART || at + piece.length > whole) throw new Error("a part of another length");
    sealed.set(piece, at);
    at += piece.length;
    done(at / whole);
  }
  return openFile(sealed, entry, await keyOfFile(note.cek, note.header.id, note.hh, entry.fid));
}
