// The page itself, which is there already: see the index.
import "../notes";
export { About as View } from "../panel/About";
export { aboutWords as words } from "../words/about";
