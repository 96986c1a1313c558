import type { Client } from "../api/client";
import type { Card, NoteId } from "../api/types";
import type { Keyring } from "../custody/keyring";
import { checkAuthorised, consent, forget, readBody, type Readable, Rejected } from "../seal";
import type { OpenedFile } from "../seal/files";
import type { Place } from "./place";

/** A note as the server draws it: who wrote it and who reads it is shown before and beside the text. */
type Drawn = Pick<Card, "id" | "author" | "readers">;

/** What is known of a note before the click. */
export interface Looked {
  /** This browser's key has a wrap of it. */
  readonly own: boolean;
  /** The author's key is one that this browser has not met and nobody vouched for. */
  readonly doubt: boolean;
}

/** What a note says. Where it has files its key is held with them, for whoever shows them to wipe. */
export interface Opened {
  readonly text: string;
  readonly files: readonly OpenedFile[];
}

interface Found {
  readonly readable: Readable | null;
  /** The server's time when it answered: what is signed carries it. */
  readonly now: number;
  /** This browser's time at that moment, milliseconds: a click may come much later. */
  readonly at: number;
}

/**
 * The two stages of reading. Looking costs nobody a click and tells nobody; opening is the
 * person's consent, is counted, and its author sees it.
 */
export class Reading {
  readonly #found = new Map<NoteId, Promise<Found>>();

  constructor(
    private readonly client: Client,
    private readonly keyring: Keyring,
    private readonly tenant: string,
    private readonly place: Place,
  ) {}

  /** Stage one: authorise and check everything; needs a key. */
  async look(card: Drawn): Promise<Looked> {
    const { readable } = await this.#find(card);
    return { own: readable !== null, doubt: readable?.author === "unconfirmed" };
  }

  /** Stage two, on the click. Null when nobody has let this browser in yet. */
  async open(card: Drawn): Promise<Opened | null> {
    const note = card.id;
    const { readable, now, at } = await this.#find(card);
    if (readable === null) {
      this.#found.delete(note);
      return null;
    }
    let held = false;
    try {
      const { open, request } = await consent(readable, now + Math.max(0, Math.floor((Date.now() - at) / 1000)));
      const body = await this.client.open(note, open, request);
      const { text, files } = await readBody(readable, body);
      // Pinned on the click, not on the look: a made-up note that nobody opens makes nobody known.
      await this.keyring.pin(readable.met).then(() => this.keyring.meet(readable.histories)).catch(() => undefined);
      held = files.length > 0;
      return { text, files: files.map((entry) => ({ entry, note: readable })) };
    } finally {
      this.#found.delete(note);
      if (!held) forget(readable);
    }
  }

  /** Looks again next time: the note, its wraps or one's own key have changed. */
  lose(note: NoteId): void {
    const found = this.#found.get(note);
    this.#found.delete(note);
    void found?.then(({ readable }) => {
      if (readable !== null) forget(readable);
    }, () => undefined);
  }

  async #find(card: Drawn): Promise<Found> {
    const found = await this.#kept(card.id);
    if (found.readable !== null && !asSealed(card, found.readable)) {
      this.lose(card.id);
      throw new Rejected("account");
    }
    return found;
  }

  #kept(note: NoteId): Promise<Found> {
    const before = this.#found.get(note);
    if (before) return before;
    const found = this.#ask(note);
    this.#found.set(note, found);
    found.catch(() => {
      if (this.#found.get(note) === found) this.#found.delete(note);
    });
    return found;
  }

  async #ask(note: NoteId): Promise<Found> {
    const own = await this.keyring.forUse();
    const answer = await this.client.authorise(note);
    if (!answer.recipients.some((wrap) => wrap.kid === own.kid)) return { readable: null, now: answer.now, at: Date.now() };
    const readable = await checkAuthorised(answer, {
      tenant: this.tenant, issue: this.place.issue, account: this.place.account, own: [own], pins: this.keyring.known, now: answer.now,
    });
    // The header names the note: another one's, even of the same issue, is not what was asked for.
    if (readable.header.id !== note) throw new Rejected("note");
    await this.keyring.pin(readable.vouched).catch(() => undefined);
    return { readable, now: answer.now, at: Date.now() };
  }
}

/** Whether a card says of author and readers what was sealed and signed. Pure. */
export function asSealed(card: Pick<Drawn, "author" | "readers">, note: Pick<Readable, "header" | "chain">): boolean {
  const sealed = [...note.chain.named].filter((account) => account !== note.header.by.a).sort();
  return card.author === note.header.by.a && sealed.join(" ") === [...card.readers].sort().join(" ");
}
