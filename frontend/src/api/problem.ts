/** Why a call did not succeed, as far as a person can do something about it. */
export type Trouble =
  | "offline"
  | "signed-out"
  | "no-right"
  | "gone"
  /** Nobody gets at it as things are: archived, or in the trash. */
  | "locked"
  /** Customers see it in the portal no longer. */
  | "left"
  | "stale"
  | "refused"
  | "busy"
  | "broken";

/** A call that failed. Its message is for logs of our own tests; people read words for `trouble`. */
export class Failed extends Error {
  override readonly name = "Failed";

  constructor(readonly trouble: Trouble, readonly status: number, readonly type: string | null = null) {
    super(`${trouble} (${String(status)}${type === null ? "" : `, ${type}`})`);
  }
}

/** What a refusal of the server means to the person. */
export function troubleOf(status: number, type: string | null = null): Trouble {
  if (type?.endsWith("portal")) return "left";
  switch (status) {
    case 401: return "signed-out";
    case 403: return "no-right";
    case 404: case 410: return "gone";
    case 423: return "locked";
    case 409: return "stale";
    case 429: case 502: case 503: case 504: return "busy";
    default: return status >= 500 ? "broken" : "refused";
  }
}

/** The trouble in anything that was thrown. */
export const troubleIn = (thrown: unknown): Trouble => (thrown instanceof Failed ? thrown.trouble : "broken");
