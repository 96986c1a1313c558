import type { Bring } from "../languages";
import type { SubscribingWords } from "./en";

export const subscribingWords: Bring<SubscribingWords> = {
  en: () => import("./en").then(({ en }) => en),
  de: () => import("./de").then(({ de }) => de),
  ja: () => import("./ja").then(({ ja }) => ja),
};
