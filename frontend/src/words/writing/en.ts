import { pluralsOf } from "../when";

const plural = pluralsOf("en");

/** What is said while a note is written and just after, in English. */
export const en = {
  text: "What do you want to share?",
  textHint: "A password, a key, an address: anything that should not stand in a comment",
  who: "Who can read it",
  whoHint: "Type a name",
  remove: (name: string) => `Remove ${name}`,
  nobody: "Nobody here matches",
  searching: "Looking for people…",
  findFailed: "People could not be loaded. Type again to retry.",
  found: (count: number) => plural(count, { one: `${String(count)} person`, other: `${String(count)} people` }),
  notOnRequest: "not on this request",
  neverHere: "not here yet",
  agent: "Agent",
  customer: "Customer",
  neverHereHint: (names: string, count: number) => plural(count, {
    one: `${names} has not used secure notes yet. You will be asked to let them in when they come.`,
    other: `${names} have not used secure notes yet. You will be asked to let each of them in when they come.`,
  }),
  encrypted: "Encrypted in this browser before it leaves it",
  save: "Add note",
  saving: "Encrypting…",
  needText: "Write what you want to share",
  longText: "This is too long for one note. Split it into two.",
  needReaders: "Choose at least one person",
  saveOffline: "There is no connection right now. Your text is still here; try again in a moment.",
  saveBusy: "The note was not added: Jira could not be asked. Your text is still here; try again in a moment.",
  saveRight: "You may not add a note here. Nothing was stored.",
  saveBroken: "The note was not added. Nothing was stored, and your text is still here.",
  saveReaders: "One of these people may not see this request. Nothing was stored.",
  saveNames: "Jira calls one of these people by another name. Nothing was stored. Remove them, choose them again, and ask before you share if the names still differ.",
  takeBack: "Take back",
  takingBack: "Taking back…",
  tooLate: "Too late to take back: everyone has been told.",
  takeBackFailed: "It could not be taken back. Check your connection and try again.",
  announceIn: (seconds: number) => `They are told in ${String(seconds)} s`,
  earlier: (when: string) => `You began a note here ${when}. It is kept in this browser alone, for a day.`,
  takeUp: "Continue writing",
  discard: "Discard",
};

export type WritingWords = typeof en;
