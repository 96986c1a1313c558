// The page itself, which is there already: see the index.
import "../notes";
export { Subscribe } from "../panel/Subscribe";
export { subscribingWords as words } from "../words/subscribing";
