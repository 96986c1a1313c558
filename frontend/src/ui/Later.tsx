import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Part } from "../parts/part";
import { Missing } from "./Missing";

interface LaterProps<T> {
  readonly part: Part<T>;
  /** What stays as long as it has not come. */
  readonly before?: ComponentChildren;
  /** What stands in its place while it comes. */
  readonly waiting: ComponentChildren;
  /** Loads the whole page around anew. */
  readonly reload: () => void;
  readonly children: (part: T) => ComponentChildren;
}

/** Shows what lies in another part, at once where that has come already; a way out where it does not come. */
export function Later<T>({ part, before, waiting, reload, children }: LaterProps<T>) {
  const [failures, setFailures] = useState(0);
  const [trying, setTrying] = useState(true);
  const [, redraw] = useState(0);
  useEffect(() => {
    if (part.here !== null || !trying) return undefined;
    let current = true;
    part.load().then(
      () => { if (current) redraw((n) => n + 1); },
      () => { if (current) { setFailures((n) => n + 1); setTrying(false); } },
    );
    return () => {
      current = false;
    };
  }, [part, trying]);
  if (part.here !== null) return <>{children(part.here)}</>;
  return (
    <>
      {before}
      {failures === 0 ? waiting : <Missing failures={failures} busy={trying} retry={() => { setTrying(true); }} reload={reload} />}
    </>
  );
}
