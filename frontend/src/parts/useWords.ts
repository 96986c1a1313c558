// The page itself, which is there already: see the index.
import "../notes";
export { UseWords as View } from "../panel/UseWords";
export { pickupWords as words } from "../words/pickup";
