import type { MenuWords } from "./en";

export const ja: MenuWords = {
  browsers: "あなたのブラウザー",
  history: "鍵の履歴",
  about: "ノートが守られるしくみ",
  sooner: "期限を早める",
  giveWords: "読む人に5つの単語を伝える",
  delete: "削除",
};
