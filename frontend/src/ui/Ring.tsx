const LENGTH = 2 * Math.PI * 7;

/** A ring that empties; the words beside it say the same. */
export function Ring({ part }: { readonly part: number }) {
  return (
    <svg class="ring" viewBox="0 0 18 18" width="18" height="18" aria-hidden="true" focusable="false">
      <circle class="ring-track" cx="9" cy="9" r="7" fill="none" stroke-width="2" />
      <circle
        class="ring-rest" cx="9" cy="9" r="7" fill="none" stroke-width="2" stroke-linecap="round"
        stroke-dasharray={`${String(LENGTH * part)} ${String(LENGTH)}`} transform="rotate(-90 9 9)"
      />
    </svg>
  );
}
