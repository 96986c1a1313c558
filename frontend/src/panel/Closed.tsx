import { Button } from "../ui/Button";
import { Icon, type IconName } from "../ui/Icon";
import type { Words } from "../words/en";
import { useSpeech } from "../words/speech";
import type { Phase } from "./model";

type Shut = Exclude<Phase, { is: "loading" } | { is: "ready" } | { is: "away" }>;

interface Message {
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
  readonly again: boolean;
}

function messageOf(phase: Shut, words: Words): Message {
  switch (phase.is) {
    case "signed-out": return { icon: "person", title: words.signInTitle, text: words.signIn, again: false };
    case "no-right": return { icon: "lock", title: words.noRightTitle, text: words.noRight, again: true };
    case "wrong-place": return { icon: "warning", title: words.wrongPlaceTitle, text: words.wrongPlace, again: false };
    case "too-old": return { icon: "warning", title: words.brokenTitle, text: words.needsBrowser, again: false };
    case "failed":
      if (phase.why === "offline") return { icon: "warning", title: words.offlineTitle, text: words.offlineEmpty, again: true };
      return { icon: "warning", title: words.brokenTitle, text: phase.why === "busy" ? words.busy : words.broken, again: true };
  }
}

/** The panel when there is no list to show: what happened, what it means, what to do. */
export function Closed({ phase, retry }: { readonly phase: Shut; readonly retry: () => void }) {
  const { words } = useSpeech();
  const { icon, title, text, again } = messageOf(phase, words);
  return (
    <section class="empty" data-part={phase.is}>
      <span class="empty-glyph"><Icon name={icon} /></span>
      <h1 class="empty-title">{title}</h1>
      <p class="empty-text">{text}</p>
      {again && <Button look="plain" onPress={retry}>{words.retry}</Button>}
    </section>
  );
}
