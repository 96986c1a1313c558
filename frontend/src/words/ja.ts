import type { Words } from "./en";

export const ja: Words = {
  title: "セキュアメモ",
  justNow: "たった今",
  you: "あなた",
  youWith: "あなた",
  youFirst: "あなた",
  formerUser: "以前のユーザー",

  more: "その他",
  close: "閉じる",
  add: "セキュアメモを追加",
  emptyTitle: "コメントに書かずにパスワードを共有できます",
  empty: "セキュアメモはブラウザーの中で暗号化されます。読めるのはあなたが選んだ人だけで、サーバーには読めません。",

  // A card
  shared: (author, readers) => `${author}さんがメモを共有しました（共有先: ${readers}）`,
  sharedByYou: (readers) => `あなたがメモを共有しました（共有先: ${readers}）`,
  unlockOf: (author, ago) => `${author}さんのメモを開く、${ago}`,
  unlockYours: (ago) => `自分のメモを開く、${ago}`,
  expires: (day) => `${day} まで有効`,
  timesOnly: (count) => `${String(count)} 回だけ読めます`,
  notRead: "未読",
  readBy: (names, ago) => `既読: ${names}、${ago}`,
  notHere: (name, kind) =>
    (kind === "agent" ? `${name}さんはまだセキュアメモを開いていません` : `${name}さんはまだヘルプセンターを開いていません`),
  unlock: "メモを開く",
  unlocking: "開いています…",
  willSee: (author) => `開いたことが${author}さんに伝わります`,
  yours: "あなたが書いたメモです",
  onlyAgents: (readers) => `このメモを開けるのは次の人だけです: ${readers}`,
  onlyCustomers: "このメモを開けるのは共有された人だけです",
  used: (author) => `このメモは、${author}さんが許可した回数だけ開かれました`,
  getting: "準備しています",
  gettingWhy: (author) => `このブラウザーの許可を${author}さんに依頼しました。許可されると、ここで開けるようになります。`,
  gettingMine: "このブラウザーにはこのメモの鍵がありません。共有された人、またはあなたの別のブラウザーから許可できます。",
  haveWords: (author) => `${author}さんからの5つの単語があります`,
  takenBack: (author, ago) => `${author}さんがこのメモを取り消しました、${ago}`,
  takenBackByYou: (ago) => `あなたがこのメモを取り消しました、${ago}`,
  deleted: (author, ago) => `${author}さんがこのメモを削除しました、${ago}`,
  deletedByYou: (ago) => `あなたがこのメモを削除しました、${ago}`,
  keysGone: (when) => `このメモの鍵は ${when} に破棄されました。`,
  expired: (author, ago) => `${author}さんのメモの期限が切れました、${ago}`,
  expiredYours: (ago) => `あなたのメモの期限が切れました、${ago}`,
  shredded: (author, ago) => `${author}さんのメモは完全に削除されました、${ago}`,
  shreddedYours: (ago) => `あなたのメモは完全に削除されました、${ago}`,
  usedUp: (author, ago) => `${author}さんのメモは読める回数に達したため削除されました、${ago}`,
  usedUpYours: (ago) => `あなたのメモは読める回数に達したため削除されました、${ago}`,
  expiredUnread: (names, ago) => `あなたのメモは読まれないまま期限が切れました（未読: ${names}）、${ago}`,

  // An open note
  copy: "コピー",
  copied: "コピーしました。使い終わったら、別の何かをコピーしてください。",
  notCopied: "ここではコピーがブロックされています。テキストを選択してコピーしてください。",
  hide: "隠す",
  keepOpen: "開いたままにする",
  keptOpen: "隠すまで開いたままです",
  hidesIn: (seconds) => `${String(seconds)} 秒後に隠れます`,
  noteText: "メモの内容",
  shownNow: "メモを開きました",
  hiddenNow: "メモを隠しました",

  // Deleting
  delete: "削除",
  moreYours: (ago) => `自分のメモのメニュー、${ago}`,

  // The form
  cancel: "キャンセル",

  // The bar
  sharedWith: (names) => `共有しました: ${names}`,
  tookBack: "取り消しました。誰にも通知されていません。",

  // Keys
  doubt: (author) => `${author}さんはこのメモを未確認のブラウザーで書きました。心当たりがない場合は、本人に確認してください。`,

  // States of the whole panel
  partTitle: "このページの一部を読み込めませんでした",
  part: "接続が切れたか、ページを開いている間にセキュアメモが更新されました。失われたものはありません。",
  partAgain: "再び読み込めませんでした。更新が原因の場合はページを再読み込みしてください。保存していない入力内容は失われます。",
  reload: "ページを再読み込み",
  loading: "セキュアメモを読み込んでいます",
  offlineTitle: "接続が切れました",
  offline: "表示内容は最新でない可能性があります。自動的に更新されます。",
  offlineEmpty: "接続が戻ると、ここにセキュアメモが表示されます。",
  retry: "もう一度試す",
  brokenTitle: "セキュアメモを読み込めませんでした",
  broken: "失われたものはありません。もう一度お試しください。繰り返す場合は管理者に連絡してください。",
  busy: "Jira が時間内に応答しませんでした。失われたものはありません。しばらくしてからもう一度お試しください。",
  noRightTitle: "ここではセキュアメモを表示できません",
  noRight: "セキュアメモにはこのリクエストの権限が適用され、あなたにはアクセス権がありません。リンクを送った人に問い合わせてください。",
  signInTitle: "セキュアメモを見るにはログインしてください",
  signIn: "セキュアメモは人と人の間で共有されます。ヘルプセンターにログインして、このリクエストをもう一度開いてください。",
  wrongPlaceTitle: "このページではセキュアメモは閉じたままです",
  wrongPlace: "あなたが誰か、どのリクエストかについて、周りのページの情報とサーバーの情報が一致しません。ページを再読み込みし、変わらない場合は管理者に連絡してください。",
  needsBrowser: "このブラウザーは古く、メモを暗号化できません。更新するか、別のブラウザーを使ってください。",
};
