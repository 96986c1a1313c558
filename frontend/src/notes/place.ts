import type { Account, PanelState } from "../api/types";
import type { Host } from "../host/host";

/** Who and where, by the host's own word; what our server says is checked against it. */
export interface Place {
  readonly account: Account;
  /** Null on a surface that belongs to no issue. */
  readonly issue: string | null;
  readonly origin: string | null;
}

/** Claims in the host's token, which its bridge hands to this page directly. */
interface Claims {
  readonly sub?: unknown;
  readonly context?: { readonly jira?: { readonly issue?: { readonly id?: unknown } } };
}

/** The claims of a compact JWT. Not verified here: it came over the host's own bridge. */
export function claimsOf(token: string): Claims {
  try {
    const part = (token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/");
    const claims: unknown = JSON.parse(atob(part));
    return typeof claims === "object" && claims !== null ? claims : {};
  } catch {
    return {};
  }
}

const word = (value: unknown): string | null =>
  typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : null;

/** Asks the host; some hosts say in their token alone what others answer by a call. */
export async function askPlace(host: Host): Promise<Place | null> {
  const [account, issue, token] = await Promise.all([
    host.account().catch(() => null),
    host.issue().catch(() => null),
    host.token().catch(() => ""),
  ]);
  const claims = claimsOf(token);
  const who = account ?? word(claims.sub);
  if (who === null) return null;
  return { account: who, issue: issue?.id ?? word(claims.context?.jira?.issue?.id), origin: host.origin() };
}

/** Whether the server's state is of the person and the issue that the host shows. Pure. */
export const agrees = (place: Place, state: Pick<PanelState, "me" | "issue">): boolean =>
  place.account === state.me.account && place.issue === state.issue.id;
