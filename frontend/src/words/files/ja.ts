import type { FilesWords } from "./en";

export const ja: FilesWords = {
  files: "ファイル",
  choose: "ファイルを追加",
  drop: (size) => `またはここにドロップ: 20 個まで、合計 ${size} まで`,
  remove: (name) => `${name} を外す`,
  tooMany: "1 つのメモのファイルは 20 個までです",
  tooLarge: (size) => `ファイルの合計が ${size} を超えています`,
  named: "名前が長すぎるか、ファイル名に使えない文字があります",
  sending: (percent) => `ファイルを暗号化して送信しています: ${String(percent)} %`,
  count: (count) => `このメモのファイル: ${String(count)} 個`,
  save: "保存",
  saveOf: (name) => `${name} を保存`,
  fetching: (percent) => `取得中: ${String(percent)} %`,
  stop: "中止",
  stopOf: (name) => `${name} の取得を中止`,
  saved: (name) => `${name} をブラウザーに渡しました`,
  failedOffline: (name) => `${name} を取得できませんでした。現在接続がありません。しばらくしてからもう一度お試しください。`,
  failedClosed: (name) => `${name} を取得できるのはメモを開いてから 15 分間です。メモを隠してから、もう一度開いてください。`,
  failedGone: (name) => `${name} はもう存在しません。`,
  failed: (name) => `${name} を開けませんでした。何も保存されていません。繰り返す場合は、作成者に新しいメモを依頼してください。`,
};
