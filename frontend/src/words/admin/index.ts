import { type Bring, wordsOf } from "../languages";
import type { AdminWords } from "./en";

const words: Bring<AdminWords> = {
  en: () => import("./en").then(({ en }) => en),
  de: () => import("./de").then(({ de }) => de),
  ja: () => import("./ja").then(({ ja }) => ja),
};

export const adminWords = (locale: string): Promise<AdminWords> => wordsOf(words, locale);
