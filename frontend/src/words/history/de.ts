import type { HistoryWords } from "./en";

export const de: HistoryWords = {
  titleOwn: "Verlauf Ihrer Schlüssel",
  titleOf: (name) => `Verlauf der Schlüssel von ${name}`,
  intro: "Jeder Schlüssel, der je in diesem Namen angelegt wurde, von diesem Browser geprüft. Kein Eintrag kann unbemerkt fehlen oder dazukommen.",
  loading: "Der Verlauf wird geladen",
  failed: "Der Verlauf konnte nicht geladen werden.",
  broken: "Die Prüfung dieses Verlaufs ist fehlgeschlagen. Sagen Sie Ihrer Administration Bescheid, bevor Sie etwas teilen.",
  none: "Noch hat kein Browser einen Schlüssel angelegt.",
  first: (n) => `Browser ${String(n)} hat den ersten Schlüssel angelegt`,
  vouched: (n, by) => `Browser ${String(n)} wurde von Browser ${String(by)} bestätigt`,
  byCode: (n) => `Browser ${String(n)} kam mit dem Wiederherstellungscode`,
  alone: (n) => `Browser ${String(n)} hat einen Schlüssel angelegt, den kein anderer Browser bestätigt hat`,
  page: (n) => `Seite ${String(n)} in einem Browser, der nichts behält, hat einen Schlüssel für einen Tag angelegt`,
  code: (n) => `Wiederherstellungscode ${String(n)} wurde erstellt`,
  revoked: (n) => `Nummer ${String(n)} wurde entfernt`,
  live: "In Gebrauch",
  ended: "Entfernt",
  retired: "Vom Server oder von der Administration entfernt",
  over: "Vorbei",
};
