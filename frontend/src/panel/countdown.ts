/** How long an opened note stays on the screen. */
export const SHOWN_SECONDS = 60;

/** How long it stays once the person has turned to another tab. */
export const AWAY_SECONDS = 20;

/** What is left of a countdown: whole seconds, and the part of the ring that is still drawn. */
export function left(until: number, now: number, whole: number): { readonly seconds: number; readonly part: number } {
  const seconds = Math.max(0, until - now);
  return { seconds: Math.ceil(seconds), part: Math.min(1, seconds / whole) };
}

/** The end of showing when the page is left: sooner than planned, never later, even if kept open. */
export const afterLeaving = (until: number | null, now: number): number =>
  Math.min(until ?? Number.POSITIVE_INFINITY, now + AWAY_SECONDS);
