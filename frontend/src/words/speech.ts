import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { en, type Words } from "./en";
import { formatsFor, knownLocale, type Formats } from "./when";

/** What the components speak with. */
export interface Speech {
  readonly words: Words;
  readonly formats: Formats;
}

/** Words and formats of one language. Dates follow the reader's language even before words do. */
export function speechFor(tag: string): Speech {
  const words = en;
  return { words, formats: formatsFor(knownLocale(tag), words.justNow) };
}

const Current = createContext<Speech>(speechFor("en"));

export const SpeechProvider = Current.Provider;
export const useSpeech = (): Speech => useContext(Current);
