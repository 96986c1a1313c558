import type { AskedBrowser, BrowsersClient, Listed } from "../api/browsers";
import type { Client } from "../api/client";
import { Failed } from "../api/problem";
import type { Kid, Waiting } from "../api/types";
import { checkHalf, commitmentOf, digits, makeHalf, makeNonce, makeWhole } from "../seal/approval";
import { codeEntry, codeToken, makeCode, openCode, parseCode } from "../seal/code";
import { type GeneralJson, type History, liveKeys, makeKey, makeRevocation, type OwnKey, Rejected, strangers } from "../seal";
import { makePair, type Pair } from "../seal/keys";
import type { Keyring, Owner } from "./keyring";

/** Another entry may come first; so often is the new head taken. */
const TRIES = 4;

/** One of a person's browsers as the view shows it. */
export interface OwnBrowser {
  readonly kid: Kid;
  readonly kind: "browser" | "page" | "code";
  readonly name: string | null;
  /** By the server's word. */
  readonly madeAt: number;
  readonly usedAt: number;
  readonly here: boolean;
  /** A key that nobody of this person made or confirmed, as far as this browser knows. */
  readonly strange: boolean;
}

export interface Seen {
  readonly browsers: readonly OwnBrowser[];
  readonly asked: AskedBrowser | null;
  /** Another browser could vouch for this one, and has not yet. */
  readonly canAsk: boolean;
  /** Others take this browser for known: it is the first one, or another one vouched for it. */
  readonly vouched: boolean;
  readonly code: Kid | null;
}

/** This browser asks to be approved. */
export interface Asking {
  readonly pair: Pair;
  readonly commitment: string;
}

/** What came of asking so far. */
export type AskStep =
  | { readonly is: "waiting" }
  | { readonly is: "compare"; readonly digits: string }
  | { readonly is: "approved" }
  | { readonly is: "ended" };

/** This browser has answered one that asks. */
export interface Answering {
  readonly asked: string;
  readonly nonce: string;
}

export type AnswerStep =
  | { readonly is: "waiting" }
  | { readonly is: "compare"; readonly digits: string; readonly half: GeneralJson; readonly then: unknown }
  | { readonly is: "ended" };

/** What a person does with their own browsers. */
export class Browsers {
  constructor(
    private readonly api: BrowsersClient,
    private readonly client: Client,
    private readonly keyring: Keyring,
    private readonly owner: Owner,
    /** The server's time, seconds. */
    private readonly now: () => number,
  ) {}

  async see(): Promise<Seen> {
    const [listed, { history, retired }] = await Promise.all([this.api.list(), this.keyring.ownHistory()]);
    const live = liveKeys(history, listed.now, retired);
    return seen(listed, history, live.map((key) => key.kid), this.keyring.key?.kid ?? null, this.keyring.known(history));
  }

  name(kid: Kid, name: string): Promise<void> {
    return this.api.name(kid, name);
  }

  /** Ends one of one's own keys, by the key of this browser. */
  async remove(kid: Kid): Promise<void> {
    await this.#append(async (by, head) => {
      await this.api.addKey(await makeRevocation(by, kid, head, this.now()));
    });
  }

  /** Ends every key that nobody here knows. */
  async removeStrangers(): Promise<void> {
    const { history } = await this.keyring.ownHistory();
    for (const { kid } of strangers(history, this.keyring.known(history))) {
      if (kid !== this.keyring.key?.kid) await this.remove(kid);
    }
  }

  // This browser asks.

  async ask(name: string): Promise<Asking> {
    const pair = await makePair();
    const commitment = await commitmentOf(this.owner.tenant, this.owner.account, pair);
    await this.api.askApproval(commitment, name);
    return { pair, commitment };
  }

  async withdraw(commitment: string): Promise<void> {
    await this.api.withdraw(commitment);
  }

  /** Goes on as far as the other browser allows. */
  async asking({ pair, commitment }: Asking, shown: string | null): Promise<AskStep> {
    const { asked } = await this.api.list();
    const { history, retired } = await this.keyring.ownHistory();
    const mine = [...history.keys.values()].find((key) => key.by !== null && same(key.sig, pair.open.sig));
    if (mine !== undefined) {
      await this.keyring.take({ kid: mine.kid, ...this.owner, life: "kept", enc: pair.enc, sig: pair.sig });
      return { is: "approved" };
    }
    if (asked?.commitment !== commitment) return { is: "ended" };
    if (asked.by === null || asked.nonce === null) return { is: "waiting" };
    const by = liveKeys(history, this.now(), retired).find((key) => key.kid === asked.by);
    if (by?.kind !== "browser" || by.life !== "kept") throw new Rejected("key");
    const now = await digits(commitment, asked.by, asked.nonce);
    // Answered twice with two nonces: somebody chooses.
    if (shown !== null && shown !== now) throw new Rejected("commit");
    const { key, half } = await makeHalf(pair, { ...this.owner, head: history.head, by: asked.by, now: this.now() });
    if (follows(asked.half, half)) return { is: "compare", digits: now };
    await this.keyring.expect(key);
    await this.api.half(commitment, half, await this.#own(history, key, retired));
    return { is: "compare", digits: now };
  }

  /** The end of the key that this browser had, once the new one stands. */
  async #own(history: History, next: OwnKey, retired: readonly Kid[]): Promise<GeneralJson | undefined> {
    const old = this.keyring.key;
    const lives = old !== null && liveKeys(history, this.now(), retired).some((key) => key.kid === old.kid);
    if (!lives || old.life !== "kept") return undefined;
    return makeRevocation(old, old.kid, { n: history.head.n + 1, sha: next.kid }, this.now());
  }

  // Another one asks.

  async answer(asked: string): Promise<Answering> {
    const by = await this.keyring.forUse();
    const nonce = makeNonce();
    await this.api.answer(asked, by.kid, nonce);
    return { asked, nonce };
  }

  async answering({ asked, nonce }: Answering): Promise<AnswerStep> {
    const now = await this.api.list();
    if (now.asked?.commitment !== asked) return { is: "ended" };
    if (now.asked.half === null || now.asked.half === undefined) return { is: "waiting" };
    const by = await this.keyring.forUse();
    const { history } = await this.keyring.ownHistory();
    const known = { ...this.owner, head: history.head, by: by.kid, asked, now: now.now };
    try {
      await checkHalf(now.asked.half, known);
    } catch (error) {
      // Another entry came in between: the other browser makes its own anew.
      if (error instanceof Rejected && (error.kind === "chain" || error.kind === "time")) return { is: "waiting" };
      throw error;
    }
    return { is: "compare", digits: await digits(asked, by.kid, nonce), half: now.asked.half as GeneralJson, then: now.asked.then };
  }

  /** The person says that both show the same. */
  async approve(step: Extract<AnswerStep, { is: "compare" }>): Promise<void> {
    const by = await this.keyring.forUse();
    const { kid } = await this.api.addKey(await makeWhole(step.half, by), step.then ?? undefined);
    await this.keyring.pin([[this.owner.account, [kid]]]);
  }

  // The recovery code.

  /** Makes a code and gives what is to be printed. The code before ends. */
  async makeCode(): Promise<string> {
    let text = "";
    await this.#append(async (by, head, history) => {
      const { retired } = await this.keyring.ownHistory();
      const before = liveKeys(history, this.now(), retired).find((key) => key.kind === "code");
      const code = await makeCode(by, head, before?.kid ?? null, this.now());
      const { entry, then, slot, token } = code;
      await this.api.addCode({ entry, slot, token, then: then ?? undefined });
      await this.keyring.pin([[this.owner.account, [code.kid]]]);
      text = code.text;
    });
    return text;
  }

  /**
   * Uses a code that a person typed. Where storage is kept this browser gets a key that the code
   * vouches for; else the code's own key serves as long as the page lives.
   */
  async useCode(text: string, letIn: (waiting: readonly Waiting[]) => Promise<void>): Promise<"kept" | "page"> {
    const code = await parseCode(text);
    const { history, retired } = await this.keyring.ownHistory();
    const entry = liveKeys(history, this.now(), retired).find((key) => key.kind === "code");
    if (entry === undefined) throw new Rejected("key");
    const released = await this.api.openCode(await codeToken(code, this.owner.tenant, entry));
    const key = await openCode(code, this.owner.tenant, codeEntry(history, released.kid), released.slot);
    const old = this.keyring.key;
    if (this.keyring.custody !== "kept") {
      this.keyring.lend(key);
      return "page";
    }
    const made = await this.#by(key, old);
    // What the code can open, it hands on at once: nobody else has to be there.
    this.keyring.lend(key);
    try {
      const { waiting } = await this.client.waiting();
      await letIn(waiting.filter((one) => one.kid === made.kid));
    } finally {
      await this.keyring.take(made);
    }
    return "kept";
  }

  /** A new key of this browser, vouched for by `by`; the one before ends with it. */
  async #by(by: OwnKey, old: OwnKey | null): Promise<OwnKey> {
    for (let attempt = 1; ; attempt += 1) {
      const { history, retired } = await this.keyring.ownHistory();
      const { key, entry } = await makeKey({ ...this.owner, life: "kept", head: history.head, by, now: this.now() });
      const lives = old?.life === "kept" && liveKeys(history, this.now(), retired).some((one) => one.kid === old.kid);
      const then = lives ? await makeRevocation(old, old.kid, { n: history.head.n + 1, sha: key.kid }, this.now()) : undefined;
      await this.keyring.expect(key);
      try {
        await this.api.addKey(entry, then);
        return key;
      } catch (error) {
        if (!(error instanceof Failed) || error.trouble !== "stale" || attempt === TRIES) throw error;
      }
    }
  }

  async #append(step: (by: OwnKey, head: History["head"], history: History) => Promise<void>): Promise<void> {
    const by = await this.keyring.forUse();
    for (let attempt = 1; ; attempt += 1) {
      const { history } = await this.keyring.ownHistory();
      try {
        await step(by, history.head, history);
        return;
      } catch (error) {
        if (!(error instanceof Failed) || error.trouble !== "stale" || attempt === TRIES) throw error;
      }
    }
  }
}

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, at) => byte === b[at]);

/** Whether what the server holds is the half for the history as it is: only the signature may differ. Pure. */
function follows(held: unknown, half: GeneralJson): boolean {
  if (typeof held !== "object" || held === null) return false;
  const place = (payload: unknown): string => {
    const { n, prev } = JSON.parse(atob(String(payload).replaceAll("-", "+").replaceAll("_", "/"))) as { n: number; prev: string };
    return `${String(n)} ${prev}`;
  };
  return place((held as GeneralJson).payload) === place(half.payload);
}

/** What is shown: what the server lists, as far as the signed history has it. Pure. */
export function seen(listed: Listed, history: History, live: readonly Kid[], own: Kid | null, pins: ReadonlySet<Kid>): Seen {
  const strange = new Set(strangers(history, pins).map((key) => key.kid));
  const browsers = listed.browsers.filter((one) => live.includes(one.kid)).map((one): OwnBrowser =>
    ({ ...one, here: one.kid === own, strange: strange.has(one.kid) }));
  const mine = own === null ? undefined : history.keys.get(own);
  const vouched = mine?.life === "kept" && (mine.by !== null || mine.n === 1);
  const others = browsers.some((one) => !one.here && one.kind === "browser");
  return {
    browsers: [...browsers].sort((a, b) => Number(b.here) - Number(a.here) || b.usedAt - a.usedAt || b.madeAt - a.madeAt),
    asked: listed.asked,
    canAsk: others && mine?.life === "kept" && !vouched,
    vouched,
    code: browsers.find((one) => one.kind === "code")?.kid ?? null,
  };
}
