import type { Page, Request } from "playwright-core";
import type { Keys } from "../../src/api/types";
import { makeKey, type OwnKey, readHistory } from "../../src/seal";
import type { Demo } from "./demo";

/** Changes one answer; what it gives is what the browser gets. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a hostile server answers anything; each test names what it changes
type Twist = (answer: any, request: Request) => unknown;

/** A server that says what it likes: it stands between one person's browser and the bridge. */
export class Hostile {
  readonly #twists = new Map<string, Twist>();
  /** What was posted, by route. */
  readonly posted: { readonly path: string; readonly body: unknown }[] = [];

  private constructor(private readonly page: Page) {}

  static async between(page: Page, demo: Demo): Promise<Hostile> {
    const hostile = new Hostile(page);
    await page.route(`${demo.bridge}/api/**`, async (route) => {
      const request = route.request();
      const path = new URL(request.url()).pathname.replace(/^\/api/, "");
      if (request.method() === "POST") hostile.posted.push({ path, body: request.postDataJSON() });
      const twist = [...hostile.#twists].find(([name]) => `${request.method()} ${path}`.endsWith(name))?.[1];
      if (twist === undefined) {
        await route.continue();
        return;
      }
      const response = await route.fetch();
      const answer = await response.json().catch(() => null) as unknown;
      await route.fulfill({ response, json: await twist(answer, request) });
    });
    return hostile;
  }

  /** From now on answers to this route are changed: its method and the end of its path. */
  twist(route: string, change: Twist): void {
    this.#twists.set(route, change);
  }

  honest(): void {
    this.#twists.clear();
    this.posted.length = 0;
  }

  /** Keys that the last note was sealed for. */
  sealedFor(): readonly string[] {
    const note = this.posted.findLast(({ path }) => path === "/notes")?.body as { envelope: { recipients: { header: { kid: string } }[] } } | undefined;
    return (note?.envelope.recipients ?? []).map(({ header }) => header.kid);
  }

  /** Whether anything was consented to: the token that releases a body was sent. */
  get consented(): boolean {
    return this.posted.some(({ path }) => path.endsWith("/open"));
  }

  async close(): Promise<void> {
    await this.page.unrouteAll({ behavior: "ignoreErrors" });
  }
}

/** A key in somebody's name whose private halves the server has. */
export async function invent(tenant: string, account: string, entries: readonly unknown[], by?: OwnKey): Promise<{ entry: unknown; key: OwnKey }> {
  const { head } = await readHistory(tenant, account, entries);
  return makeKey({ tenant, account, life: "kept", head, now: Math.floor(Date.now() / 1000), ...(by === undefined ? {} : { by }) });
}

/** The answer about keys with one account's history replaced. */
export const withHistory = (keys: Keys, account: string, entries: readonly unknown[]): Keys =>
  ({ ...keys, histories: { ...keys.histories, [account]: entries } });

/** A protected header with its note changed. */
export function reheaded(text: string, change: (note: Record<string, unknown>) => void): string {
  const header = JSON.parse(Buffer.from(text, "base64url").toString()) as { note: Record<string, unknown> };
  change(header.note);
  return Buffer.from(JSON.stringify(header)).toString("base64url");
}
