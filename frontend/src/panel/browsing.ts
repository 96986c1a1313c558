import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { BrowsersClient } from "../api/browsers";
import type { PanelState, Waiting } from "../api/types";
import { Browsers, type Seen } from "../custody/browsers";
import { sortOf } from "../custody/agent";
import { parts } from "../parts";
import type { BrowserWords } from "../words/browsers/en";
import type { Bench } from "./bench";

/** How often a browser looks while it waits for another one that lies beside it. */
const BESIDE_MS = 1_500;

/** What is known of one's own browsers on this screen. */
export type Known =
  | { readonly is: "loading" }
  | { readonly is: "failed" }
  | { readonly is: "ready"; readonly seen: Seen };

/** A person's browsers with all that can be done; null where this page has no room for a key. */
export async function browsersOf(bench: Bench): Promise<Browsers | null> {
  const room = await bench.ready();
  if (room === null) return null;
  const { client, tenant, place } = room.occasion;
  return new Browsers(new BrowsersClient(client), client, room.keyring, { tenant, account: place.account }, () => bench.now());
}

/** Lets a new browser of one's own in, with whatever key the room has at that moment. */
export async function letInOwn(bench: Bench, waiting: readonly Waiting[]): Promise<void> {
  const [room, { Letting }] = await Promise.all([bench.ready(), parts.letting.load()]);
  if (room === null) return;
  const { client, tenant, place } = room.occasion;
  const letting = new Letting(client, room.keyring, tenant, place);
  // One after the other: each continues the chain of its note. What fails waits for somebody else.
  for (const one of waiting) await letting.admit(one, "vouched", null).catch(() => undefined);
}

/** The name that this browser gives itself. */
export const ownName = (words: BrowserWords): string => words.guessed(...sortOf(navigator.userAgent));

interface Browsing {
  readonly known: Known;
  readonly browsers: Browsers | null;
  readonly refresh: () => void;
}

/** Reads the list, again with every change of the panel. The browser that is here gets its name. */
export function useBrowsers(bench: Bench, state: PanelState, words: BrowserWords): Browsing {
  const [known, setKnown] = useState<Known>({ is: "loading" });
  const [browsers, setBrowsers] = useState<Browsers | null>(null);
  const [round, setRound] = useState(0);
  // What is read while the panel goes on changing is shown all the same: else a busy one never shows any.
  const here = useRef(true);
  useEffect(() => () => { here.current = false; }, []);
  useEffect(() => {
    const read = async () => {
      const own = await browsersOf(bench);
      if (own === null) throw new Error("there is no room for a key");
      const seen = await named(own, await own.see(), ownName(words));
      if (!here.current) return;
      setBrowsers(own);
      setKnown({ is: "ready", seen });
    };
    read().catch(() => {
      // A list that was shown stays.
      if (here.current) setKnown((before) => (before.is === "ready" ? before : { is: "failed" }));
    });
  }, [bench, state, words, round]);
  const refresh = useCallback(() => { setRound((n) => n + 1); }, []);
  return { known, browsers, refresh };
}

async function named(browsers: Browsers, seen: Seen, name: string): Promise<Seen> {
  const here = seen.browsers.find((one) => one.here && one.kind === "browser");
  if (here?.name !== null) return seen;
  return browsers.name(here.kid, name).then(
    () => ({ ...seen, browsers: seen.browsers.map((one) => (one === here ? { ...one, name } : one)) }),
    () => seen,
  );
}

/** Takes `step` again and again until it says that it is over, or the part is gone. */
export function useSteps(step: (() => Promise<boolean>) | null): void {
  useEffect(() => {
    if (step === null) return undefined;
    let current = true;
    const go = async () => {
      while (current && await step()) await new Promise((done) => setTimeout(done, BESIDE_MS));
    };
    void go();
    return () => {
      current = false;
    };
  }, [step]);
}
