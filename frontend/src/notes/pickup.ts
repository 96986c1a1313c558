import type { Client } from "../api/client";
import { Failed } from "../api/problem";
import type { Account, Authorised, NoteId } from "../api/types";
import type { Keyring } from "../custody/keyring";
import {
  checkAuthorised, checkNote, PICKUP_SECONDS, forget, type History, liveKeys, type OwnKey, type Readable, readHistory, Rejected,
} from "../seal";
import { encode } from "../seal/base64";
import { random } from "../seal/bytes";
import { deriveWords, endPickup, giveWords, keyOfPickup, makePickup, type NewPickup, openBox } from "../seal/pickup_words";
import { letIn } from "../seal/letting";
import { draw } from "./five_words";
import type { Place } from "./place";

/** Somebody else may add a record to the same note first; so often is the new head taken. */
const TRIES = 3;

/** What became of giving a code. */
export type Given =
  | { readonly is: "given"; readonly words: readonly string[]; readonly ends: number }
  /** This browser cannot open the note itself. */
  | { readonly is: "no-key" };

/** What became of typing the words. */
export type Used = "done" | "wrong" | "none";

/** What the token releases. */
interface Unlocked {
  readonly kid: string;
  readonly ek: string;
  readonly encryptedKey: string;
  readonly box: string;
}

const stale = (error: unknown, attempt: number): boolean => error instanceof Failed && error.trouble === "stale" && attempt < TRIES;

/** Codes of five words: an author gives one, a reader uses it. */
export class Pickup {
  constructor(
    private readonly client: Client,
    private readonly keyring: Keyring,
    private readonly tenant: string,
    private readonly place: Place,
  ) {}

  /** When the code ends that `account` was given; null when they have none. */
  async standing(note: NoteId, account: Account): Promise<number | null> {
    const answer = await this.client.letIn(note, account);
    const checked = await checkNote(answer, this.#known(answer));
    const ends = (checked.chain.codes.get(account)?.iat ?? -PICKUP_SECONDS) + PICKUP_SECONDS;
    return ends > answer.now ? ends : null;
  }

  /** Makes a code for `account`; one that they had ends. */
  async give(note: NoteId, account: Account): Promise<Given> {
    const words = draw(random);
    let code: NewPickup | null = null;
    for (let attempt = 1; ; attempt += 1) {
      const own = await this.#own(note, account);
      if (own === null) return { is: "no-key" };
      try {
        const made = (code ??= await makePickup(own.readable, account, words.join(" ")));
        const grant = await giveWords(own.readable, made, own.now);
        await this.client.call("POST", `/api/notes/${note}/pickup`, {
          grant, ek: made.wrap.ek, encryptedKey: made.wrap.encryptedKey, box: made.box, token: made.tokenHash,
        });
        return { is: "given", words, ends: own.now + PICKUP_SECONDS };
      } catch (error) {
        if (!stale(error, attempt)) throw error;
      } finally {
        forget(own.readable);
      }
    }
  }

  /** Takes back the code of `account`, if there is one. */
  async takeBack(note: NoteId, account: Account): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const own = await this.#own(note, account);
      if (own === null) throw new Failed("refused", 0);
      try {
        if (!own.readable.chain.codes.has(account)) return;
        await this.client.call("POST", `/api/notes/${note}/pickup/take-back`, { grant: await endPickup(own.readable, account, own.now) });
        return;
      } catch (error) {
        if (!stale(error, attempt)) throw error;
      } finally {
        forget(own.readable);
      }
    }
  }

  /** Lets this browser in by the words, and makes both sides sure of each other. `author` is whom the card names. */
  async use(note: NoteId, author: Account, words: string): Promise<Used> {
    const own = await this.keyring.forUse();
    const answer = await this.client.authorise(note);
    const checked = await checkNote(answer, this.#known(answer));
    const { header, chain } = checked;
    if (header.id !== note) throw new Rejected("note");
    if (header.by.a !== author) throw new Rejected("account");
    if (answer.recipients.some((wrap) => wrap.kid === own.kid)) return "done";
    const code = chain.codes.get(this.place.account);
    if (code === undefined || answer.now >= code.iat + PICKUP_SECONDS) return "none";
    const keys = await deriveWords(words, code);
    const unlocked = await this.#unlock(note, encode(keys.token));
    if (typeof unlocked === "string") return unlocked;
    if (unlocked.kid !== code.kid) throw new Rejected("key");
    const halves = await openBox(keys, code.kid, code.by, unlocked.box);
    const opened = await keyOfPickup(code, halves, { tenant: this.tenant, account: this.place.account });
    // The words vouch for both: the key that sealed the note, and the one that signed the code.
    const vouched = [header.by.kid, code.by];
    await this.#fill(note, answer, unlocked, opened, own, { account: author, kids: vouched });
    await this.keyring.pin([[author, vouched]]);
    return "done";
  }

  async #unlock(note: NoteId, token: string): Promise<Unlocked | "wrong" | "none"> {
    try {
      return await this.client.call<Unlocked>("POST", `/api/notes/${note}/pickup/open`, { token, id: encode(random(16)) });
    } catch (error) {
      if (error instanceof Failed && error.trouble === "no-right") return "wrong";
      if (error instanceof Failed && error.trouble === "gone") return "none";
      throw error;
    }
  }

  /** The one record that the code signs: a wrap for this browser's own key. */
  async #fill(
    note: NoteId, first: Authorised, { kid, ek, encryptedKey }: Unlocked, opened: OwnKey, own: OwnKey,
    author: { readonly account: Account; readonly kids: readonly string[] },
  ): Promise<void> {
    let answer = first;
    for (let attempt = 1; ; attempt += 1) {
      const known = this.#known(answer);
      const pins = (history: History) => new Set([...known.pins(history), ...(history.account === author.account ? author.kids : [])]);
      const readable = await checkAuthorised({ ...answer, recipients: [{ kid, ek, encryptedKey }] }, { ...known, own: [opened], pins });
      try {
        const entries = Object.hasOwn(answer.histories, own.account) ? answer.histories[own.account] : undefined;
        const history = await readHistory(this.tenant, own.account, entries ?? []);
        const key = liveKeys(history, answer.now, answer.retired).find((one) => one.kid === own.kid);
        if (key === undefined) throw new Rejected("key");
        const fill = await letIn(readable, "fill", key, answer.now);
        await this.client.grant(note, fill.grant, fill.ek, fill.encryptedKey);
        return;
      } catch (error) {
        if (!stale(error, attempt)) throw error;
        answer = await this.client.authorise(note);
      } finally {
        forget(readable);
      }
    }
  }

  /** The author's own view of the note, with its key; null where this browser has none. */
  async #own(note: NoteId, account: Account): Promise<{ readonly readable: Readable; readonly now: number } | null> {
    const own = await this.keyring.forUse();
    const answer = await this.client.letIn(note, account);
    if (!answer.recipients.some((wrap) => wrap.kid === own.kid)) return null;
    const readable = await checkAuthorised(answer, { ...this.#known(answer), own: [own] });
    if (readable.header.id === note) return { readable, now: answer.now };
    forget(readable);
    throw new Rejected("note");
  }

  #known({ now }: Authorised) {
    return { tenant: this.tenant, issue: this.place.issue, account: this.place.account, pins: this.keyring.known, now };
  }
}
