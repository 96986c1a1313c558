// The page itself, which is there already: see the index.
import "../notes";
export { YourBrowsers as View } from "../panel/YourBrowsers";
export { browserWords as words } from "../words/browsers";
export { browsersOf } from "../panel/browsing";
