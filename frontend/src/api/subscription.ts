import type { Client } from "./client";

export interface Subscriptions {
  readonly agents: boolean;
  readonly customers: boolean;
}

const PATH = "/api/subscription";

/** Subscribes those like the caller; both, for an administrator of the site. Again changes nothing. */
export const subscribe = (client: Client, audience?: "both"): Promise<void> =>
  client.call("POST", PATH, audience === undefined ? {} : { audience });

/** Who is subscribed; for administrators of the site. */
export const subscriptions = (client: Client): Promise<Subscriptions> => client.call("GET", PATH);
