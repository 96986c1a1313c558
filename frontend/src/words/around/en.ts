import { pluralsOf } from "../when";

const plural = pluralsOf("en");

/** What the panel says of where its issue is, in English. */
export const en = {
  archived: "This issue is archived. Its notes can be read; new ones can’t be added.",
  notInPortal: "This request is no longer in the portal, so customers can’t open its notes.",
  duplicate: (count: number) => plural(count, {
    one: "An issue that was closed as a duplicate of this one has a note:",
    other: `An issue that was closed as a duplicate of this one has ${String(count)} notes:`,
  }),

  lockedTitle: "This issue can’t be found right now",
  locked: "If its project is in the trash, its notes come back with it.",
  leftTitle: "This request is no longer in the portal",
  left: "Its notes are kept. Ask the support team if you still need one.",

  gone: (names: string, count: number) => plural(count, {
    one: `${names} can no longer see this request`,
    other: `${names} can no longer see this request`,
  }),
  moved: (name: string) => `${name} has a new account, which can’t read this note unless you add it`,
};

export type AroundWords = typeof en;
