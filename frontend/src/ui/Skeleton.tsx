interface SkeletonProps {
  /** What a screen reader hears; nothing while there are no words yet. */
  readonly label: string;
  readonly cards?: number;
}

/** The real layout of cards, without content. */
export function Skeleton({ label, cards = 2 }: SkeletonProps) {
  return (
    <div class="skeleton" role="status">
      <span class="unseen">{label}</span>
      {Array.from({ length: cards }, (_, n) => (
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
