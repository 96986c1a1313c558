import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";

/** A moment in few words. All of it, with its time zone, on hover, on focus, and to screen readers; Escape puts that away. */
export function Moment({ exact, children }: { readonly exact: string; readonly children: ComponentChildren }) {
  const id = useId();
  const [away, put] = useState(false);
  const again = () => { put(false); };
  return (
    <span
      class={away ? "moment moment-away" : "moment"} tabIndex={0} aria-describedby={id}
      onKeyDown={(event) => { if (event.key === "Escape") put(true); }} onBlur={again} onPointerLeave={again}
    >
      {children}
      <span class="moment-exact" role="tooltip" id={id}>{exact}</span>
    </span>
  );
}
