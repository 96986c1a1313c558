/** What is asked before the first note of the agents, or of the customers, in English. */
export const en = {
  title: "Subscribe to Secure Notes",
  firstAgent: (site: string) => `You are the first agent to add a secure note on ${site}. No other agent is asked this.`,
  firstCustomer: (site: string) => `You are the first customer to add a secure note on ${site}. No other customer is asked this.`,
  whatTitle: "What it is",
  what: "Passwords and keys are encrypted in your browser. Only the people you choose can open them, and every note ends by itself.",
  whoTitle: "Who runs it",
  who: (server: string) => `The Secure Notes app, on ${server}. It keeps the encrypted notes, who shares with whom and when. It cannot read them.`,
  consentAgents: "I agree that agents of this site use Secure Notes",
  consentCustomers: "I agree that customers of this help centre use Secure Notes",
  needConsent: "Tick the box to subscribe",
  subscribe: "Subscribe",
  subscribing: "Subscribing…",
  waits: "Your note is added as soon as you have subscribed. Cancel takes you back to it.",
  offline: "There is no connection right now. Nothing was changed; try again in a moment.",
  busy: "The answer did not come in time. Nothing was changed; try again in a moment.",
  failed: "That did not work. Your text is still here; try again, or tell your administrator.",
};

export type SubscribingWords = typeof en;
