import { pluralsOf } from "../when";
import type { FilesWords } from "./en";

const plural = pluralsOf("de");

export const de: FilesWords = {
  files: "Dateien",
  choose: "Dateien hinzufügen",
  drop: (size) => `Oder hier ablegen: bis zu 20 Dateien, zusammen ${size}`,
  remove: (name) => `${name} entfernen`,
  tooMany: "Eine Notiz hat höchstens 20 Dateien",
  tooLarge: (size) => `Diese Dateien sind zusammen größer als ${size}`,
  named: "Ein Name ist zu lang oder enthält Zeichen, die keine Datei haben darf",
  sending: (percent) => `Dateien werden verschlüsselt und gesendet: ${String(percent)} %`,
  count: (count) => plural(count, { one: "1 Datei in dieser Notiz", other: `${String(count)} Dateien in dieser Notiz` }),
  save: "Speichern",
  saveOf: (name) => `${name} speichern`,
  fetching: (percent) => `Lädt: ${String(percent)} %`,
  stop: "Anhalten",
  stopOf: (name) => `${name} nicht weiter laden`,
  saved: (name) => `${name} wurde Ihrem Browser zum Speichern übergeben`,
  failedOffline: (name) => `${name} konnte nicht geladen werden: Es besteht keine Verbindung. Versuchen Sie es gleich noch einmal.`,
  failedClosed: (name) => `${name} lässt sich nach dem Öffnen eine Viertelstunde lang laden. Blenden Sie die Notiz aus und öffnen Sie sie noch einmal.`,
  failedGone: (name) => `${name} gibt es nicht mehr.`,
  failed: (name) => `${name} ließ sich nicht öffnen. Es wurde nichts gespeichert. Bitten Sie um eine neue Notiz, wenn das wieder vorkommt.`,
};
