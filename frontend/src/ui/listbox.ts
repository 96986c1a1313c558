import type { Person } from "../api/types";

/** The keyboard of a list of choices below a text field. Pure. */
export interface ListState {
  readonly open: boolean;
  /** Index of the choice that Enter takes; -1 for none. */
  readonly active: number;
}

export type ListAct =
  | { readonly does: "nothing" }
  | { readonly does: "move"; readonly to: ListState }
  | { readonly does: "choose"; readonly index: number }
  | { readonly does: "remove-last" };

const nothing: ListAct = { does: "nothing" };

/** What a key does, given the choices and whether the field is empty. */
export function pressed(key: string, state: ListState, count: number, empty: boolean): ListAct {
  const move = (active: number): ListAct => ({ does: "move", to: { open: true, active } });
  switch (key) {
    case "ArrowDown": return count === 0 ? nothing : move((state.open ? state.active + 1 : 0) % count);
    case "ArrowUp": return count === 0 ? nothing : move((state.open && state.active > 0 ? state.active : count) - 1);
    case "Enter": return state.open && state.active >= 0 && state.active < count ? { does: "choose", index: state.active } : nothing;
    case "Escape": return state.open ? { does: "move", to: { open: false, active: -1 } } : nothing;
    case "Backspace": return empty ? { does: "remove-last" } : nothing;
    default: return nothing;
  }
}

/**
 * Of those found for an earlier query, those that still fit: what is on the screen while the next
 * answer is on its way must never be somebody else than was typed.
 */
export function matching(found: readonly Person[], chosen: readonly Person[], query: string): readonly Person[] {
  const words = query.toLocaleLowerCase().split(/\s+/).filter((word) => word !== "");
  const taken = new Set(chosen.map((person) => person.account));
  return found.filter((person) => !taken.has(person.account) && words.every((word) => person.name.toLocaleLowerCase().includes(word)));
}
