// The page itself, which is there already: see the index.
import "../notes";
export { ExpireSooner as View } from "../panel/ExpireSooner";
export { lifeWords as words } from "../words/life";
