// The page itself, which is there already: see the index.
import "../notes";
export { Writing } from "../notes/writing";
export { AddForm } from "../panel/AddForm";
export { AddedBar } from "../panel/AddedBar";
export { writingWords as words } from "../words/writing";
