import { pluralsOf } from "../when";
import type { WritingWords } from "./en";

const plural = pluralsOf("de");

export const de: WritingWords = {
  text: "Was möchten Sie teilen?",
  textHint: "Ein Passwort, ein Schlüssel, eine Adresse: alles, was nicht in einem Kommentar stehen sollte",
  who: "Wer darf sie lesen?",
  whoHint: "Namen eingeben",
  remove: (name) => `${name} entfernen`,
  nobody: "Hier passt niemand",
  searching: "Personen werden gesucht …",
  findFailed: "Die Personen konnten nicht geladen werden. Tippen Sie weiter, um es noch einmal zu versuchen.",
  found: (count) => plural(count, { one: `${String(count)} Person`, other: `${String(count)} Personen` }),
  notOnRequest: "nicht an dieser Anfrage beteiligt",
  neverHere: "noch nie hier",
  agent: "Agent",
  customer: "Kunde",
  neverHereHint: (names, count) => plural(count, {
    one: `${names} hat noch keine sicheren Notizen verwendet. Beim ersten Besuch werden Sie gebeten, diese Person zuzulassen.`,
    other: `${names} haben noch keine sicheren Notizen verwendet. Beim ersten Besuch werden Sie gebeten, jede dieser Personen zuzulassen.`,
  }),
  encrypted: "Wird in diesem Browser verschlüsselt, bevor etwas ihn verlässt",
  save: "Notiz hinzufügen",
  saving: "Wird verschlüsselt …",
  needText: "Schreiben Sie, was Sie teilen möchten",
  longText: "Das ist zu lang für eine Notiz. Teilen Sie den Text auf zwei auf.",
  needReaders: "Wählen Sie mindestens eine Person aus",
  saveOffline: "Im Moment besteht keine Verbindung. Ihr Text ist noch da; versuchen Sie es gleich noch einmal.",
  saveBusy: "Die Notiz wurde nicht hinzugefügt: Jira konnte nicht gefragt werden. Ihr Text ist noch da; versuchen Sie es gleich noch einmal.",
  saveRight: "Sie dürfen hier keine Notiz hinzufügen. Es wurde nichts gespeichert.",
  saveBroken: "Die Notiz wurde nicht hinzugefügt. Es wurde nichts gespeichert, und Ihr Text ist noch da.",
  saveReaders: "Eine dieser Personen darf diese Anfrage nicht sehen. Es wurde nichts gespeichert.",
  saveNames: "Jira nennt eine dieser Personen anders. Nichts wurde gespeichert. Entfernen Sie sie, wählen Sie sie neu, und fragen Sie nach, falls die Namen weiter abweichen.",
  takeBack: "Zurückziehen",
  takingBack: "Wird zurückgezogen …",
  tooLate: "Zum Zurückziehen ist es zu spät: Alle wurden benachrichtigt.",
  takeBackFailed: "Das Zurückziehen ist fehlgeschlagen. Prüfen Sie die Verbindung und versuchen Sie es noch einmal.",
  announceIn: (seconds) => `Benachrichtigung in ${String(seconds)} s`,
  earlier: (when) => `Sie haben hier ${when} eine Notiz begonnen. Sie liegt nur in diesem Browser, einen Tag lang.`,
  takeUp: "Weiterschreiben",
  discard: "Verwerfen",
};
