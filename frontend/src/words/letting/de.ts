import type { LettingWords } from "./en";

export const de: LettingWords = {
  firstTitle: (name, kind) =>
    (kind === "agent" ? `${name} hat zum ersten Mal sichere Notizen geöffnet` : `${name} ist zum ersten Mal im Help Center`),
  firstBody: (key) => `Damit die sichere Notiz in ${key} gelesen werden kann, müssen Sie den Browser dieser Person zulassen.`,
  newBrowserTitle: (name) => `${name} verwendet einen Browser, den wir nicht kennen`,
  newBrowserBody: (key) => `Er möchte die sichere Notiz in ${key} lesen. Wenn Sie nicht sicher sind, wer davor sitzt, fragen Sie zuerst nach.`,
  letInName: (name) => `${name} zulassen`,
  checkFirst: "Zuerst nachfragen",
  checkWith: (name) => `Zuerst bei ${name} nachfragen`,
  lettingIn: (name) => `${name} wird zugelassen …`,
  letInDone: (name) => `${name} kann die Notiz jetzt lesen`,
  letInFailed: (name) => `${name} konnte nicht zugelassen werden. Versuchen Sie es noch einmal.`,
  letInNoKey: (name) => `Öffnen Sie diese Notiz hier einmal, dann können Sie ${name} zulassen.`,
  checkHow: (name) =>
    `Rufen Sie ${name} an oder fragen Sie persönlich: „Haben Sie gerade die Anfrage geöffnet?“ Lassen Sie die Person nur zu, wenn sie Ja sagt.`,
};
