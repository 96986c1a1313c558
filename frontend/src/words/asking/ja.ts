import type { AskingWords } from "./en";

export const ja: AskingWords = {
  onceAsk: "このメモを開けるのは 1 回だけです",
  onceWhat: "内容を控えられるときに読んでください。その後は開けません。",
  onceRead: "今読む",
  onceNot: "あとで",

  deleteAsk: "全員に対してこのメモを削除しますか?",
  deleteWhat: (names) => `次の人はこのメモを開けなくなり、誰にも元に戻せません: ${names}`,
  deleting: "削除しています…",
  deleteOffline: "現在接続がないため、メモがまだ残っている可能性があります。しばらくしてからもう一度お試しください。",
  deleteBusy: "Jira に確認できなかったため、メモがまだ残っている可能性があります。しばらくしてからもう一度お試しください。",
  deleteRight: "このメモを削除する権限がなくなりました。何も変更されていません。",
  deleteGone: "このメモはもうここにありません。",
  deleteFailed: "削除できなかったため、メモがまだ残っている可能性があります。もう一度お試しください。繰り返す場合は管理者に連絡してください。",
};
