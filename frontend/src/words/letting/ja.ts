import type { LettingWords } from "./en";

export const ja: LettingWords = {
  firstTitle: (name, kind) =>
    (kind === "agent" ? `${name}さんが初めてセキュアメモを開きました` : `${name}さんが初めてヘルプセンターを開きました`),
  firstBody: (key) => `${key} のセキュアメモを読めるようにするには、あなたがこのブラウザーを許可する必要があります。`,
  newBrowserTitle: (name) => `${name}さんが未確認のブラウザーを使っています`,
  newBrowserBody: (key) => `このブラウザーが ${key} のセキュアメモの閲覧を求めています。本人かどうか確かでない場合は、先に確認してください。`,
  letInName: (name) => `${name}さんを許可`,
  checkFirst: "先に確認する",
  checkWith: (name) => `先に${name}さんに確認する`,
  lettingIn: (name) => `${name}さんを許可しています…`,
  letInDone: (name) => `${name}さんがメモを読めるようになりました`,
  letInFailed: (name) => `${name}さんを許可できませんでした。もう一度お試しください。`,
  letInNoKey: (name) => `ここで一度このメモを開くと、${name}さんを許可できるようになります。`,
  checkHow: (name) => `${name}さんに電話するか、直接「今リクエストを開きましたか」と尋ねてください。「はい」と答えた場合だけ許可してください。`,
};
