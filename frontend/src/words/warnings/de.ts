import type { WarningWords } from "./en";

export const de: WarningWords = {
  blockedTitle: "In diesem Browser dürfen wir keinen Schlüssel aufbewahren",
  blocked: "Auf dieser Seite können Sie trotzdem Notizen lesen und schreiben. Nach dem Neuladen muss Sie wieder jemand zulassen.",
  allow: "Erlauben",
  allowed: "Vielen Dank. Dieser Browser bewahrt seinen Schlüssel jetzt auf.",
  notAllowed: "Der Browser hat abgelehnt. Notizen funktionieren auf dieser Seite, bis Sie sie verlassen.",
  alarmTitle: "Zu Ihrem Konto kam ein Browser hinzu, den Sie vielleicht nicht kennen",
  alarm: (day) =>
    `Am ${day} hat ein anderer Browser in Ihrem Namen einen Schlüssel bekommen. Wenn Sie das waren, bestätigen Sie es. Wenn nicht, entfernen Sie ihn und sagen Sie Ihrem Administrator Bescheid, bevor Sie etwas teilen.`,
  alarmMine: "Das war ich",
  alarmRemove: "Diesen Browser entfernen",
  useCode: "Wiederherstellungscode verwenden",

  siteTitle: "Diese Site hat Sichere Notizen neu verbunden",
  site: "Frühere Notizen lassen sich hier nicht mehr öffnen. Wenn Ihnen niemand von einer neuen Installation erzählt hat, fragen Sie zuerst Ihren Administrator.",
  siteAccept: "Die neue verwenden",
};
