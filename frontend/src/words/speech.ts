import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Speech } from "./notes";

const Current = createContext<Speech | null>(null);

export const SpeechProvider = Current.Provider;

/** What the components of the notes panel speak with. */
export function useSpeech(): Speech {
  const speech = useContext(Current);
  if (speech === null) throw new Error("no words yet");
  return speech;
}
