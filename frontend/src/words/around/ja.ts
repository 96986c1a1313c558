import type { AroundWords } from "./en";

export const ja: AroundWords = {
  archived: "この課題はアーカイブされています。メモは読めますが、新しいメモは追加できません。",
  notInPortal: "このリクエストはポータルに表示されなくなったため、お客様はメモを開けません。",
  duplicate: (count) => `この課題の重複としてクローズされた課題に、メモが ${String(count)} 件あります:`,

  lockedTitle: "この課題は現在見つかりません",
  locked: "プロジェクトがゴミ箱にある場合は、プロジェクトが元に戻るとメモも戻ります。",
  leftTitle: "このリクエストはポータルに表示されなくなりました",
  left: "メモは残っています。必要な場合はサポートチームにお問い合わせください。",

  gone: (names) => `${names}はこのリクエストを見られなくなりました`,
  moved: (name) => `${name}には新しいアカウントがあります。追加しない限り、そのアカウントではこのメモを読めません`,
};
