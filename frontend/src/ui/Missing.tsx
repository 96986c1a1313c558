import { useSpeech } from "../words/speech";
import { Banner } from "./Banner";
import { Button } from "./Button";

interface MissingProps {
  /** How often it has failed: trying again comes first, as reloading loses what was typed. */
  readonly failures: number;
  readonly busy: boolean;
  readonly retry: () => void;
  readonly reload: () => void;
}

/** Said where a part of the page did not come: the connection broke, or its release is gone. */
export function Missing({ failures, busy, retry, reload }: MissingProps) {
  const { words } = useSpeech();
  const buttons = (
    <>
      <Button onPress={retry} busy={busy}>{words.retry}</Button>
      {failures > 1 && <Button look="subtle" onPress={reload}>{words.reload}</Button>}
    </>
  );
  return (
    <Banner tone="warning" kind="part" title={words.partTitle} actions={buttons}>
      <span role="alert">{failures > 1 ? words.partAgain : words.part}</span>
    </Banner>
  );
}
