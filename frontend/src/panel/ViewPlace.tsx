import { useEffect, useId, useRef } from "preact/hooks";
import type { ComponentChildren } from "preact";
import type { Part } from "../parts/part";
import type { ViewPart, ViewProps } from "../parts/views";
import { views } from "../parts/views";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Skeleton } from "../ui/Skeleton";
import { Spoken } from "../ui/Spoken";
import { useSpeech } from "../words/speech";

/** Shows the view that is open. The focus goes back to where it came from once it has closed. */
export function ViewPlace(props: Omit<ViewProps<object>, "close" | "bench" | "words">) {
  const { view, actions } = props;
  const { words } = useSpeech();
  useFocusBack();
  // Which words a view takes is between it and the part it came with.
  const part = views[view.name] as Part<ViewPart<object>>;
  return (
    <Spoken part={part} waiting={<Skeleton label={words.loading} cards={1} />} reload={actions.reload}>
      {({ View }, own: object) => <View {...props} words={own} bench={actions.bench} close={actions.closeView} />}
    </Spoken>
  );
}

interface FrameProps {
  readonly title: string;
  readonly close: () => void;
  readonly children: ComponentChildren;
}

/** What every view looks like from outside: a title that has the focus first, and two ways out. */
export function ViewFrame({ title, close, children }: FrameProps) {
  const { words } = useSpeech();
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section
      class="view" aria-labelledby={id} data-part="view"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        event.preventDefault();
        close();
      }}
    >
      <div class="view-head">
        <h2 class="view-title" id={id} tabIndex={-1} ref={heading}>{title}</h2>
        <Button look="subtle" size="small" onPress={close} label={words.close}><Icon name="cross" /></Button>
      </div>
      {children}
    </section>
  );
}

function useFocusBack() {
  const before = useRef(document.activeElement);
  useEffect(() => () => {
    const from = before.current;
    // After the view is off the page; what took the focus meanwhile keeps it.
    queueMicrotask(() => {
      if (from instanceof HTMLElement && from.isConnected && document.activeElement === document.body) from.focus();
    });
  }, []);
}
