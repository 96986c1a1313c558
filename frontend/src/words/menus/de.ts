import type { MenuWords } from "./en";

export const de: MenuWords = {
  about: "So sind Ihre Notizen geschützt",
  sooner: "Früher ablaufen lassen",
  delete: "Löschen",
};
