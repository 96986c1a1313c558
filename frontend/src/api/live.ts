import type { Client } from "./client";

/** A hint that something changed; it carries nothing else. */
export type Hint = "notes" | "waiting";

/** Splits an event stream into hints; keeps what is not yet a whole line. Pure but for its buffer. */
export class HintParser {
  #rest = "";

  feed(text: string): Hint[] {
    const lines = (this.#rest + text).split(/\r\n|\n|\r/);
    this.#rest = lines.pop() ?? "";
    return lines.flatMap((line) => (line.startsWith("data:") ? read(line.slice(5)) : []));
  }
}

function read(data: string): Hint[] {
  try {
    const { changed } = JSON.parse(data) as { changed?: unknown };
    return changed === "notes" || changed === "waiting" ? [changed] : [];
  } catch {
    return [];
  }
}

/** Milliseconds to wait before the `n`th reconnection in a row (1 first). */
export const backOff = (n: number): number => Math.min(30_000, 500 * 2 ** Math.min(n, 6));

/** Without a heartbeat for this long the connection is taken for dead. */
const SILENCE_MS = 40_000;

export interface LiveOptions {
  readonly client: Client;
  readonly pause: (ms: number) => Promise<void>;
  /** Hears every hint, and once after each reconnection, when hints may have been missed. */
  readonly heard: (hint: Hint) => void;
  /** Hears whether the connection stands. */
  readonly connected: (yes: boolean) => void;
}

/** Follows the stream for the life of the page, reconnecting. */
export async function followLive(options: LiveOptions, signal: AbortSignal): Promise<void> {
  let failures = 0;
  let first = true;
  while (!signal.aborted) {
    const attempt = new AbortController();
    const stop = () => {
      attempt.abort();
    };
    signal.addEventListener("abort", stop, { once: true });
    try {
      const stream = await options.client.live(attempt.signal);
      options.connected(true);
      if (!first || failures > 0) options.heard("notes");
      first = false;
      failures = 0;
      await pump(stream, stop, options.heard);
    } catch {
      failures += 1;
      if (failures > 1) options.connected(false);
    }
    signal.removeEventListener("abort", stop);
    await options.pause(backOff(failures));
  }
}

async function pump(stream: ReadableStream<Uint8Array>, stop: () => void, heard: (hint: Hint) => void): Promise<void> {
  const parser = new HintParser();
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  for (;;) {
    const timer = setTimeout(stop, SILENCE_MS);
    const { done, value } = await reader.read().finally(() => {
      clearTimeout(timer);
    });
    if (done) return;
    for (const hint of parser.feed(decoder.decode(value, { stream: true }))) heard(hint);
  }
}
