import type { Bring } from "../languages";
import type { AskingWords } from "./en";

export const askingWords: Bring<AskingWords> = {
  en: () => import("./en").then(({ en }) => en),
  de: () => import("./de").then(({ de }) => de),
  ja: () => import("./ja").then(({ ja }) => ja),
};
