/** Shapes of the bridge's panel API. Times are whole seconds since 1970 UTC. */

export type Account = string;
export type NoteId = string;
export type Kid = string;

/** A key entry or revocation: JWS in its general JSON form, checked by `seal/` alone. */
export type SignedEntry = unknown;
export type Histories = Readonly<Record<Account, readonly SignedEntry[]>>;

export interface Person {
  readonly account: Account;
  readonly name: string;
  readonly kind: "agent" | "customer";
  readonly avatar: string | null;
  readonly active: boolean;
  /** A key of theirs exists that a note can be sealed for now. */
  readonly hasKey: boolean;
  readonly onRequest: boolean;
}

export interface Opened {
  readonly account: Account;
  readonly at: number;
}

export interface Card {
  readonly id: NoteId;
  readonly author: Account;
  readonly readers: readonly Account[];
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly mine: boolean;
  readonly reader: boolean;
  /** A live key of this person has a wrap; which browser holds it, the server cannot say. */
  readonly wrapped: boolean;
  readonly unlockable: boolean;
  readonly why: "not-reader" | "waiting" | "used" | "ended" | null;
  readonly opened: readonly Opened[];
  /** How many files it has. */
  readonly files: number;
  /** How often each reader may open it, where that is limited. */
  readonly opens: number | null;
  readonly waitingFor: readonly Account[];
  readonly takeBackUntil: number | null;
  readonly fill: "author" | "readers";
  readonly state: "live" | "taken-back" | "deleted" | "expired" | "used" | "shredded";
  readonly endedAt: number | null;
  /** When the keys of an ended note were destroyed; null until that is done. */
  readonly shreddedAt: number | null;
  /** Readers who can no longer see the issue; told to the author. */
  readonly gone?: readonly Account[];
  /** Readers who have another account now; told to the author. */
  readonly moved?: readonly { readonly from: Account; readonly to: Account }[];
}

export interface Waiting {
  readonly note: NoteId;
  readonly issue: { readonly id: string; readonly key: string };
  readonly account: Account;
  readonly name: string;
  readonly kind: Person["kind"];
  readonly kid: Kid;
  readonly entry: SignedEntry;
  readonly reason: "first" | "added" | "unconfirmed";
  readonly since: number;
}

export interface PanelState {
  readonly now: number;
  readonly tenant: string;
  /** `moved`: the site has another address since a few days, and every browser begins anew there. */
  readonly site: { readonly url: string; readonly moved?: boolean };
  readonly me: { readonly account: Account; readonly name: string; readonly kind: Person["kind"] };
  readonly issue: { readonly id: string; readonly key: string; readonly project: string; readonly place?: "archived" | "not-in-portal" | null };
  readonly notes: readonly Card[];
  readonly people: Readonly<Record<Account, Person>>;
  readonly waiting: readonly Waiting[];
  /** How many bytes the files of a new note may have together, sealed; 0 where none are taken. */
  readonly fileBytes: number;
  /** How many seconds a new note may live at most. */
  readonly longestLife: number;
  /** Somebody has subscribed for those like the caller; no note is taken before. */
  readonly subscribed: boolean;
  /** Issues closed as duplicates of this one that have notes this person may know of. */
  readonly duplicates?: readonly {
    readonly issue: { readonly id: string; readonly key: string }; readonly notes: number; readonly url: string | null;
  }[];
}

/** A wrap for a key of the caller. */
export interface OwnWrap {
  readonly kid: Kid;
  readonly ek: string;
  readonly encryptedKey: string;
}

export interface Keys {
  readonly histories: Histories;
  readonly retired: readonly Kid[];
}

export interface Authorised extends Keys {
  readonly now: number;
  readonly protected: string;
  readonly seal: string;
  readonly recipients: readonly OwnWrap[];
  readonly grants: readonly string[];
}

export interface LetIn extends Authorised {
  readonly head: string;
}

export interface Body {
  readonly iv: string;
  readonly ciphertext: string;
  readonly tag: string;
  readonly at: number;
}
