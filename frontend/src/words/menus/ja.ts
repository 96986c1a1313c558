import type { MenuWords } from "./en";

export const ja: MenuWords = {
  about: "ノートが守られるしくみ",
  sooner: "期限を早める",
  delete: "削除",
};
