import type { Bring } from "../languages";
import type { WritingWords } from "./en";

export const writingWords: Bring<WritingWords> = {
  en: () => import("./en").then(({ en }) => en),
  de: () => import("./de").then(({ de }) => de),
  ja: () => import("./ja").then(({ ja }) => ja),
};
