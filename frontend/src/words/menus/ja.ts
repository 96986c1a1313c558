import type { MenuWords } from "./en";

export const ja: MenuWords = {
  about: "ノートが守られるしくみ",
};
