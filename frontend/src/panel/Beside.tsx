import { parts } from "../parts";
import { Spoken } from "../ui/Spoken";
import type { AroundProps } from "./Around";

/** What few panels have to say, with words of its own. */
export const Beside = ({ reload, ...about }: AroundProps & { readonly reload: () => void }) => (
  <Spoken part={parts.around} waiting={null} reload={reload}>{({ Around }) => <Around {...about} />}</Spoken>
);
