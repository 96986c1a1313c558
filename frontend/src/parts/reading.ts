export { OpenNote } from "../panel/OpenNote";
export { acceptSite, openRoom } from "../panel/room";
