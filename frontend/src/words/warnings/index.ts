import type { Bring } from "../languages";
import type { WarningWords } from "./en";

export const warningWords: Bring<WarningWords> = {
  en: () => import("./en").then(({ en }) => en),
  de: () => import("./de").then(({ de }) => de),
  ja: () => import("./ja").then(({ ja }) => ja),
};
