import type { AdminWords } from "./en";

export const ja: AdminWords = {
  overview: "概要",
  overviewLead: "パスワードや鍵をリクエストの中で共有できます。内容はブラウザーで暗号化され、サーバーには読めません。",
  overviewWorks: "このサイトでセキュアメモを使えます",
  overviewWorksBody: "すべての課題の「アクティビティ」と、ポータルのリクエストに表示されます。設定は必要ありません。",
  overviewReach: "ログインがブリッジに届きました",
  overviewReachBody: (site) => `このページは ${site} によって署名され、たった今確認されました。`,
  overviewKey: "このブラウザーには鍵が保存されています",
  overviewKeyBody: "あなたに共有されたメモをワンクリックで読めます。",
  overviewNoKey: "このブラウザーには鍵を保存できません",
  overviewNoKeyBody: "埋め込みページの保存領域がブロックされています。メモは開けますが、再読み込みのたびに誰かの許可が必要です。",
  overviewLimits: "私たちに見えるもの、見えないもの",
  overviewCan: "誰が誰といつ共有したか、メモのおおよその長さは見えます。",
  overviewCannot: "メモの内容は見えません。鍵が読者のブラウザーの外に出ることはありません。",
  overviewUnreachable: "ブリッジが応答しませんでした",
  overviewUnreachableBody: "応答があるまでメモは開けません。失われたものはありません。",
};
