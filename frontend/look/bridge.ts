import type { AskedBrowser, Listed } from "../src/api/browsers";
import type { Account, Card, PanelState, Waiting } from "../src/api/types";
import { type EnvelopeJson, type GeneralJson, makeKey, type OwnKey, readHistory } from "../src/seal";
import { sealNote } from "../src/seal/envelope";
import { sealFiles } from "../src/seal/files";
import { issue, niro, people, tenant } from "./cast";

export const clock = (): number => Math.floor(Date.now() / 1000);

interface Stored {
  readonly envelope: EnvelopeJson;
  readonly seal: string;
}

/**
 * A stage for screenshots: answers the panel's calls out of memory, with notes really sealed. It
 * checks nothing: how things look can be tried on it, and nothing else.
 */
export class StageBridge {
  cards: Card[] = [];
  waiting: Waiting[] = [];
  subscribed = true;
  /** What the server says of browsers beside their history, by the order of their keys. */
  names: readonly string[] = [];
  asked: AskedBrowser | null = null;
  /** Answers every call with this status instead. */
  failing: number | null = null;
  /** The type of that refusal. */
  refusal = "about:blank";
  /** What differs from the usual state. */
  over: Partial<PanelState> = {};
  /** Never answers. */
  silent = false;
  /** Settles when the page has published its key: notes sealed from then on are for it as well. */
  readonly published: Promise<void>;
  #publishedNow: () => void = () => undefined;
  readonly #entries: Record<Account, GeneralJson[]> = {};
  readonly #sealed = new Map<string, Stored>();

  constructor(readonly me: Account) {
    this.published = new Promise((done) => { this.#publishedNow = done; });
  }

  /** Somebody who has a browser of their own. */
  async join(account: Account): Promise<OwnKey> {
    const entries = (this.#entries[account] ??= []);
    const history = await readHistory(tenant, account, entries);
    const { key, entry } = await makeKey({ tenant, account, life: "kept", head: history.head, now: clock() });
    entries.push(entry);
    return key;
  }

  /** Seals a note for every key published so far. */
  async seal(by: OwnKey, readers: readonly Account[], text: string, ago: number, over: Partial<Card> = {}): Promise<Card> {
    const keys = (await Promise.all([by.account, ...readers].map(async (account) =>
      [...(await readHistory(tenant, account, this.#entries[account] ?? [])).keys.values()]))).flat();
    const now = clock();
    const loose = Array.from({ length: over.files ?? 0 }, (_, at) => (
      { name: at === 0 ? "id_ed25519" : `A-Certificate-With-A-Very-Long-Name-And-No-Space-${String(at)}.pem`, type: "", bytes: new Uint8Array(400 * 4 ** at) }));
    const made = await sealNote({
      tenant, place: { issue: issue.id }, text, files: sealFiles(loose, () => undefined), readers, keys, fill: "readers", now, expires: now + 28 * 86_400,
    }, by);
    this.#sealed.set(made.id, made);
    return this.card(made.id, by.account, readers, ago, over);
  }

  card(id: string, author: Account, readers: readonly Account[], ago: number, over: Partial<Card> = {}): Card {
    const mine = author === this.me;
    const reader = readers.includes(this.me);
    const card: Card = {
      id, author, readers, createdAt: clock() - ago, expiresAt: clock() - ago + 28 * 86_400, mine, reader, wrapped: mine || reader,
      unlockable: mine || reader, why: mine || reader ? null : "not-reader", opened: [], opens: null, files: 0, waitingFor: [], takeBackUntil: null,
      fill: "readers", state: "live", endedAt: null, shreddedAt: null, ...over,
    };
    this.cards = [card, ...this.cards];
    return card;
  }

  state(): PanelState {
    const me = people[this.me];
    return {
      now: clock(), tenant, site: { url: "https://stage.example" },
      me: { account: this.me, name: me?.name ?? "", kind: me?.kind ?? "agent" },
      issue, notes: this.cards, people, waiting: this.waiting, longestLife: 28 * 86_400, subscribed: this.subscribed, fileBytes: 29 * 1024 * 1024,
      ...this.over,
    };
  }

  /** The answer to one call: status and JSON, null for none at all. */
  async answer(method: string, path: string, query: URLSearchParams, body: unknown): Promise<readonly [number, unknown] | null> {
    if (this.silent) return null;
    if (this.failing !== null) return [this.failing, { type: this.refusal, title: "staged" }];
    const [, , noun = "", id = "", verb = ""] = path.split("/");
    switch (`${method} ${noun}${id === "" ? "" : "/:id"}${verb === "" ? "" : `/${verb}`}`) {
      case "GET state": return [200, this.state()];
      case "GET people": return [200, { people: found(query.get("query") ?? "") }];
      case "GET keys": return [200, { histories: this.#histories((query.get("accounts") ?? "").split(",")), retired: [] }];
      case "POST keys": return this.#publish((body as { entry: GeneralJson }).entry);
      case "POST notes": return this.#keep(body as Stored);
      case "POST subscription": this.subscribed = true; return [204, null];
      case "GET subscription": return [200, { agents: this.subscribed, customers: false }];
      case "POST notes/:id/take-back": return [204, null];
      case "POST notes/:id/expiry": return this.#shorten(id, (body as { expiresAt: number }).expiresAt);
      case "DELETE notes/:id": return this.#delete(id);
      case "POST notes/:id/authorise": return this.#authorise(id);
      case "GET notes/:id/let-in": return this.#authorise(id);
      case "POST notes/:id/pickup": return [201, null];
      case "POST notes/:id/open": return this.#open(id);
      case "POST session": return [200, { session: "staged" }];
      case "GET browsers": return [200, await this.#browsers()];
      case "POST browsers/:id": return [201, null];
      case "GET waiting": return [200, { now: clock(), waiting: this.waiting }];
      default: return [404, { type: "about:blank" }];
    }
  }

  async #browsers(): Promise<Listed> {
    const history = await readHistory(tenant, this.me, this.#entries[this.me] ?? []);
    const browsers = [...history.keys.values()].map((key, at): Listed["browsers"][number] => ({
      kid: key.kid, kind: key.kind === "code" ? "code" : "browser", name: this.names[at] ?? null,
      madeAt: clock() - (40 - 9 * at) * 86_400, usedAt: clock() - 3_600 * (at + 1),
    }));
    return { now: clock(), browsers, asked: this.asked, retired: [] };
  }

  #histories(accounts: readonly Account[]): Record<Account, readonly GeneralJson[]> {
    return Object.fromEntries(accounts.map((account) => [account, this.#entries[account] ?? []]));
  }

  async #publish(entry: GeneralJson): Promise<readonly [number, unknown]> {
    (this.#entries[this.me] ??= []).push(entry);
    const history = await readHistory(tenant, this.me, this.#entries[this.me] ?? []);
    this.#publishedNow();
    return [201, { kid: [...history.keys.keys()].at(-1), n: history.head.n }];
  }

  #keep(stored: Stored): readonly [number, unknown] {
    const header = JSON.parse(Buffer.from(stored.envelope.protected, "base64url").toString()) as { note: { id: string; readers: string[]; exp: number; opens?: number } };
    this.#sealed.set(header.note.id, stored);
    const readers = header.note.readers;
    const card = this.card(header.note.id, this.me, readers, 0, { takeBackUntil: clock() + 10, expiresAt: header.note.exp, opens: header.note.opens ?? null, waitingFor: readers.filter((one) => people[one]?.hasKey === false) });
    return [201, { note: card }];
  }

  #shorten(id: string, expiresAt: number): readonly [number, unknown] {
    this.cards = this.cards.map((card) => (card.id === id ? { ...card, expiresAt } : card));
    return [200, { note: this.cards.find((card) => card.id === id) }];
  }

  #delete(id: string): readonly [number, unknown] {
    this.#sealed.delete(id);
    this.cards = this.cards.map((card) => (card.id === id ? { ...card, state: "deleted", endedAt: clock(), shreddedAt: clock() } : card));
    return [204, null];
  }

  #authorise(id: string): readonly [number, unknown] {
    const stored = this.#sealed.get(id);
    if (!stored) return [404, { type: "about:blank" }];
    const recipients = stored.envelope.recipients.map((one) =>
      ({ kid: one.header.kid, ek: one.header.ek, encryptedKey: one.encrypted_key }));
    return [200, {
      now: clock(), protected: stored.envelope.protected, seal: stored.seal, recipients, grants: [], retired: [],
      histories: this.#histories([niro, this.me]),
    }];
  }

  #open(id: string): readonly [number, unknown] {
    const stored = this.#sealed.get(id);
    if (!stored) return [404, { type: "about:blank" }];
    const { iv, ciphertext, tag } = stored.envelope;
    return [200, { iv, ciphertext, tag, at: clock() }];
  }
}

const found = (query: string) => Object.values(people).filter((one) => one.name.toLowerCase().includes(query.toLowerCase()));
