// The page itself, which is there already: see the index.
import "../notes";
export { LifeFields } from "../panel/LifeFields";
export { lifeWords as words } from "../words/life";
