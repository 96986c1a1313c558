/** What a panel may ask of the page that shows it, in words that every host can answer. */
export interface Host {
  /** Proves to our server who looks at which issue; short-lived, fetched anew each time. */
  token(): Promise<string>;
  /** The signed-in account by the host's own word; null for a visitor without an account. */
  account(): Promise<string | null>;
  /** The issue by the host's own word; null where the surface belongs to no issue. */
  issue(): Promise<HostIssue | null>;
  /** The language the host speaks to this person, as a BCP 47 tag. */
  locale(): Promise<string>;
  /** The origin the host speaks from, which a browser pins to one tenant; null if unknown. */
  origin(): string | null;
  /** Keeps the frame as tall as `element`. */
  fit(element: HTMLElement): void;
  /** Loads the page around the panel anew. */
  reload(): void;
  /** Follows the host's light or dark theme. */
  followTheme(): void;
  /** Key and summary of an issue as the host's own API gives them to this person; null if not at all. */
  summary(issue: string): Promise<{ readonly key: string; readonly summary: string } | null>;
  /** What the host itself calls these accounts, as its own API gives them to this person; null where it says nothing. */
  names(accounts: readonly string[]): Promise<ReadonlyMap<string, string> | null>;
  /** Shows a message of the host's own, outside the panel; `act` hears, once, which action was chosen. */
  flag(flag: Flag, act: (action: string) => void): FlagHandle;
}

export interface HostIssue {
  readonly id: string;
  readonly key: string;
}

export interface Flag {
  readonly title: string;
  readonly body: string;
  readonly tone: "info" | "success" | "warning" | "error";
  /** Action id to button text, in order. */
  readonly actions: Readonly<Record<string, string>>;
}

export interface FlagHandle {
  close(): void;
}
