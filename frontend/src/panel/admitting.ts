import type { PanelState, Waiting } from "../api/types";
import type { Letting } from "../notes/letting";
import { parts } from "../parts";
import { wordsOf } from "../words/languages";
import type { Bench } from "./bench";
import { waitingKey } from "./model";

/** Lets others' browsers in: on a click, and by itself where a known browser vouched for them. */
export class Admitting {
  /** Waiting browsers that this page has tried to let in by itself. */
  readonly #tried = new Set<string>();

  constructor(private readonly bench: Bench) {}

  letIn(one: Waiting): void {
    const key = waitingKey(one);
    const sure = this.bench.means.model().letIns[key] === "unsure" ? "unconfirmed" : one.reason === "added" ? "vouched" : one.reason;
    this.bench.tell({ type: "let-in", key, step: "working" });
    void this.#admit(one, sure);
  }

  /** Browsers that a known browser of the same person vouched for are let in without a click. */
  vouched(state: PanelState): void {
    if (!this.bench.room?.keyring.key) return;
    for (const one of state.waiting) {
      if (one.reason !== "added" || this.#tried.has(waitingKey(one))) continue;
      this.#tried.add(waitingKey(one));
      void this.#letting().then((letting) => letting?.admit(one, "vouched", null)).then((came) => {
        if (came === "unsure") this.bench.tell({ type: "let-in", key: waitingKey(one), step: came });
        return this.bench.refresh();
      }, () => undefined);
    }
  }

  async #letting(): Promise<Letting | null> {
    const [room, { Letting }] = await Promise.all([this.bench.ready(), parts.letting.load()]);
    return room === null ? null : new Letting(room.occasion.client, room.keyring, room.occasion.tenant, room.occasion.place);
  }

  async #admit(one: Waiting, sure: "first" | "vouched" | "unconfirmed"): Promise<void> {
    const key = waitingKey(one);
    const { bench } = this;
    try {
      const came = await (await this.#letting())?.admit(one, sure, bench.place?.issue ?? "") ?? "no-key";
      bench.tell({ type: "let-in", key, step: came });
      if (came === "done") {
        const { words } = await parts.letting.load();
        bench.say((await wordsOf(words, bench.speech.locale)).letInDone(one.name));
      }
    } catch {
      bench.tell({ type: "let-in", key, step: "failed" });
    } finally {
      void bench.refresh();
    }
  }
}
