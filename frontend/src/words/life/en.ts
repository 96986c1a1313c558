import { pluralsOf } from "../when";

const plural = pluralsOf("en");

/** How long a note lives and how often it can be read, in English. */
export const en = {
  ends: "Expires",
  inHours: (count: number) => plural(count, { one: "In 1 hour", other: `In ${String(count)} hours` }),
  inDays: (count: number) => plural(count, { one: "In 1 day", other: `In ${String(count)} days` }),
  atTime: "At a date and time…",
  dateAndTime: "Date and time it expires",
  until: (when: string) => `Until ${when}`,
  reads: "Can be read",
  anyTimes: "As often as they like",
  once: "Once by each person",
  someTimes: "A number of times…",
  times: "How often each person can read it",
  onceAll: "It is deleted once everyone has read it.",
  timesAll: "It is deleted once everyone has read it that often.",
  needTime: "Choose a date and a time",
  pastTime: "Choose a moment to come",
  lateTime: (days: number) => plural(days, { one: "A note lives for 1 day at most", other: `A note lives for ${String(days)} days at most` }),
  laterTime: "The note ends before that already",
  needTimes: "Choose a number from 1 to 1000",

  soonerTitle: "Expire sooner",
  soonerWhat: (when: string) => `This note expires on ${when}. It can end sooner, never later.`,
  soonerWhen: "New end",
  sooner: "Expire sooner",
  shortening: "Changing…",
  soonerDone: (when: string) => `The note expires on ${when}`,
  cancel: "Cancel",
  failedOffline: "There is no connection right now. Nothing was changed yet; try again in a moment.",
  failedBusy: "Jira could not be asked right now. Nothing was changed; try again in a moment.",
  failedRight: "You may not change this note any more. Nothing was changed.",
  failedGone: "This note has ended already.",
  failed: "The note could not be changed. Try again; if it keeps happening, tell your administrator.",
};

export type LifeWords = typeof en;
