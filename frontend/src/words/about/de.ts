import type { AboutWords } from "./en";

export const de: AboutWords = {
  title: "So sind Ihre Notizen geschützt",
  sealedTitle: "Hier verschlüsselt",
  sealed: "Ihr Browser verschlüsselt eine Notiz, bevor sie ihn verlässt. Die Schlüssel bleiben in den Browsern der Personen, die Sie gewählt haben.",
  seeTitle: "Was unser Server sieht",
  see: "Wer mit wem teilt, in welcher Anfrage, wann, und ungefähr, wie lang eine Notiz ist.",
  blindTitle: "Was er nicht sehen kann",
  blind: "Den Text. Weder unser Server noch Ihre Administratoren noch Jira können ihn lesen.",
  firstTitle: "Wenn jemand neu ist",
  first: "Sie werden gefragt, bevor ein Browser, den noch niemand kennt, eine Notiz lesen darf. Rufen Sie die Person im Zweifel vorher an.",
  endTitle: "Wenn eine Notiz endet",
  end: "Ihr Text und ihre Schlüssel werden vernichtet. Kopien, die Leser gemacht haben, müssen sie selbst löschen.",
};
