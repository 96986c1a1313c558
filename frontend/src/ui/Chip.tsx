import type { ComponentChildren } from "preact";
import { Icon } from "./Icon";

interface ChipProps {
  readonly children: ComponentChildren;
  readonly remove?: { readonly label: string; readonly press: () => void };
}

export function Chip({ children, remove }: ChipProps) {
  return (
    <span class={remove ? "chip chip-removable" : "chip"}>
      <span class="chip-text">{children}</span>
      {remove && (
        <button type="button" class="chip-remove" aria-label={remove.label} onClick={remove.press}>
          <Icon name="cross" />
        </button>
      )}
    </span>
  );
}
