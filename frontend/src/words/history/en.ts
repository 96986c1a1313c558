/** The history of somebody's keys, in English. */
export const en = {
  titleOwn: "Your key history",
  titleOf: (name: string) => `Key history of ${name}`,
  intro: "Every key ever made in this name, checked by this browser. No entry can be taken out or put in between unseen.",
  loading: "Loading the history",
  failed: "The history could not be loaded.",
  broken: "This history does not check out. Tell your administrator before you share anything.",
  none: "No browser has made a key yet.",
  first: (n: number) => `Browser ${String(n)} made the first key`,
  vouched: (n: number, by: number) => `Browser ${String(n)} was approved from browser ${String(by)}`,
  byCode: (n: number) => `Browser ${String(n)} came with the recovery code`,
  alone: (n: number) => `Browser ${String(n)} made a key that no other browser vouched for`,
  page: (n: number) => `Page ${String(n)}, in a browser that keeps nothing, made a key for a day`,
  code: (n: number) => `Recovery code ${String(n)} was made`,
  revoked: (n: number) => `Number ${String(n)} was removed`,
  live: "In use",
  ended: "Removed",
  retired: "Removed by the server or an administrator",
  over: "Over",
};

export type HistoryWords = typeof en;
