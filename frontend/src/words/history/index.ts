import type { Bring } from "../languages";
import type { HistoryWords } from "./en";

export const historyWords: Bring<HistoryWords> = {
  en: () => import("./en").then(({ en }) => en),
  de: () => import("./de").then(({ de }) => de),
  ja: () => import("./ja").then(({ ja }) => ja),
};
