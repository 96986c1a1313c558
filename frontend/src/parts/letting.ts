// The page itself, which is there already: see the index.
import "../notes";
export { Letting } from "../notes/letting";
export { LetInList } from "../panel/LetIn";
export { lettingWords as words } from "../words/letting";
