import type { HistoryWords } from "./en";

export const ja: HistoryWords = {
  titleOwn: "あなたの鍵の履歴",
  titleOf: (name) => `${name} さんの鍵の履歴`,
  intro: "この名前で作られたすべての鍵です。このブラウザーが検証しました。気づかれずに項目を抜いたり加えたりすることはできません。",
  loading: "履歴を読み込んでいます",
  failed: "履歴を読み込めませんでした。",
  broken: "この履歴は検証できませんでした。何かを共有する前に管理者に知らせてください。",
  none: "まだどのブラウザーも鍵を作っていません。",
  first: (n) => `ブラウザー ${String(n)} が最初の鍵を作りました`,
  vouched: (n, by) => `ブラウザー ${String(n)} がブラウザー ${String(by)} から承認されました`,
  byCode: (n) => `ブラウザー ${String(n)} が復旧コードで加わりました`,
  alone: (n) => `ブラウザー ${String(n)} が、ほかのブラウザーの承認なしに鍵を作りました`,
  page: (n) => `ページ ${String(n)}（何も保存しないブラウザー）が 1 日限りの鍵を作りました`,
  code: (n) => `復旧コード ${String(n)} が作られました`,
  revoked: (n) => `${String(n)} 番が削除されました`,
  live: "使用中",
  ended: "削除済み",
  retired: "サーバーまたは管理者が削除",
  over: "終了",
};
