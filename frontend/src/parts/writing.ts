export { Writing } from "../notes/writing";
export { AddForm } from "../panel/AddForm";
export { AddedBar } from "../panel/AddedBar";
