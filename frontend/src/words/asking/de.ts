import type { AskingWords } from "./en";

export const de: AskingWords = {
  onceAsk: "Sie können diese Notiz einmal öffnen",
  onceWhat: "Lesen Sie sie, wenn Sie sich den Inhalt merken oder ablegen können. Danach bleibt sie geschlossen.",
  onceRead: "Jetzt lesen",
  onceNot: "Noch nicht",

  deleteAsk: "Diese Notiz für alle löschen?",
  deleteWhat: (names) => `Für ${names} lässt sie sich dann nicht mehr öffnen, und niemand kann sie zurückholen.`,
  deleting: "Wird gelöscht …",
  deleteOffline: "Im Moment besteht keine Verbindung; die Notiz ist also vielleicht noch da. Versuchen Sie es gleich noch einmal.",
  deleteBusy: "Jira konnte gerade nicht gefragt werden; die Notiz ist also vielleicht noch da. Versuchen Sie es gleich noch einmal.",
  deleteRight: "Sie dürfen diese Notiz nicht mehr löschen. Es wurde nichts geändert.",
  deleteGone: "Diese Notiz gibt es hier nicht mehr.",
  deleteFailed: "Die Notiz ist vielleicht noch da: Sie ließ sich nicht löschen. Versuchen Sie es noch einmal; wenn es wieder vorkommt, sagen Sie Ihrem Administrator Bescheid.",

  failed: "Diese Notiz ließ sich nicht öffnen. Es wurde nichts angezeigt. Bitten Sie um eine neue, wenn das wieder vorkommt.",
  failedBusy: "Jira konnte gerade nicht gefragt werden, ob Sie diese Notiz lesen dürfen. Es wurde nichts geöffnet. Versuchen Sie es gleich noch einmal.",
  failedRight: "Sie dürfen diese Notiz nicht mehr öffnen. Fragen Sie bei der Person nach, von der sie kommt, wenn Sie sie noch brauchen.",
  failedGone: "Diese Notiz gibt es nicht mehr.",
  failedOffline: "Im Moment besteht keine Verbindung. Die Notiz bleibt verschlossen; versuchen Sie es gleich noch einmal.",
};
