import { useEffect, useState } from "preact/hooks";
import type { Account, Kid } from "../api/types";
import type { ViewProps } from "../parts/views";
import { type History, type KeyEntry, liveKeys, readHistory, Rejected } from "../seal";
import { Banner } from "../ui/Banner";
import { Skeleton } from "../ui/Skeleton";
import type { HistoryWords } from "../words/history/en";
import { useSpeech } from "../words/speech";
import type { Bench } from "./bench";
import { ViewFrame } from "./ViewPlace";

interface Read {
  readonly history: History;
  readonly retired: readonly Kid[];
  readonly now: number;
}

type Known = { readonly is: "loading" | "failed" | "broken" } | ({ readonly is: "ready" } & Read);

/** Every key that was ever made in somebody's name, and what became of it. */
export function KeyHistory({ words, view, state, bench, close }: ViewProps<HistoryWords>) {
  const account = view.account ?? state.me.account;
  const known = useHistory(bench, state.tenant, account);
  const own = account === state.me.account;
  return (
    <ViewFrame title={own ? words.titleOwn : words.titleOf(state.people[account]?.name ?? account)} close={close}>
      <p class="hint">{words.intro}</p>
      {known.is === "loading" && <Skeleton label={words.loading} cards={1} />}
      {known.is === "failed" && <Banner tone="warning">{words.failed}</Banner>}
      {known.is === "broken" && <Banner tone="danger">{words.broken}</Banner>}
      {known.is === "ready" && (known.history.entries.length === 0 ? <p>{words.none}</p> : <Entries read={known} words={words} />)}
    </ViewFrame>
  );
}

function useHistory(bench: Bench, tenant: string, account: Account): Known {
  const [known, setKnown] = useState<Known>({ is: "loading" });
  useEffect(() => {
    let current = true;
    const read = async () => {
      const { histories, retired } = await bench.client.keys([account]);
      const entries = Object.hasOwn(histories, account) ? histories[account] : undefined;
      const history = await readHistory(tenant, account, entries ?? []);
      if (current) setKnown({ is: "ready", history, retired, now: bench.now() });
    };
    read().catch((error: unknown) => {
      if (current) setKnown({ is: error instanceof Rejected ? "broken" : "failed" });
    });
    return () => {
      current = false;
    };
  }, [bench, tenant, account]);
  return known;
}

function Entries({ read, words }: { readonly read: Read; readonly words: HistoryWords }) {
  const { formats } = useSpeech();
  const { history, retired, now } = read;
  const live = new Set(liveKeys(history, now, retired).map((key) => key.kid));
  return (
    <ol class="browsers" reversed>
      {[...history.entries].reverse().map((entry) => (
        <li class="browser" key={entry.n} value={entry.n}>
          <span class="browser-name">{entry.key === null ? words.revoked(numberOf(history, entry.revocation?.revokes ?? "")) : made(entry.key, history, words)}</span>
          <span class="hint" title={formats.exact(entry.iat)}>{formats.day(entry.iat, now)}</span>
          {entry.key !== null && <span class="hint">{became(entry.key, live, history, retired, words)}</span>}
        </li>
      ))}
    </ol>
  );
}

const numberOf = (history: History, kid: Kid): number => history.keys.get(kid)?.n ?? 0;

function made(key: KeyEntry, history: History, words: HistoryWords): string {
  if (key.kind === "code") return words.code(key.n);
  if (key.life === "page") return words.page(key.n);
  if (key.by !== null) {
    return history.keys.get(key.by)?.kind === "code" ? words.byCode(key.n) : words.vouched(key.n, numberOf(history, key.by));
  }
  return key.n === 1 ? words.first(key.n) : words.alone(key.n);
}

function became(key: KeyEntry, live: ReadonlySet<Kid>, history: History, retired: readonly Kid[], words: HistoryWords): string {
  if (live.has(key.kid)) return words.live;
  if (history.revoked.has(key.kid)) return words.ended;
  return retired.includes(key.kid) && key.life === "kept" ? words.retired : words.over;
}
