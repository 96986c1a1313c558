import { type ComponentChildren, createContext } from "preact";
import { useContext, useMemo } from "preact/hooks";
import { Part } from "../parts/part";
import { type Bring, wordsOf } from "../words/languages";
import { useSpeech } from "../words/speech";
import { Later } from "./Later";

/** A part that brings words of its own. */
export interface Speaking<W extends object> {
  readonly words: Bring<W>;
}

const Own = createContext<{ readonly of: unknown; readonly words: object } | null>(null);

/** The words `of` the part that a component lies in. */
export function useOwn<W extends object>(of: Bring<W>): W {
  const own = useContext(Own);
  if (own?.of !== of) throw new Error("a component stands outside the part whose words it speaks");
  return own.words as W;
}

interface SpokenProps<W extends object, T extends Speaking<W>> {
  readonly part: Part<T>;
  readonly before?: ComponentChildren;
  readonly waiting: ComponentChildren;
  readonly reload: () => void;
  readonly children: (part: T, words: W) => ComponentChildren;
}

/** Shows what lies in another part, once it and its words in the reader's language have come. */
export function Spoken<W extends object, T extends Speaking<W>>({ part, children, ...around }: SpokenProps<W, T>) {
  const { locale } = useSpeech();
  const whole = useMemo(() => new Part(async () => {
    const here = await part.load();
    return [here, await wordsOf(here.words, locale)] as const;
  }), [part, locale]);
  return <Later part={whole} {...around}>{([here, words]) => <Own.Provider value={{ of: here.words, words }}>{children(here, words)}</Own.Provider>}</Later>;
}
