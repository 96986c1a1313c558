import type { Client } from "./client";
import type { Kid, SignedEntry } from "./types";

/** What the server says of a key of one's own; the signed history says the rest. */
export interface ListedBrowser {
  readonly kid: Kid;
  readonly kind: "browser" | "page" | "code";
  readonly name: string | null;
  readonly madeAt: number;
  /** To the day. */
  readonly usedAt: number;
}

/** What two browsers of one person have told each other so far. */
export interface AskedBrowser {
  readonly commitment: string;
  readonly name: string | null;
  readonly since: number;
  readonly by: Kid | null;
  readonly nonce: string | null;
  readonly half: SignedEntry;
  readonly then: SignedEntry;
}

export interface Listed {
  readonly now: number;
  readonly browsers: readonly ListedBrowser[];
  readonly asked: AskedBrowser | null;
  readonly retired: readonly Kid[];
}

/** The calls about one's own browsers. */
export class BrowsersClient {
  constructor(private readonly client: Client) {}

  list(): Promise<Listed> {
    return this.client.call("GET", "/api/browsers");
  }

  /** Publishes a key or revokes one; `then` revokes another in the same step. */
  addKey(entry: SignedEntry, then?: SignedEntry): Promise<{ readonly kid: Kid; readonly n: number }> {
    return this.client.call("POST", "/api/keys", { entry, then });
  }

  name(kid: Kid, name: string): Promise<void> {
    return this.client.call("POST", "/api/browsers/name", { kid, name });
  }

  askApproval(commitment: string, name: string): Promise<void> {
    return this.client.call("POST", "/api/browsers/asked", { commitment, name });
  }

  answer(commitment: string, by: Kid, nonce: string): Promise<void> {
    return this.client.call("POST", "/api/browsers/asked/answer", { commitment, by, nonce });
  }

  half(commitment: string, half: SignedEntry, then: SignedEntry): Promise<void> {
    return this.client.call("POST", "/api/browsers/asked/half", { commitment, half, then });
  }

  withdraw(commitment: string): Promise<void> {
    return this.client.call("DELETE", `/api/browsers/asked?commitment=${commitment}`);
  }

  addCode(code: { readonly entry: SignedEntry; readonly then: SignedEntry; readonly slot: unknown; readonly token: string }): Promise<void> {
    return this.client.call("POST", "/api/browsers/code", code);
  }

  openCode(token: string): Promise<{ readonly kid: Kid; readonly slot: unknown }> {
    return this.client.call("POST", "/api/browsers/code/open", { token });
  }
}
