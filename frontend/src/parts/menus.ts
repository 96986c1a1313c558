// The page itself, which is there already: see the index.
import "../notes";
export { cardEntries, panelEntries } from "../panel/menus";
export { MenuList } from "../ui/MenuList";
export { menuWords as words } from "../words/menus";
