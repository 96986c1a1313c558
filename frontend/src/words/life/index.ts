import type { Bring } from "../languages";
import type { LifeWords } from "./en";

export const lifeWords: Bring<LifeWords> = {
  en: () => import("./en").then(({ en }) => en),
  de: () => import("./de").then(({ de }) => de),
  ja: () => import("./ja").then(({ ja }) => ja),
};
