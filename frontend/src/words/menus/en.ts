/** The entries of menus, in English. */
export const en = {
  browsers: "Your browsers",
  history: "Key history",
  about: "How your notes are kept safe",
  sooner: "Expire sooner",
  giveWords: "Give a reader five words",
  delete: "Delete",
};

export type MenuWords = typeof en;
