// The page itself, which is there already: see the index.
import "../notes";
export { AskOnce } from "../panel/AskOnce";
export { DeleteNote } from "../panel/DeleteNote";
export { UnlockFault } from "../panel/UnlockFault";
export { askingWords as words } from "../words/asking";
