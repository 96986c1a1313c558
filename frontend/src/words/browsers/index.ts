import type { Bring } from "../languages";
import type { BrowserWords } from "./en";

export const browserWords: Bring<BrowserWords> = {
  en: () => import("./en").then(({ en }) => en),
  de: () => import("./de").then(({ de }) => de),
  ja: () => import("./ja").then(({ ja }) => ja),
};
