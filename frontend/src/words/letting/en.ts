import type { Person } from "../../api/types";

/** What is said while others are let in, in the panel and in flags, in English. */
export const en = {
  firstTitle: (name: string, kind: Person["kind"]) =>
    (kind === "agent" ? `${name} opened secure notes for the first time` : `${name} opened the help centre for the first time`),
  firstBody: (key: string) => `They need you to let their browser in before they can read the secure note on ${key}.`,
  newBrowserTitle: (name: string) => `${name} is using a browser we haven’t seen`,
  newBrowserBody: (key: string) => `It asks to read the secure note on ${key}. If you are not sure it is them, ask first.`,
  letInName: (name: string) => `Let ${name} in`,
  checkFirst: "Check first",
  checkWith: (name: string) => `Check with ${name} first`,
  lettingIn: (name: string) => `Letting ${name} in…`,
  letInDone: (name: string) => `${name} can read it now`,
  letInFailed: (name: string) => `${name} could not be let in. Try again.`,
  letInNoKey: (name: string) => `Unlock this note here once, then you can let ${name} in.`,
  checkHow: (name: string) =>
    `Call ${name} or ask in person: “Did you just open the request?” Let them in only if they say yes.`,
};

export type LettingWords = typeof en;
