// The page itself, which is there already: see the index.
import "../notes";
export { OpenNote } from "../panel/OpenNote";
export { acceptSite, openRoom } from "../panel/room";
