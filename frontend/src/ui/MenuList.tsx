import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

/** One line of a menu. */
export interface Entry {
  readonly name: string;
  readonly text: string;
  readonly danger?: boolean;
  readonly press: () => void;
}

interface MenuProps {
  readonly label: string;
  readonly entries: readonly Entry[];
  /** `back` where the focus returns to the button. */
  readonly close: (back: boolean) => void;
}

/** Which entry a key leads to; null where it leads nowhere. Pure. */
export function leads(key: string, now: number, texts: readonly string[]): number | null {
  const count = texts.length;
  switch (key) {
    case "ArrowDown": return (now + 1) % count;
    case "ArrowUp": return (now - 1 + count) % count;
    case "Home": return 0;
    case "End": return count - 1;
    default: break;
  }
  // Names of keys are longer than what one types.
  if (key.length > 2 || key === " ") return null;
  const turn = [...texts.keys()].map((step) => (now + 1 + step) % count);
  return turn.find((at) => texts[at]?.toLocaleLowerCase().startsWith(key.toLocaleLowerCase()) === true) ?? null;
}

/** The open list of a menu button (WAI-ARIA menu pattern). */
export function MenuList({ label, entries, close }: MenuProps) {
  const place = useRef<HTMLUListElement>(null);
  const items = () => [...place.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? []];
  useLayoutEffect(() => items()[0]?.focus(), []);
  useEffect(() => {
    const elsewhere = (event: Event) => {
      if (event.target instanceof Node && place.current?.closest(".menu-place")?.contains(event.target) !== true) close(false);
    };
    document.addEventListener("pointerdown", elsewhere);
    globalThis.addEventListener("blur", elsewhere);
    return () => {
      document.removeEventListener("pointerdown", elsewhere);
      globalThis.removeEventListener("blur", elsewhere);
    };
  }, [close]);
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "Escape" || event.key === "Tab") {
      if (event.key === "Escape") event.preventDefault();
      close(event.key === "Escape");
      return;
    }
    const now = items().findIndex((item) => item === document.activeElement);
    const to = leads(event.key, now, entries.map((entry) => entry.text));
    if (to === null) return;
    event.preventDefault();
    items()[to]?.focus();
  };
  return (
    <div class="menu-row"><ul class="menu" role="menu" aria-label={label} ref={place} onKeyDown={pressed} data-part="menu">
      {entries.map((entry) => (
        <li key={entry.name} role="none">
          <button
            type="button" role="menuitem" tabIndex={-1} data-entry={entry.name} class={entry.danger === true ? "menu-item menu-danger" : "menu-item"}
            onClick={() => { close(true); entry.press(); }}
          >
            {entry.text}
          </button>
        </li>
      ))}
    </ul></div>
  );
}
