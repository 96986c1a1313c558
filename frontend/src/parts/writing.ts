// The page itself, which is there already: see the index.
import "../notes";
export { Adding } from "../panel/adding";
export { AddNote } from "../panel/AddNote";
export { AddedBar } from "../panel/AddedBar";
export { writingWords as words } from "../words/writing";
