import type { NoteTrouble } from "../notes/failure";
import { useOwn } from "../ui/Spoken";
import { askingWords } from "../words/asking";

/** Why a note did not open. One message for everything that does not check out. */
export function UnlockFault({ why }: { readonly why: NoteTrouble }) {
  const words = useOwn(askingWords);
  const text = (() => {
    switch (why) {
      case "busy": return words.failedBusy;
      case "no-right": case "signed-out": return words.failedRight;
      case "gone": return words.failedGone;
      case "offline": return words.failedOffline;
      default: return words.failed;
    }
  })();
  return <p class="fault" role="alert">{text}</p>;
}
