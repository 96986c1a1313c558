import { useLayoutEffect, useRef } from "preact/hooks";
import { aloneIn, turnIn } from "./alone";

/** For a question over a card: the focus begins on `quiet`, stays inside, and goes back to where it came from. Escape is `keep`. */
export function useAsking(keep: () => void) {
  const place = useRef<HTMLDivElement>(null);
  const quiet = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    const dialog = place.current;
    if (dialog === null) return undefined;
    const before = document.activeElement;
    const release = aloneIn(dialog);
    quiet.current?.focus();
    return () => {
      release();
      // The text, and its buttons with it, may have been hidden meanwhile.
      const back = before instanceof HTMLElement && before !== document.body && before.isConnected ? before : dialog.parentElement?.querySelector("button");
      back?.focus();
    };
  }, []);
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key === "Escape") keep();
      else if (event.key === "Tab" && place.current !== null) turnIn(place.current, event);
    };
    document.addEventListener("keydown", pressed);
    return () => {
      document.removeEventListener("keydown", pressed);
    };
  }, [keep]);
  return { place, quiet };
}
