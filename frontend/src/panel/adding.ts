import { Failed, troubleIn } from "../api/problem";
import { misnamed } from "../notes/names";
import { isSubscribed } from "../notes/subscribed";
import { Writing } from "../notes/writing";
import type { Actions } from "./actions";
import type { Bench } from "./bench";
import { type Draft, endOf } from "./draft";
import type { Room } from "./room";

/** Makes a note of what was written; lies in the part that writes. */
export class Adding {
  #writing: Writing | null = null;
  #sending = new AbortController();

  constructor(private readonly bench: Bench, private readonly edit: Actions["edit"]) {}

  /** The person gave it up: no more of its files is sent. */
  stop(): void {
    this.#sending.abort();
  }

  async add(draft: Draft): Promise<void> {
    const { bench } = this;
    this.#sending = new AbortController();
    this.edit((now) => ({ ...now, step: "sending", sent: 0, failure: null }));
    try {
      const room = await bench.ready();
      if (room === null) throw new Failed(bench.means.model().missing > 0 ? "offline" : "broken", 0);
      await room.keyOnClick();
      bench.custody();
      if (await isSubscribed(bench)) await this.#seal(room, draft);
      else this.edit((now) => ({ ...now, step: "subscribing" }));
    } catch (error) {
      const why = troubleIn(error);
      this.edit((now) => ({ ...now, step: "writing", failure: why === "refused" ? "readers" : why }));
    } finally {
      void bench.refresh();
    }
  }

  async #seal(room: Room, draft: Draft): Promise<void> {
    const { bench } = this;
    const { client, tenant, place } = room.occasion;
    this.#writing ??= new Writing(client, room.keyring, tenant, place);
    const now = bench.now();
    const readers = draft.readers.map((person) => person.account);
    if (misnamed(draft.readers, await bench.means.host.names(readers)).length > 0) {
      this.edit((before) => ({ ...before, step: "writing", failure: "names" }));
      return;
    }
    const end = endOf(draft.end, now, bench.state()?.longestLife ?? 0);
    if (typeof end !== "number") throw new Failed("refused", 0);
    const wanted = { text: draft.text, readers, files: draft.files, wish: draft.end, now, expires: end, opens: draft.opens };
    const card = await this.#writing.add(wanted, (sent) => { this.edit((now) => ({ ...now, sent })); }, this.#sending.signal);
    bench.tell({ type: "added", card, people: draft.readers, until: card.takeBackUntil ?? bench.now() + 10 });
    const { words, formats } = bench.speech;
    bench.say(words.sharedWith(formats.list(draft.readers.map((person) => person.name))));
  }
}
