import type { MenuWords } from "./en";

export const de: MenuWords = {
  browsers: "Ihre Browser",
  history: "Verlauf der Schlüssel",
  about: "So sind Ihre Notizen geschützt",
  sooner: "Früher ablaufen lassen",
  giveWords: "Jemandem fünf Wörter geben",
  delete: "Löschen",
};
