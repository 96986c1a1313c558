import type { Flag, FlagHandle, Host, HostIssue } from "./host";

/** The part of the Connect bridge that we use. Callbacks, because every version has them. */
interface Bridge {
  readonly _data?: { readonly origin?: string };
  readonly context?: {
    getToken(done: (token: string) => void): void;
    getContext(done: (context: unknown) => void): void;
  };
  readonly user?: {
    getCurrentUser(done: (user: unknown) => void): void;
    getLocale?(done: (locale: string) => void): void;
  };
  readonly flag?: { create(options: object, made: (id: string) => void): { close?: () => void } };
  readonly events?: {
    on(name: string, heard: (event: unknown) => void): void;
  };
  request?(options: { url: string; success(body: unknown): void; error(): void }): void;
  readonly navigator?: { reload?(): void };
  readonly theming?: { initializeTheming(): void };
  resize?(width: string, height: string): void;
}

/** How long the bridge may take: a host that never answers must not hold a panel back. */
const PATIENCE_MS = 5_000;

const member = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;

const text = (value: unknown): string | null =>
  typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : null;

/** Asks the bridge; rejects when it is absent, throws, or stays silent. */
function ask<T>(question: (done: (answer: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error("the host did not answer"));
    }, PATIENCE_MS);
    try {
      question((answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
    } catch (error) {
      clearTimeout(timer);
      reject(error instanceof Error ? error : new Error("the host did not answer"));
    }
  });
}

/** The issue in an answer of `AP.context.getContext`. */
export function issueOf(context: unknown): HostIssue | null {
  const issue = member(member(context, "jira"), "issue");
  const id = text(member(issue, "id"));
  return id === null ? null : { id, key: text(member(issue, "key")) ?? "" };
}

/** The account in an answer of `AP.user.getCurrentUser`. */
export const accountOf = (user: unknown): string | null => text(member(user, "atlassianAccountId"));

/** Key and summary in an answer of the host's API, which comes as text. */
export function summaryOf(body: unknown): { key: string; summary: string } | null {
  try {
    const issue: unknown = typeof body === "string" ? JSON.parse(body) : body;
    const key = text(member(issue, "key"));
    return key === null ? null : { key, summary: text(member(member(issue, "fields"), "summary")) ?? "" };
  } catch {
    return null;
  }
}

/** Account to name in an answer of the host's API; null where it is none. */
export function namesOf(body: unknown): ReadonlyMap<string, string> | null {
  try {
    const values = member(typeof body === "string" ? JSON.parse(body) : body, "values");
    if (!Array.isArray(values)) return null;
    return new Map(values.map((user: unknown) => [text(member(user, "accountId")) ?? "", text(member(user, "displayName")) ?? ""]));
  } catch {
    return null;
  }
}

class Connect implements Host {
  /** Actions of flags by flag id: the bridge tells all of them through one event. */
  readonly #acts = new Map<string, (action: string) => void>();
  #listening = false;

  constructor(private readonly bridge: Bridge) {}

  token(): Promise<string> {
    return ask((done) => {
      this.#need(this.bridge.context).getToken(done);
    });
  }

  async account(): Promise<string | null> {
    return accountOf(await ask((done: (user: unknown) => void) => {
      this.#need(this.bridge.user).getCurrentUser(done);
    }));
  }

  async issue(): Promise<HostIssue | null> {
    return issueOf(await ask((done: (context: unknown) => void) => {
      this.#need(this.bridge.context).getContext(done);
    }));
  }

  async locale(): Promise<string> {
    const user = this.bridge.user;
    if (!user?.getLocale) return navigator.language;
    return ask<string>((done) => user.getLocale?.(done)).catch(() => navigator.language);
  }

  origin(): string | null {
    return location.ancestorOrigins[0] ?? this.bridge._data?.origin ?? null;
  }

  fit(element: HTMLElement): void {
    const tell = () => {
      this.bridge.resize?.("100%", `${String(Math.ceil(element.getBoundingClientRect().height))}px`);
    };
    new ResizeObserver(tell).observe(element);
    tell();
  }

  reload(): void {
    // Our own address is signed for a moment: the host has to make a new one.
    if (this.bridge.navigator?.reload) this.bridge.navigator.reload();
    else location.reload();
  }

  followTheme(): void {
    try {
      this.bridge.theming?.initializeTheming();
    } catch {
      // The panel has a theme of its own that follows the browser.
    }
  }

  async summary(issue: string): Promise<{ key: string; summary: string } | null> {
    return summaryOf(await this.#read(`/rest/api/3/issue/${encodeURIComponent(issue)}?fields=summary`));
  }

  async names(accounts: readonly string[]): Promise<ReadonlyMap<string, string> | null> {
    const asked = accounts.map((account) => `&accountId=${encodeURIComponent(account)}`).join("");
    return namesOf(await this.#read(`/rest/api/3/user/bulk?maxResults=200${asked}`));
  }

  /** Asks the host's API as this person, past our server. Null where that is refused or not offered. */
  async #read(url: string): Promise<unknown> {
    const { bridge } = this;
    if (!bridge.request) return null;
    return ask<unknown>((done) => bridge.request?.({ url, success: done, error: () => { done(null); } })).catch(() => null);
  }

  flag(flag: Flag, act: (action: string) => void): FlagHandle {
    const { title, body, tone, actions } = flag;
    this.#listen();
    let known: string | null = null;
    const shown = this.bridge.flag?.create({ title, body, type: tone, close: "manual", actions }, (id) => {
      known = id;
      this.#acts.set(id, act);
    });
    return {
      close: () => {
        if (known !== null) this.#acts.delete(known);
        shown?.close?.();
      },
    };
  }

  #listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    this.bridge.events?.on("flag.action", (event) => {
      const id = text(member(event, "flagIdentifier")) ?? "";
      const act = this.#acts.get(id);
      const action = text(member(event, "actionIdentifier"));
      // The bridge may tell of one click twice; a flag has one answer.
      this.#acts.delete(id);
      if (act && action !== null) act(action);
    });
  }

  #need<T>(part: T | undefined): T {
    if (part === undefined) throw new Error("the host does not offer this");
    return part;
  }
}

/** The host behind Connect's `AP`; null where the page was opened outside a host. */
export function connectHost(): Host | null {
  const bridge = (globalThis as { AP?: Bridge }).AP;
  return bridge ? new Connect(bridge) : null;
}
