import type { PanelState } from "../api/types";
import type { Client } from "../api/client";

interface Asking {
  readonly client: Client;
  readonly state: () => PanelState | null;
  readonly show: (state: PanelState) => void;
}

/** Whether somebody has subscribed, asked anew where nobody had when this page last looked. */
export async function isSubscribed(bench: Asking): Promise<boolean> {
  if (bench.state()?.subscribed === true) return true;
  const state = await bench.client.state();
  bench.show(state);
  return state.subscribed;
}
