import type { AdminWords } from "./en";

export const de: AdminWords = {
  overview: "Überblick",
  overviewLead: "Teilen Sie Passwörter und Schlüssel in Anfragen. Sie werden im Browser verschlüsselt; der Server kann sie nicht lesen.",
  overviewWorks: "Sichere Notizen funktionieren auf dieser Site",
  overviewWorksBody: "Sie erscheinen in jedem Vorgang unter Aktivität und im Portal bei den Anfragen. Es gibt nichts einzurichten.",
  overviewReach: "Ihre Anmeldung ist bei der Bridge angekommen",
  overviewReachBody: (site) => `Diese Seite wurde von ${site} signiert und eben geprüft.`,
  overviewKey: "Dieser Browser bewahrt einen Schlüssel auf",
  overviewKeyBody: "Notizen, die mit Ihnen geteilt wurden, öffnen Sie mit einem Klick.",
  overviewNoKey: "Dieser Browser bewahrt keinen Schlüssel auf",
  overviewNoKeyBody: "Er sperrt den Speicher für eingebettete Seiten. Notizen lassen sich trotzdem öffnen, aber nach jedem Neuladen muss Sie jemand zulassen.",
  overviewLimits: "Was wir sehen und was nicht",
  overviewCan: "Wir sehen, wer wann mit wem teilt und ungefähr wie lang eine Notiz ist.",
  overviewCannot: "Wir sehen nicht, was in einer Notiz steht. Die Schlüssel verlassen die Browser der Empfänger nie.",
  overviewUnreachable: "Die Bridge hat nicht geantwortet",
  overviewUnreachableBody: "Bis sie antwortet, lassen sich keine Notizen öffnen. Es ist nichts verloren.",
};
