import { pluralsOf } from "../when";
import type { LifeWords } from "./en";

const plural = pluralsOf("de");

export const de: LifeWords = {
  ends: "Läuft ab",
  inHours: (count) => plural(count, { one: "In 1 Stunde", other: `In ${String(count)} Stunden` }),
  inDays: (count) => plural(count, { one: "In 1 Tag", other: `In ${String(count)} Tagen` }),
  atTime: "An einem bestimmten Zeitpunkt …",
  dateAndTime: "Datum und Uhrzeit des Ablaufs",
  until: (when) => `Bis ${when}`,
  reads: "Kann gelesen werden",
  anyTimes: "Beliebig oft",
  once: "Einmal von jeder Person",
  someTimes: "Eine bestimmte Anzahl …",
  times: "Wie oft jede Person sie lesen kann",
  onceAll: "Sobald alle sie gelesen haben, wird sie gelöscht.",
  timesAll: "Sobald alle sie so oft gelesen haben, wird sie gelöscht.",
  needTime: "Wählen Sie Datum und Uhrzeit",
  pastTime: "Wählen Sie einen Zeitpunkt in der Zukunft",
  lateTime: (days) => plural(days, { one: "Eine Notiz bleibt höchstens 1 Tag bestehen", other: `Eine Notiz bleibt höchstens ${String(days)} Tage bestehen` }),
  laterTime: "Die Notiz läuft schon vorher ab",
  needTimes: "Wählen Sie eine Zahl von 1 bis 1000",

  soonerTitle: "Früher ablaufen lassen",
  soonerWhat: (when) => `Diese Notiz läuft ab am ${when}. Sie kann früher enden, nie später.`,
  soonerWhen: "Neues Ende",
  sooner: "Früher ablaufen lassen",
  shortening: "Wird geändert …",
  soonerDone: (when) => `Die Notiz läuft ab am ${when}`,
  cancel: "Abbrechen",
  failedOffline: "Im Moment besteht keine Verbindung. Es wurde noch nichts geändert; versuchen Sie es gleich noch einmal.",
  failedBusy: "Jira konnte gerade nicht gefragt werden. Es wurde nichts geändert; versuchen Sie es gleich noch einmal.",
  failedRight: "Sie dürfen diese Notiz nicht mehr ändern. Es wurde nichts geändert.",
  failedGone: "Diese Notiz ist schon abgelaufen.",
  failed: "Die Notiz ließ sich nicht ändern. Versuchen Sie es noch einmal; wenn es wieder vorkommt, sagen Sie Ihrem Administrator Bescheid.",
};
