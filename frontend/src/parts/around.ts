// The page itself, which is there already: see the index.
import "../notes";
export { Around } from "../panel/Around";
export { aroundWords as words } from "../words/around";
