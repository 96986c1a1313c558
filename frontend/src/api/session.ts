import type { Host } from "../host/host";
import { Failed } from "./problem";

/** Renewed this long before its end, so that no call meets an expired session on its way. */
const MARGIN_SECONDS = 120;

/** What a compact JWT says; nothing where it cannot be read. Never trusted, only gone by. */
function said(session: string): { readonly exp?: unknown; readonly issue?: unknown } {
  try {
    const part = (session.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/");
    return (JSON.parse(atob(part)) ?? {}) as { exp?: unknown; issue?: unknown };
  } catch {
    return {};
  }
}

/** The `exp` of a compact JWT, in seconds; 0 where it cannot be read. */
export function expiryOf(session: string): number {
  const { exp } = said(session);
  return typeof exp === "number" ? exp : 0;
}

/** Whether a session should be renewed before it is used at `now`. */
export const isWorn = (session: string, now: number): boolean => expiryOf(session) - now < MARGIN_SECONDS;

/** The panel's session with our server: the one the page came with, then renewed in time. */
export class Session {
  #renewal: Promise<string> | null = null;

  constructor(
    private session: string,
    private readonly host: Host | null,
    private readonly fetcher: typeof fetch,
    private readonly seconds: () => number,
  ) {}

  /** A session that will still be valid when the call arrives. */
  async current(): Promise<string> {
    if (!isWorn(this.session, this.seconds())) return this.session;
    return this.renew();
  }

  /** One renewal at a time, whoever asks. */
  renew(): Promise<string> {
    this.#renewal ??= this.#fresh().finally(() => {
      this.#renewal = null;
    });
    return this.#renewal;
  }

  async #fresh(): Promise<string> {
    const fresh = await this.#renewed(await this.#proof());
    // Some hosts' tokens name no issue: a session made of one would not open the issue it is shown on.
    const same = said(fresh).issue === said(this.session).issue || expiryOf(this.session) <= this.seconds();
    this.session = same ? fresh : await this.#renewed(`Bearer ${this.session}`);
    return this.session;
  }

  async #renewed(authorization: string): Promise<string> {
    const answer = await this.fetcher("/api/session", { method: "POST", headers: { authorization } })
      .catch(() => {
        throw new Failed("offline", 0);
      });
    if (!answer.ok) throw new Failed(answer.status >= 500 ? "busy" : "signed-out", answer.status);
    return ((await answer.json()) as { session: string }).session;
  }

  /** The host's own token if it gives one: it dies with the person's login, our session does not. */
  async #proof(): Promise<string> {
    const token = await this.host?.token().catch(() => null);
    return token === null || token === undefined ? `Bearer ${this.session}` : `JWT ${token}`;
  }
}
