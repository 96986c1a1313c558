/** What the page begins with: written by our server into the page, and trusted for no check. */
export interface Start {
  /** Null for a visitor without an account. */
  readonly session: string | null;
  readonly surface: string;
  readonly tenant: string;
  /** The reader's language as the host or the browser told our server. */
  readonly locale: string | null;
  /** The first state, where the server had it at hand. */
  readonly state: unknown;
}

/** Reads the block of JSON in the page. */
export function readStart(text: string | null | undefined): Start {
  const empty: Start = { session: null, surface: "", tenant: "", locale: null, state: null };
  try {
    const value: unknown = JSON.parse(text ?? "");
    if (typeof value !== "object" || value === null) return empty;
    const { session, surface, tenant, locale, state } = value as Record<string, unknown>;
    return {
      session: typeof session === "string" ? session : null,
      surface: typeof surface === "string" ? surface : "",
      tenant: typeof tenant === "string" ? tenant : "",
      locale: typeof locale === "string" ? locale : null,
      state: state ?? null,
    };
  } catch {
    return empty;
  }
}

export const startOfPage = (): Start => readStart(document.getElementById("start")?.textContent);
