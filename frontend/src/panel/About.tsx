import type { ViewProps } from "../parts/views";
import type { AboutWords } from "../words/about/en";
import { ViewFrame } from "./ViewPlace";

/** What is encrypted where, and who sees what. */
export function About({ words, close }: ViewProps<AboutWords>) {
  const lines = [
    [words.sealedTitle, words.sealed], [words.seeTitle, words.see], [words.blindTitle, words.blind],
    [words.firstTitle, words.first], [words.endTitle, words.end],
  ] as const;
  return (
    <ViewFrame title={words.title} close={close}>
      <dl class="about">
        {lines.map(([title, text]) => <div key={title}><dt>{title}</dt><dd>{text}</dd></div>)}
      </dl>
    </ViewFrame>
  );
}
