/** What the panel says about itself, in English. */
export const en = {
  title: "How your notes are kept safe",
  sealedTitle: "Encrypted here",
  sealed: "Your browser encrypts a note before it leaves it. The keys stay in the browsers of the people you chose.",
  seeTitle: "What our server sees",
  see: "Who shares with whom, on which request, when, and roughly how long a note is.",
  blindTitle: "What it cannot see",
  blind: "The text. Not our server, not your administrator and not Jira can read it.",
  firstTitle: "When someone is new",
  first: "You are asked before a browser that nobody has met may read a note. If in doubt, call the person first.",
  endTitle: "When a note ends",
  end: "Its text and its keys are destroyed. Copies that readers made are theirs to delete.",
};

export type AboutWords = typeof en;
