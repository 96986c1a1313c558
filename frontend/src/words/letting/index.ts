import type { Bring } from "../languages";
import type { LettingWords } from "./en";

export const lettingWords: Bring<LettingWords> = {
  en: () => import("./en").then(({ en }) => en),
  de: () => import("./de").then(({ de }) => de),
  ja: () => import("./ja").then(({ ja }) => ja),
};
