/** Codes of five words, in English. The words themselves are English in every language. */
export const en = {
  // For the author
  giveTitle: (name: string) => `Five words for ${name}`,
  giveAny: "Give five words",
  whom: "Whom will you call?",
  working: "One moment",
  tell: (name: string) => `Call ${name} and say these five words:`,
  how: (name: string) => `${name} opens this request, chooses “I have five words” on the note, and types them.`,
  spoken: "Say them; don’t write them into this request or a mail.",
  ends: (time: string) => `They work once, until ${time}. Five wrong tries end them.`,
  standing: (name: string, time: string) => `${name} has five words that work until ${time}. They were shown once and can’t be shown again.`,
  again: "Give new words",
  takeBack: "Take the words back",
  ended: (name: string) => `The words are taken back. ${name} can’t use them any more.`,
  used: (name: string) => `${name} used the words and can read the note now.`,
  noKey: "This browser can’t open the note itself. Give the words from the browser you wrote it in.",
  giveFailed: "That did not work. No new words were given. Try again.",
  // For the reader
  useTitle: (author: string) => `Five words from ${author}`,
  ask: (author: string) => `Type the five words that ${author} told you`,
  count: (n: number) => `${String(n)} of 5 words`,
  tooMany: "These are more than five words",
  meant: (typed: string) => `“${typed}” is not one of the words. Is it one of these?`,
  spell: (typed: string, author: string) => `“${typed}” is not one of the words. Ask ${author} to spell it.`,
  open: "Use these words",
  opening: "Checking the words",
  slow: "This takes a few seconds on purpose: it makes the words hard to guess.",
  wrong: (author: string) => `These are not the words. Check them with ${author}. Five wrong tries end them.`,
  none: (author: string) => `There are no words for you just now: they were used or taken back, or their hour is over. Ask ${author} for new ones.`,
  useFailed: "The words could not be checked. Try again.",
  ready: "The note is ready. You can unlock it now.",
};

export type PickupWords = typeof en;
