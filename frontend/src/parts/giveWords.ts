// The page itself, which is there already: see the index.
import "../notes";
export { GiveWords as View } from "../panel/GiveWords";
export { pickupWords as words } from "../words/pickup";
