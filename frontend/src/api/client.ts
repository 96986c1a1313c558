import { Failed, troubleOf } from "./problem";
import type { Session } from "./session";
import type {
  Account, Authorised, Body, Card, Keys, Kid, LetIn, NoteId, PanelState, Person, SignedEntry, Waiting,
} from "./types";

/** Tries of one call whose answer was lost or late; every call here may be repeated. */
const TRIES = 3;
const PAUSE_MS = 400;

/** What the panels ask of the bridge. Every method fails with `Failed`. */
export class Client {
  constructor(
    private readonly session: Session,
    private readonly fetcher: typeof fetch,
    private readonly pause: (ms: number) => Promise<void>,
  ) {}

  state(): Promise<PanelState> {
    return this.call("GET", "/api/state");
  }

  async people(query: string): Promise<readonly Person[]> {
    const answer = await this.call<{ people: Person[] }>("GET", `/api/people?query=${encodeURIComponent(query)}`);
    return answer.people;
  }

  keys(accounts: readonly Account[]): Promise<Keys> {
    return this.call("GET", `/api/keys?accounts=${accounts.map(encodeURIComponent).join(",")}`);
  }

  addKey(entry: SignedEntry): Promise<{ kid: Kid; n: number }> {
    return this.call("POST", "/api/keys", { entry });
  }

  async addNote(envelope: unknown, seal: string): Promise<Card> {
    return (await this.call<{ note: Card }>("POST", "/api/notes", { envelope, seal })).note;
  }

  async takeBack(note: NoteId): Promise<void> {
    await this.call("POST", `/api/notes/${note}/take-back`);
  }

  /** Deletes a note of one's own for everybody; one that has ended already counts as deleted. */
  async delete(note: NoteId): Promise<void> {
    await this.call("DELETE", `/api/notes/${note}`);
  }

  /** Lets a note of one's own end sooner. */
  async shorten(note: NoteId, expiresAt: number): Promise<void> {
    await this.call("POST", `/api/notes/${note}/expiry`, { expiresAt });
  }

  authorise(note: NoteId): Promise<Authorised> {
    return this.call("POST", `/api/notes/${note}/authorise`);
  }

  open(note: NoteId, open: string, request: string): Promise<Body> {
    return this.call("POST", `/api/notes/${note}/open`, { open, request });
  }

  waiting(): Promise<{ now: number; waiting: readonly Waiting[] }> {
    return this.call("GET", "/api/waiting");
  }

  letIn(note: NoteId, account: Account): Promise<LetIn> {
    return this.call("GET", `/api/notes/${note}/let-in?account=${encodeURIComponent(account)}`);
  }

  async grant(note: NoteId, grant: string, ek: string, encryptedKey: string): Promise<void> {
    await this.call("POST", `/api/notes/${note}/grants`, { grant, ek, encryptedKey });
  }

  /** The stream of hints; ends when `signal` aborts or the connection breaks. */
  async live(signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const answer = await this.send("GET", "/api/live", undefined, signal);
    if (!answer.ok || answer.body === null) throw new Failed(troubleOf(answer.status), answer.status);
    return answer.body;
  }

  /** Any call of the API, for parts that have calls of their own. It may be sent more than once. */
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#once<T>(method, path, body);
      } catch (error) {
        const again = error instanceof Failed && (error.trouble === "offline" || error.trouble === "busy");
        if (!again || attempt === TRIES) throw error;
        await this.pause(PAUSE_MS * attempt);
      }
    }
  }

  async #once<T>(method: string, path: string, body: unknown): Promise<T> {
    const answer = await this.send(method, path, body);
    if (!answer.ok) {
      const problem = (await answer.json().catch(() => null)) as { type?: unknown } | null;
      const type = typeof problem?.type === "string" ? problem.type : null;
      throw new Failed(troubleOf(answer.status, type), answer.status, type);
    }
    try {
      const text = await answer.text();
      // What was done and has nothing to say is done: asking again would do it twice.
      return (text === "" ? undefined : JSON.parse(text)) as T;
    } catch {
      throw new Failed("offline", answer.status);
    }
  }

  /** Sends with the session; a session that was refused is renewed once. Bytes go as they are. */
  async send(method: string, path: string, body: unknown, signal: AbortSignal | null = null): Promise<Response> {
    const first = await this.#fetch(await this.session.current(), method, path, body, signal);
    return first.status === 401 ? this.#fetch(await this.session.renew(), method, path, body, signal) : first;
  }

  async #fetch(session: string, method: string, path: string, body: unknown, signal: AbortSignal | null): Promise<Response> {
    const headers: Record<string, string> = { authorization: `Bearer ${session}` };
    const raw = body instanceof Uint8Array ? body as Uint8Array<ArrayBuffer> : null;
    if (body !== undefined) headers["content-type"] = raw === null ? "application/json" : "application/octet-stream";
    const sent = raw ?? (body === undefined ? null : JSON.stringify(body));
    try {
      return await this.fetcher(path, { method, headers, body: sent, signal, cache: "no-store" });
    } catch (error) {
      if (signal?.aborted === true) throw error;
      throw new Failed("offline", 0);
    }
  }
}
