import type { Host } from "./host/host";
import { spokenIn } from "./words/languages";
import { directionOf, knownLocale } from "./words/when";

interface Speaking<W> {
  /** The words of a language. */
  readonly bring: (locale: string) => Promise<W>;
  /** The reader's language as the page was told; the host is asked as well, and has the last word. */
  readonly given: string | null;
  readonly host: Host | null;
  readonly draw: (words: W) => void;
  /** No words could be fetched at all. */
  readonly wordless: () => void;
}

/** Draws in the reader's language, and again where the host names another one than was expected. */
export function speak<W>({ bring, given, host, draw, wordless }: Speaking<W>): void {
  let wanted = "";
  let drawn = false;
  const to = async (tag: string): Promise<void> => {
    const locale = knownLocale(tag);
    if (locale === wanted) return;
    wanted = locale;
    try {
      const words = await bring(locale);
      if (locale !== wanted) return;
      const spoken = spokenIn(locale);
      document.documentElement.lang = spoken;
      document.documentElement.dir = directionOf(spoken);
      drawn = true;
      draw(words);
    } catch {
      if (!drawn && locale === wanted) wordless();
    }
  };
  void to(given ?? navigator.language);
  void host?.locale().then(to, () => undefined);
}
