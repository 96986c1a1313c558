/** The questions over a card, in English: before the only reading, and before deletion. */
export const en = {
  onceAsk: "You can open this note once",
  onceWhat: "Read it when you can keep what it says. After that it stays closed.",
  onceRead: "Read it now",
  onceNot: "Not yet",

  deleteAsk: "Delete this note for everyone?",
  deleteWhat: (names: string) => `${names} can’t open it any more, and nobody can bring it back.`,
  deleting: "Deleting…",
  deleteOffline: "There is no connection right now, so the note may still be there. Try again in a moment.",
  deleteBusy: "Jira could not be asked right now, so the note may still be there. Try again in a moment.",
  deleteRight: "You may not delete this note any more. Nothing was changed.",
  deleteGone: "This note no longer exists here.",
  deleteFailed: "The note may still be there: it could not be deleted. Try again; if it keeps happening, tell your administrator.",

  failed: "This note could not be opened. Nothing was shown. Ask its author for a new one if it keeps happening.",
  failedBusy: "Jira could not be asked whether you may read this right now. Nothing was opened. Try again in a moment.",
  failedRight: "You may not open this note any more. Ask its author if you still need it.",
  failedGone: "This note no longer exists.",
  failedOffline: "There is no connection right now. The note stays locked; try again in a moment.",
};

export type AskingWords = typeof en;
