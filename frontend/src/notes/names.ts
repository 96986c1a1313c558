import type { Account, Person } from "../api/types";

/**
 * Those whom our server showed under another name than the host gives them. Where the host says
 * nothing there is nothing to compare. Pure.
 */
export const misnamed = (people: readonly Pick<Person, "account" | "name">[], told: ReadonlyMap<Account, string> | null): readonly string[] =>
  people.filter(({ account, name }) => told !== null && !account.startsWith("team:") && told.get(account) !== name).map(({ name }) => name);
