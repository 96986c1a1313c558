import type { Person } from "../src/api/types";

/** The people of the stage, those of the playground. */
export const niro = "712020:niro";
export const nero = "712020:nero";
export const ada = "712020:ada";
export const jonathan = "qm:jonathan";
export const ana = "qm:ana";
export const kofi = "qm:kofi";

const person = (account: string, name: string, kind: Person["kind"], hasKey: boolean, onRequest = true): Person =>
  ({ account, name, kind, avatar: null, active: true, hasKey, onRequest });

export const people: Readonly<Record<string, Person>> = {
  [niro]: person(niro, "Niro Fernando", "agent", true),
  [nero]: person(nero, "Nero Silva", "agent", true),
  [ada]: person(ada, "Ada Boss", "agent", true),
  [jonathan]: person(jonathan, "Jonathan Meyer", "customer", false),
  [ana]: person(ana, "Ana Duarte", "customer", true),
  [kofi]: person(kofi, "Kofi-Annan-Of-The-Very-Long-Name-Without-Any-Space-In-It-At-All", "customer", false, false),
};

export const tenant = "AAAAAAAAAAAAAAAAAAAAAA";
export const issue = { id: "10001", key: "ITH-1", project: "10000" };
