import type { Bring } from "../languages";
import type { AboutWords } from "./en";

export const aboutWords: Bring<AboutWords> = {
  en: () => import("./en").then(({ en }) => en),
  de: () => import("./de").then(({ de }) => de),
  ja: () => import("./ja").then(({ ja }) => ja),
};
