import type { Client } from "../api/client";
import type { Account, Card, Keys } from "../api/types";
import type { Keyring } from "../custody/keyring";
import { classify, type History, type KeyEntry, liveKeys, readHistory } from "../seal";
import { sealNote } from "../seal/envelope";
import { type SealedFile, sealFiles } from "../seal/files";
import { sendFiles } from "./fetching";
import type { Place } from "./place";

/** A note to be sealed. */
export interface Wanted {
  readonly text: string;
  readonly readers: readonly Account[];
  readonly files: readonly File[];
  /** What the person chose as the end: a retry moves the instant, and is the same note. */
  readonly wish: unknown;
  /** Server time, seconds. */
  readonly now: number;
  readonly expires: number;
  /** How often each reader may open it; null for as often as they like. */
  readonly opens: number | null;
}

interface Last {
  readonly of: string;
  readonly sealed: Awaited<ReturnType<typeof sealNote>> & { readonly files: readonly SealedFile[] };
  /** Parts of files that the server has. */
  readonly there: Set<string>;
}

/** Seals in this browser and posts. What was sealed is posted again, not sealed again, on a retry. */
export class Writing {
  #last: Last | null = null;

  constructor(
    private readonly client: Client,
    private readonly keyring: Keyring,
    private readonly tenant: string,
    private readonly place: Place,
  ) {}

  /** `sent` hears how much of the files is there, 0 to 1. What was given up goes on where it stopped. */
  async add(wanted: Wanted, sent: (part: number) => void, signal: AbortSignal): Promise<Card> {
    const named = wanted.files.map((file) => [file.name, file.size, file.lastModified]);
    const of = JSON.stringify([wanted.text, wanted.readers, wanted.opens, wanted.wish, named]);
    const last = this.#last?.of === of ? this.#last : { of, sealed: await this.#seal(wanted), there: new Set<string>() };
    this.#last = last;
    await sendFiles(this.client, last.sealed.id, last.sealed.files, last.there, sent, signal);
    const card = await this.client.addNote(last.sealed.envelope, last.sealed.seal);
    this.#last = null;
    return card;
  }

  async #seal(wanted: Wanted): Promise<Last["sealed"]> {
    const author = await this.keyring.forUse();
    const accounts = [...wanted.readers, author.account];
    const keys = await this.#keysOf(accounts, await this.client.keys(accounts), wanted.now);
    if (this.place.issue === null) throw new Error("a note belongs to an issue");
    const files = await Promise.all(wanted.files.map(async (file) => ({ name: file.name, type: file.type, bytes: new Uint8Array(await file.arrayBuffer()) })));
    const sealed: SealedFile[] = [];
    const note = await sealNote({
      tenant: this.tenant, place: { issue: this.place.issue }, text: wanted.text, files: sealFiles(files, (file) => sealed.push(file)), readers: wanted.readers, keys,
      fill: "readers", now: wanted.now, expires: wanted.expires,
      ...(wanted.opens === null ? {} : { opens: wanted.opens }),
    }, author);
    return { ...note, files: sealed };
  }

  /** Keys to seal for. One that nobody vouched for waits until a person lets it in. */
  async #keysOf(accounts: readonly Account[], known: Keys, now: number): Promise<KeyEntry[]> {
    const all: KeyEntry[] = [];
    const met: History[] = [];
    for (const account of accounts) {
      const entries = Object.hasOwn(known.histories, account) ? known.histories[account] : undefined;
      const history = await readHistory(this.tenant, account, entries ?? []);
      const standings = classify(history, this.keyring.known(history));
      const sure = liveKeys(history, now, known.retired).filter((key) => standings.get(key.kid) !== "unconfirmed");
      await this.keyring.pin([[account, [...standings].filter(([, how]) => how !== "unconfirmed").map(([kid]) => kid)]]);
      all.push(...sure);
      met.push(history);
    }
    await this.keyring.meet(met);
    return all;
  }
}
