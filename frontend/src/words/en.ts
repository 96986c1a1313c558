import type { Person } from "../api/types";

/** Every sentence of the notes panel and of its flags, in English. A language is one object of this shape. */
export const en = {
  title: "Secure Notes",
  justNow: "just now",
  /** In the place of one's own name: alone, and after "with", "by" or "from". */
  you: "you",
  youWith: "you",
  youFirst: "You",
  formerUser: "a former user",

  more: "More",
  close: "Close",
  add: "Add a secure note",
  emptyTitle: "Share a password without typing it into a comment",
  empty: "A secure note is encrypted in your browser. Only the people you choose can read it, and the server cannot.",

  // A card
  shared: (author: string, readers: string) => `${author} shared a note with ${readers}`,
  sharedByYou: (readers: string) => `You shared a note with ${readers}`,
  unlockOf: (author: string, ago: string) => `Unlock note from ${author}, ${ago}`,
  unlockYours: (ago: string) => `Unlock note from you, ${ago}`,
  expires: (day: string) => `Expires ${day}`,
  timesOnly: (count: number) => (count === 1 ? "Can be read once" : `Can be read ${String(count)} times`),
  notRead: "Not read yet",
  readBy: (names: string, ago: string) => `Read by ${names}, ${ago}`,
  notHere: (name: string, kind: Person["kind"]) =>
    (kind === "agent" ? `${name} hasn’t opened secure notes yet` : `${name} hasn’t opened the help centre yet`),
  unlock: "Unlock note",
  unlocking: "Unlocking…",
  willSee: (author: string) => `${author} will see that you opened it`,
  yours: "You wrote this note",
  onlyAgents: (readers: string) => `Only ${readers} can unlock this note`,
  onlyCustomers: "Only the people it was shared with can open this",
  used: (author: string) => `You opened this note as often as ${author} allowed`,
  getting: "Getting this ready for you",
  gettingWhy: (author: string) => `${author} has been asked to let this browser in. It opens here as soon as that happens.`,
  gettingMine: "This browser has no key for this note. Someone it was shared with, or another browser of yours, can let you in.",
  haveWords: (author: string) => `I have five words from ${author}`,
  takenBack: (author: string, ago: string) => `${author} took this note back, ${ago}`,
  takenBackByYou: (ago: string) => `You took this note back, ${ago}`,
  deleted: (author: string, ago: string) => `${author} deleted this note, ${ago}`,
  deletedByYou: (ago: string) => `You deleted this note, ${ago}`,
  keysGone: (when: string) => `The keys of this note were destroyed on ${when}.`,
  expired: (author: string, ago: string) => `A note from ${author} expired, ${ago}`,
  expiredYours: (ago: string) => `A note from you expired, ${ago}`,
  shredded: (author: string, ago: string) => `A note from ${author} was deleted for good, ${ago}`,
  shreddedYours: (ago: string) => `A note from you was deleted for good, ${ago}`,
  usedUp: (author: string, ago: string) => `A note from ${author} was opened as often as it could be, and deleted, ${ago}`,
  usedUpYours: (ago: string) => `A note from you was opened as often as it could be, and deleted, ${ago}`,
  expiredUnread: (names: string, ago: string) => `A note from you expired before ${names} read it, ${ago}`,

  // An open note
  copy: "Copy",
  copied: "Copied. Copy something else when you are done.",
  notCopied: "Copying is blocked here. Select the text and copy it yourself.",
  hide: "Hide",
  keepOpen: "Keep open",
  keptOpen: "Stays open until you hide it",
  hidesIn: (seconds: number) => `Hides in ${String(seconds)} s`,
  noteText: "Text of the note",
  shownNow: "The note is open",
  hiddenNow: "The note is hidden",

  // Deleting
  delete: "Delete",
  moreYours: (ago: string) => `More for the note from you, ${ago}`,

  // The form
  cancel: "Cancel",

  // The bar
  sharedWith: (names: string) => `Shared with ${names}`,
  tookBack: "Taken back. Nobody was told.",

  // Keys
  doubt: (author: string) => `${author} wrote this in a browser we haven’t seen. Ask them if you did not expect it.`,

  // States of the whole panel
  partTitle: "A part of this page could not be loaded",
  part: "The connection broke, or Secure Notes was updated while this page was open. Nothing is lost.",
  partAgain: "It still could not be loaded. Reloading the page helps if Secure Notes was updated; a text you have not saved is lost then.",
  reload: "Reload the page",
  loading: "Loading secure notes",
  offlineTitle: "Connection lost",
  offline: "What you see may be out of date. It catches up by itself.",
  offlineEmpty: "Secure notes will be here when the connection is back.",
  retry: "Try again",
  brokenTitle: "Secure notes could not be loaded",
  broken: "Nothing is lost. Try again; if it keeps happening, tell your administrator.",
  busy: "Jira did not answer in time. Nothing is lost. Try again in a moment.",
  noRightTitle: "You can’t see secure notes here",
  noRight: "Secure notes follow the rights of this request, and you don’t have access to it. Ask the person who sent you the link.",
  signInTitle: "Log in to see secure notes",
  signIn: "Secure notes are shared between people. Log in to the help centre and open this request again.",
  wrongPlaceTitle: "Secure notes stay closed on this page",
  wrongPlace: "The page around this panel says something else than our server about who you are or which request this is. Reload the page; if it stays, tell your administrator.",
  needsBrowser: "This browser is too old to encrypt notes. Update it or use another one.",
};

export type Words = typeof en;
