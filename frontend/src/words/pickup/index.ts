import type { Bring } from "../languages";
import type { PickupWords } from "./en";

export const pickupWords: Bring<PickupWords> = {
  en: () => import("./en").then(({ en }) => en),
  de: () => import("./de").then(({ de }) => de),
  ja: () => import("./ja").then(({ ja }) => ja),
};
