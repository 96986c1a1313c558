// The page itself, which is there already: see the index.
import "../notes";
export { KeyHistory as View } from "../panel/KeyHistory";
export { historyWords as words } from "../words/history";
