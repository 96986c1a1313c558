// Run by the Rust tests: opens a note that Rust sealed, and seals one that Rust opens.
// In: one JSON object on standard input. Out: one on standard output.
import { readFileSync } from "node:fs";
import { canonical } from "../../src/seal/jcs";
import { checkAuthorised, liveKeys, makeKey, readBody, readHistory } from "../../src/seal/index";
import { sealNote } from "../../src/seal/envelope";
import { ownKeys } from "./own_keys";
import type { Reading } from "./own_keys";

interface Asked {
  readonly reading: Reading;
  readonly tenant: string;
  readonly issue: string;
  readonly now: number;
  readonly author: string;
  readonly reader: { readonly account: string; readonly entries: readonly unknown[] };
  readonly text: string;
}

const asked = JSON.parse(readFileSync(0, "utf8")) as Asked;
const { tenant, issue, now, reader } = asked;

const known = { ...asked.reading.known, own: await ownKeys(asked.reading.known), pins: () => new Set<string>() };
const readable = await checkAuthorised(asked.reading.answer, known);
const read = await readBody(readable, asked.reading.released);

const { key, entry } = await makeKey({ tenant, account: asked.author, life: "kept", head: { n: 0, sha: null }, now });
const histories = [
  await readHistory(tenant, asked.author, [entry]),
  await readHistory(tenant, reader.account, reader.entries),
];
const sealed = await sealNote(
  {
    tenant,
    place: { issue },
    text: asked.text,
    readers: [reader.account],
    keys: histories.flatMap((history) => liveKeys(history, now)),
    fill: "readers",
    now,
    expires: now + 86_400,
  },
  key,
);
process.stdout.write(JSON.stringify({ read: read.text, entry, envelope: canonical(sealed.envelope), seal: sealed.seal }));
