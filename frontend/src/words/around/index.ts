import type { Bring } from "../languages";
import type { AroundWords } from "./en";

export const aroundWords: Bring<AroundWords> = {
  en: () => import("./en").then(({ en }) => en),
  de: () => import("./de").then(({ de }) => de),
  ja: () => import("./ja").then(({ ja }) => ja),
};
