/** Names of section 12 of the specification. For tests and logs; a person is told one thing. */
export type Kind =
  | "too-large"
  | "not-canonical"
  | "member"
  | "base64url"
  | "account"
  | "point"
  | "algorithm"
  | "typ"
  | "key"
  | "signature"
  | "readers"
  | "time"
  | "expired"
  | "chain"
  | "note"
  | "tenant"
  | "place"
  | "reader"
  | "wrap"
  | "wrap-hash"
  | "commit"
  | "content"
  | "plaintext"
  | "token"
  | "right"
  | "replay"
  | "code";

/** Something sealed or signed that does not check out. Never says more to a person. */
export class Rejected extends Error {
  readonly kind: Kind;

  constructor(kind: Kind) {
    super("this does not check out");
    this.name = "Rejected";
    this.kind = kind;
  }
}

export function reject(kind: Kind): never {
  throw new Rejected(kind);
}
