import type { Client } from "../api/client";
import { Failed } from "../api/problem";
import type { Waiting } from "../api/types";
import type { Keyring } from "../custody/keyring";
import { checkAuthorised, classify, forget, type History, issueOf, type KeyEntry, liveKeys, readHistory, type Readable, Rejected } from "../seal";
import { letIn } from "../seal/letting";
import type { Place } from "./place";

/** How a waiting browser looks to this one, which may know better than the server says. */
export type Standing = "first" | "vouched" | "unconfirmed";

/** A browser that can be let in from here. */
export interface Candidate {
  readonly waiting: Waiting;
  readonly standing: Standing;
  /** The issue by the sealed header, never by the server's list. */
  readonly issue: string;
}

interface Prepared {
  readonly readable: Readable;
  readonly key: KeyEntry;
  readonly history: History;
  readonly standing: Standing;
  /** Somebody else has let it in meanwhile. */
  readonly already: boolean;
  readonly now: number;
}

/** Somebody else may add a grant to the same note first; so often is the new head taken. */
const TRIES = 3;

/** Lets other people's new browsers in, with what this browser can open itself. */
export class Letting {
  constructor(
    private readonly client: Client,
    private readonly keyring: Keyring,
    private readonly tenant: string,
    private readonly place: Place,
  ) {}

  /** Whether this browser can let it in, and how it looks. Null when it cannot. */
  async look(waiting: Waiting): Promise<Candidate | null> {
    const prepared = await this.#prepare(waiting);
    if (prepared === null) return null;
    const issue = issueOf(prepared.readable.header) ?? "";
    forget(prepared.readable);
    return { waiting, standing: prepared.standing, issue };
  }

  /**
   * Lets it in. `sure` says that a person decided, knowing how it stands; without it an
   * unconfirmed browser is left outside. `shown` is the issue that the person was shown, which the
   * sealed header must name; null where nobody was asked.
   */
  async admit(waiting: Waiting, sure: "person" | Standing, shown: string | null): Promise<"done" | "no-key" | "unsure"> {
    for (let attempt = 1; ; attempt += 1) {
      const prepared = await this.#prepare(waiting);
      if (prepared === null) return "no-key";
      try {
        if (shown !== null && issueOf(prepared.readable.header) !== shown) throw new Rejected("place");
        if (prepared.already) return "done";
        if (!covers(sure, prepared.standing)) return "unsure";
        const { grant, ek, encryptedKey } = await letIn(prepared.readable, "fill", prepared.key, prepared.now);
        await this.client.grant(waiting.note, grant, ek, encryptedKey);
        await this.keyring.pin([[waiting.account, [waiting.kid]]]);
        if (prepared.standing === "unconfirmed") await this.keyring.meetAnew(prepared.history);
        else await this.keyring.meet([prepared.history]);
        return "done";
      } catch (error) {
        const again = error instanceof Failed && error.trouble === "stale" && attempt < TRIES;
        if (!again) throw error;
      } finally {
        forget(prepared.readable);
      }
    }
  }

  async #prepare(waiting: Waiting): Promise<Prepared | null> {
    const own = this.keyring.key;
    if (own === null) return null;
    await this.keyring.recall();
    const answer = await this.client.letIn(waiting.note, waiting.account);
    if (!answer.recipients.some((wrap) => wrap.kid === own.kid)) return null;
    const here = waiting.issue.id === this.place.issue ? this.place.issue : null;
    const readable = await checkAuthorised(answer, {
      tenant: this.tenant, issue: here, account: this.place.account, own: [own], pins: this.keyring.known, now: answer.now,
    });
    const entries = Object.hasOwn(answer.histories, waiting.account) ? answer.histories[waiting.account] : undefined;
    const history = await readHistory(this.tenant, waiting.account, entries ?? []);
    const key = liveKeys(history, answer.now, answer.retired).find((one) => one.kid === waiting.kid);
    if (key === undefined || readable.header.id !== waiting.note) {
      forget(readable);
      return null;
    }
    const standing = standingOf(history, this.keyring.known(history), waiting.kid);
    return { readable, key, history, standing, already: readable.chain.wraps.has(waiting.kid), now: answer.now };
  }
}

/**
 * How a waiting browser stands. Vouched for is only one whose voucher was met before: a server could
 * make up a whole history, and let its second key in with the word of its first. Pure.
 */
export function standingOf(history: History, pins: ReadonlySet<string>, kid: string): Standing {
  const known = classify(history, pins).get(kid) ?? "unconfirmed";
  if (known === "first") return "first";
  return pins.size > 0 && known !== "unconfirmed" ? "vouched" : "unconfirmed";
}

/** Whether what was decided covers how the browser turned out to stand. Pure. */
export const covers = (sure: "person" | Standing, standing: Standing): boolean =>
  sure === "person" || standing === sure || standing === "vouched" || (sure === "unconfirmed" && standing === "first");
