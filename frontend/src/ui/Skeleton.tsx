/** The real layout of two cards, without content. */
export function Skeleton({ label }: { readonly label: string }) {
  return (
    <div class="skeleton" role="status">
      <span class="unseen">{label}</span>
      {[0, 1].map((n) => (
        <div class="card" key={n} aria-hidden="true">
          <span class="bone bone-glyph" />
          <div class="card-body">
            <span class="bone bone-line" />
            <span class="bone bone-short" />
          </div>
          <span class="bone bone-button" />
        </div>
      ))}
    </div>
  );
}
