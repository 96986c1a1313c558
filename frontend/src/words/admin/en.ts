/** Every sentence of the admin pages, in English. */
export const en = {
  overview: "Overview",
  overviewLead: "Share passwords and keys in requests. They are encrypted in the browser; the server cannot read them.",
  overviewWorks: "Secure notes work on this site",
  overviewWorksBody: "They appear under Activity in every issue, and on requests in the portal. There is nothing to set up.",
  overviewReach: "Your login reached the bridge",
  overviewReachBody: (site: string) => `This page was signed by ${site} and checked a moment ago.`,
  overviewKey: "This browser keeps a key",
  overviewKeyBody: "You can read notes shared with you with one click.",
  overviewNoKey: "This browser keeps no key",
  overviewNoKeyBody: "It blocks storage for embedded pages. Notes still open, but someone has to let you in after each reload.",
  overviewLimits: "What we can and cannot see",
  overviewCan: "We see who shares with whom, when, and roughly how long a note is.",
  overviewCannot: "We cannot see what is in a note. Keys never leave the browsers of its readers.",
  overviewUnreachable: "The bridge did not answer",
  overviewUnreachableBody: "Notes cannot be opened until it does. Nothing is lost.",
  subscribed: "Agents and customers have subscribed",
  subscribedBody: "Everybody who can see a request can add a secure note to it. Nobody is asked any more.",
  unsubscribed: "Nobody has subscribed yet",
  agentsUnsubscribed: "Agents have not subscribed yet",
  customersUnsubscribed: "Customers have not subscribed yet",
  unsubscribedBody: "The first of them is asked once, before their first note. You can answer for agents and customers here.",
  subscribe: "Subscribe for everybody",
  subscribing: "Subscribing…",
  subscribeFailed: "That did not work. Nothing was changed; try again.",
};

export type AdminWords = typeof en;
