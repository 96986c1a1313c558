import { pluralsOf } from "../when";
import type { AroundWords } from "./en";

const plural = pluralsOf("de");

export const de: AroundWords = {
  archived: "Dieser Vorgang ist archiviert. Seine Notizen können gelesen werden; neue lassen sich nicht hinzufügen.",
  notInPortal: "Diese Anfrage ist nicht mehr im Portal. Kunden können ihre Notizen deshalb nicht öffnen.",
  duplicate: (count) => plural(count, {
    one: "Ein Vorgang, der als Duplikat von diesem geschlossen wurde, hat eine Notiz:",
    other: `Ein Vorgang, der als Duplikat von diesem geschlossen wurde, hat ${String(count)} Notizen:`,
  }),

  lockedTitle: "Dieser Vorgang ist gerade nicht zu finden",
  locked: "Wenn sein Projekt im Papierkorb liegt, kommen seine Notizen mit ihm zurück.",
  leftTitle: "Diese Anfrage ist nicht mehr im Portal",
  left: "Ihre Notizen sind noch da. Fragen Sie das Support-Team, wenn Sie eine davon brauchen.",

  gone: (names, count) => plural(count, {
    one: `${names} kann diese Anfrage nicht mehr sehen`,
    other: `${names} können diese Anfrage nicht mehr sehen`,
  }),
  moved: (name) => `${name} hat ein neues Konto. Es kann diese Notiz nur lesen, wenn Sie es hinzufügen`,
};
