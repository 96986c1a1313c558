import type { Bring } from "../languages";
import type { MenuWords } from "./en";

export const menuWords: Bring<MenuWords> = {
  en: () => import("./en").then(({ en }) => en),
  de: () => import("./de").then(({ de }) => de),
  ja: () => import("./ja").then(({ ja }) => ja),
};
