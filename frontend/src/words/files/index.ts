import type { Bring } from "../languages";
import type { FilesWords } from "./en";

export const filesWords: Bring<FilesWords> = {
  en: () => import("./en").then(({ en }) => en),
  de: () => import("./de").then(({ de }) => de),
  ja: () => import("./ja").then(({ ja }) => ja),
};
