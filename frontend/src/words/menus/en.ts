/** The entries of menus, in English. */
export const en = {
  about: "How your notes are kept safe",
};

export type MenuWords = typeof en;
