import type { Words } from "./en";
import { type Bring, spokenIn, wordsOf } from "./languages";
import { type Formats, formatsFor } from "./when";

/** What the notes panel and its flags speak with. */
export interface Speech {
  /** What the reader asked for: views bring their own words in it. */
  readonly locale: string;
  readonly words: Words;
  readonly formats: Formats;
}

const words: Bring<Words> = {
  en: () => import("./en").then(({ en }) => en),
  de: () => import("./de").then(({ de }) => de),
  ja: () => import("./ja").then(({ ja }) => ja),
};

/**
 * Words and formats for a reader of `locale`. Where the words are English for want of others,
 * dates stay in the reader's own language: they are understood.
 */
export const speechFor = async (locale: string): Promise<Speech> => speechWith(await wordsOf(words, locale), locale);

export const speechWith = (words: Words, locale: string): Speech =>
  ({ locale, words, formats: formatsFor(locale, words.justNow, spokenIn(locale)) });
