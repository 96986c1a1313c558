import type { SubscribingWords } from "./en";

export const de: SubscribingWords = {
  title: "Sichere Notizen abonnieren",
  firstAgent: (site) => `Auf ${site} hat noch niemand aus dem Team eine sichere Notiz hinzugefügt. Nach Ihnen wird dort niemand mehr gefragt.`,
  firstCustomer: (site) => `Auf ${site} hat noch keine Kundin und kein Kunde eine sichere Notiz hinzugefügt. Nach Ihnen wird niemand mehr gefragt.`,
  whatTitle: "Worum es geht",
  what: "Passwörter und Schlüssel werden in Ihrem Browser verschlüsselt. Nur die Personen, die Sie wählen, können sie öffnen, und jede Notiz endet von selbst.",
  whoTitle: "Wer es betreibt",
  who: (server) => `Die App Sichere Notizen auf ${server}. Sie bewahrt die verschlüsselten Notizen auf und wer wann mit wem teilt. Lesen kann sie die Notizen nicht.`,
  consentAgents: "Ich stimme zu, dass die Mitarbeitenden dieser Site sichere Notizen nutzen",
  consentCustomers: "Ich stimme zu, dass Kundinnen und Kunden dieses Hilfecenters sichere Notizen nutzen",
  needConsent: "Setzen Sie den Haken, um zu abonnieren",
  subscribe: "Abonnieren",
  subscribing: "Wird abonniert …",
  waits: "Ihre Notiz wird hinzugefügt, sobald Sie abonniert haben. Mit Abbrechen kommen Sie zu ihr zurück.",
  offline: "Gerade besteht keine Verbindung. Es wurde nichts geändert; versuchen Sie es gleich noch einmal.",
  busy: "Die Antwort kam nicht rechtzeitig. Es wurde nichts geändert; versuchen Sie es gleich noch einmal.",
  failed: "Das hat nicht geklappt. Ihr Text ist noch da; versuchen Sie es noch einmal, oder melden Sie es Ihrer Administration.",
};
