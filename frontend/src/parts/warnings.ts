// The page itself, which is there already: see the index.
import "../notes";
export { Warnings } from "../panel/Warnings";
export { warningWords as words } from "../words/warnings";
