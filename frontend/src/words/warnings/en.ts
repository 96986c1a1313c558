/** What a person is warned of above the list, in English. */
export const en = {
  blockedTitle: "This browser doesn’t let us keep a key here",
  blocked: "You can still read and write notes on this page. After a reload someone has to let you in again.",
  allow: "Allow",
  allowed: "Thank you. This browser keeps its key now.",
  notAllowed: "The browser said no. Notes work on this page until you leave it.",
  alarmTitle: "A browser you may not know was added to your account",
  alarm: (day: string) =>
    `On ${day} another browser got a key in your name. If that was you, confirm it. If not, remove it, and tell your administrator before you share anything.`,
  alarmMine: "That was me",
  alarmRemove: "Remove that browser",
  useCode: "Use a recovery code",

  siteTitle: "This site connected Secure Notes anew",
  site: "Notes from before can’t be opened here any more. If nobody told you of a new installation, ask your administrator first.",
  siteAccept: "Use the new one",
};

export type WarningWords = typeof en;
