import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { encode } from "../../src/seal/base64";
import type { Bytes } from "../../src/seal/bytes";
import { chunksOf, keyOfFile, openFile, paddedLength, sealedLength, type SealedFile, sealFiles } from "../../src/seal/files";
import { Rejected } from "../../src/seal/rejected";

const CHUNK = 65_536 + 16;
const [cek, id, hh] = [new Uint8Array(32).fill(7), encode(new Uint8Array(16).fill(1)), encode(new Uint8Array(32).fill(3))];

async function sealed(bytes: Bytes) {
  const files: SealedFile[] = [];
  const [entry] = await sealFiles([{ name: "a.bin", type: "text/plain", bytes }], (file) => files.push(file))(cek, id, hh);
  const [file] = files;
  assert.ok(entry && file);
  return { entry, file, key: await keyOfFile(cek, id, hh, entry.fid) };
}

describe("a file of a note", () => {
  it("is padded so that a length keeps only few of its leading bits", () => {
    for (const [size, length] of [
      [0, 1], [1, 1], [2, 2], [3, 3], [8, 8], [9, 10], [15, 16], [33, 36], [100, 104], [1_000, 1_024],
      [65_536, 65_536], [65_537, 67_584], [130_000, 131_072], [1_000_000, 1_015_808],
    ] as const) {
      assert.equal(paddedLength(size), length, String(size));
      assert.equal(paddedLength(length), length, String(size));
    }
  });

  it("opens whole or not at all", async () => {
    for (const size of [0, 1, 1_000, 65_536, 65_537, 200_000]) {
      const bytes = Uint8Array.from({ length: size }, (_, at) => at % 251 + 1);
      const { entry, file, key } = await sealed(bytes);
      assert.equal(file.sealed.length, sealedLength(size));
      assert.equal(entry.chunks, chunksOf(size));
      assert.deepEqual(await openFile(file.sealed, entry, key), bytes);

      const refused = async (what: string, data: Bytes, over: object = {}) => {
        await assert.rejects(openFile(data, { ...entry, ...over }, key), (error) => error instanceof Rejected && error.kind === "content", `${what} of ${String(size)}`);
      };
      await refused("cut", file.sealed.slice(0, -1));
      await refused("lengthened", Uint8Array.from([...file.sealed, 0]));
      await refused("changed", file.sealed.map((byte, at) => (at === 0 ? byte ^ 1 : byte)));
      await refused("another hash", file.sealed, { sha: encode(new Uint8Array(32)) });
      await refused("another number of chunks", file.sealed, { chunks: entry.chunks + 1 });
      if (entry.chunks > 2) {
        const swapped = file.sealed.slice();
        swapped.set(file.sealed.subarray(CHUNK, 2 * CHUNK), 0);
        swapped.set(file.sealed.subarray(0, CHUNK), CHUNK);
        await refused("swapped chunks", swapped);
      }
    }
  });

  it("n30_opens_for_its_own_note_and_under_its_own_id_alone", async () => {
    const { entry, file } = await sealed(new Uint8Array(10).fill(5));
    const other = encode(new Uint8Array(16).fill(9));
    for (const key of [
      await keyOfFile(new Uint8Array(32).fill(8), id, hh, entry.fid), await keyOfFile(cek, other, hh, entry.fid),
      await keyOfFile(cek, id, encode(new Uint8Array(32)), entry.fid), await keyOfFile(cek, id, hh, other),
    ]) await assert.rejects(openFile(file.sealed, entry, key), Rejected);
  });
});
