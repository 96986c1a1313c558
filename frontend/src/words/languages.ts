/** Languages with words of their own. */
export const LANGUAGES = ["en", "de", "ja"] as const;
export type Language = (typeof LANGUAGES)[number];

/** The language whose words a reader of `locale` gets. */
export function languageOf(locale: string): Language {
  const first = locale.toLowerCase().split("-")[0];
  return LANGUAGES.find((one) => one === first) ?? "en";
}

const isPseudo = (locale: string): locale is "en-XA" | "ar-XB" => locale === "en-XA" || locale === "ar-XB";

/** The tag of what a reader of `locale` gets to read: English, where there is nothing of their own. */
export function spokenIn(locale: string): string {
  const language = languageOf(locale);
  return isPseudo(locale) || locale.toLowerCase().split("-")[0] === language ? locale : language;
}

/** Brings the words of one language; each is a script of its own. */
export type Bring<W> = Readonly<Record<Language, () => Promise<W>>>;

/** The words for `locale`; English where its own cannot be fetched. Fails where neither can. */
export async function wordsOf<W extends object>(bring: Bring<W>, locale: string): Promise<W> {
  if (isPseudo(locale)) {
    const [{ pseudo }, words] = await Promise.all([import("./pseudo"), bring.en()]);
    return pseudo(words, locale);
  }
  return bring[languageOf(locale)]().catch(() => bring.en());
}
