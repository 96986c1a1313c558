import type { Words } from "./en";

export const de: Words = {
  title: "Sichere Notizen",
  justNow: "gerade eben",
  you: "Sie",
  youWith: "Ihnen",
  youFirst: "Sie",
  formerUser: "eine ehemalige Person",

  more: "Mehr",
  close: "Schließen",
  add: "Sichere Notiz hinzufügen",
  emptyTitle: "Ein Passwort teilen, ohne es in einen Kommentar zu schreiben",
  empty: "Eine sichere Notiz wird in Ihrem Browser verschlüsselt. Nur die Personen, die Sie auswählen, können sie lesen; der Server kann es nicht.",

  // A card
  shared: (author, readers) => `${author} hat eine Notiz mit ${readers} geteilt`,
  sharedByYou: (readers) => `Sie haben eine Notiz mit ${readers} geteilt`,
  unlockOf: (author, ago) => `Notiz von ${author} öffnen, ${ago}`,
  unlockYours: (ago) => `Ihre Notiz öffnen, ${ago}`,
  expires: (day) => `Gültig bis ${day}`,
  timesOnly: (count) => (count === 1 ? "Kann einmal gelesen werden" : `Kann ${String(count)}-mal gelesen werden`),
  notRead: "Noch nicht gelesen",
  readBy: (names, ago) => `Gelesen von ${names}, ${ago}`,
  notHere: (name, kind) =>
    (kind === "agent" ? `${name} hat sichere Notizen noch nicht geöffnet` : `${name} war noch nicht im Help Center`),
  unlock: "Notiz öffnen",
  unlocking: "Wird geöffnet …",
  willSee: (author) => `${author} sieht dann, dass Sie sie geöffnet haben`,
  yours: "Diese Notiz ist von Ihnen",
  onlyAgents: (readers) => `Diese Notiz ist nur für ${readers} bestimmt`,
  onlyCustomers: "Nur wer sie erhalten hat, kann diese Notiz öffnen",
  used: (author) => `Sie haben diese Notiz so oft geöffnet, wie ${author} es erlaubt hat`,
  getting: "Wird für Sie vorbereitet",
  gettingWhy: (author) => `${author} wurde gebeten, diesen Browser zuzulassen. Danach lässt sich die Notiz hier öffnen.`,
  gettingMine: "Dieser Browser hat keinen Schlüssel für diese Notiz. Wer sie hat oder ein anderer Ihrer Browser kann Sie zulassen.",
  haveWords: (author) => `Ich habe fünf Wörter von ${author}`,
  takenBack: (author, ago) => `${author} hat diese Notiz zurückgezogen, ${ago}`,
  takenBackByYou: (ago) => `Sie haben diese Notiz zurückgezogen, ${ago}`,
  deleted: (author, ago) => `${author} hat diese Notiz gelöscht, ${ago}`,
  deletedByYou: (ago) => `Sie haben diese Notiz gelöscht, ${ago}`,
  keysGone: (when) => `Die Schlüssel dieser Notiz wurden am ${when} vernichtet.`,
  expired: (author, ago) => `Eine Notiz von ${author} ist abgelaufen, ${ago}`,
  expiredYours: (ago) => `Eine Notiz von Ihnen ist abgelaufen, ${ago}`,
  shredded: (author, ago) => `Eine Notiz von ${author} wurde endgültig gelöscht, ${ago}`,
  shreddedYours: (ago) => `Eine Notiz von Ihnen wurde endgültig gelöscht, ${ago}`,
  usedUp: (author, ago) => `Eine Notiz von ${author} wurde so oft geöffnet wie möglich und gelöscht, ${ago}`,
  usedUpYours: (ago) => `Eine Notiz von Ihnen wurde so oft geöffnet wie möglich und gelöscht, ${ago}`,
  expiredUnread: (names, ago) => `Eine Notiz von Ihnen ist abgelaufen, ungelesen von ${names}, ${ago}`,

  // An open note
  copy: "Kopieren",
  copied: "Kopiert. Kopieren Sie etwas anderes, wenn Sie fertig sind.",
  notCopied: "Kopieren ist hier gesperrt. Markieren Sie den Text und kopieren Sie ihn selbst.",
  hide: "Ausblenden",
  keepOpen: "Offen lassen",
  keptOpen: "Bleibt offen, bis Sie sie ausblenden",
  hidesIn: (seconds) => `Wird in ${String(seconds)} s ausgeblendet`,
  noteText: "Text der Notiz",
  shownNow: "Die Notiz ist offen",
  hiddenNow: "Die Notiz ist ausgeblendet",

  // Deleting
  delete: "Löschen",
  moreYours: (ago) => `Mehr zu Ihrer Notiz, ${ago}`,

  // The form
  cancel: "Abbrechen",

  // The bar
  sharedWith: (names) => `Geteilt mit ${names}`,
  tookBack: "Zurückgezogen. Niemand wurde benachrichtigt.",

  // Keys
  doubt: (author) => `${author} hat dies in einem Browser geschrieben, den wir nicht kennen. Fragen Sie nach, wenn Sie die Notiz nicht erwartet haben.`,

  // States of the whole panel
  partTitle: "Ein Teil dieser Seite konnte nicht geladen werden",
  part: "Die Verbindung ist abgebrochen, oder Sichere Notizen wurde aktualisiert, während diese Seite offen war. Es ist nichts verloren.",
  partAgain: "Es ließ sich wieder nicht laden. Nach einer Aktualisierung hilft es, die Seite neu zu laden; nicht gespeicherter Text geht dabei verloren.",
  reload: "Seite neu laden",
  loading: "Sichere Notizen werden geladen",
  offlineTitle: "Verbindung verloren",
  offline: "Was Sie sehen, ist vielleicht nicht mehr aktuell. Es wird von selbst aktualisiert.",
  offlineEmpty: "Sichere Notizen erscheinen hier, sobald die Verbindung wieder besteht.",
  retry: "Noch einmal versuchen",
  brokenTitle: "Sichere Notizen konnten nicht geladen werden",
  broken: "Es ist nichts verloren. Versuchen Sie es noch einmal; wenn es wieder vorkommt, sagen Sie Ihrem Administrator Bescheid.",
  busy: "Jira hat nicht rechtzeitig geantwortet. Es ist nichts verloren. Versuchen Sie es gleich noch einmal.",
  noRightTitle: "Hier können Sie keine sicheren Notizen sehen",
  noRight: "Für sichere Notizen gelten die Rechte dieser Anfrage, und Sie haben keinen Zugriff darauf. Fragen Sie, wer Ihnen den Link geschickt hat.",
  signInTitle: "Melden Sie sich an, um sichere Notizen zu sehen",
  signIn: "Sichere Notizen werden zwischen Personen geteilt. Melden Sie sich im Help Center an und öffnen Sie diese Anfrage noch einmal.",
  wrongPlaceTitle: "Sichere Notizen bleiben auf dieser Seite verschlossen",
  wrongPlace: "Die Seite um diesen Bereich sagt etwas anderes als unser Server darüber, wer Sie sind oder welche Anfrage das ist. Laden Sie sie neu; wenn es wieder vorkommt, sagen Sie Ihrem Administrator Bescheid.",
  needsBrowser: "Dieser Browser ist zu alt, um Notizen zu verschlüsseln. Aktualisieren Sie ihn oder nehmen Sie einen anderen.",
};
