// The page itself, which is there already: see the index.
import "../notes";
// What seals and opens, which has come before there can be files: it stays one file with it.
import "./writing";
export { FilesField } from "../panel/FilesField";
export { NoteFiles } from "../panel/NoteFiles";
export { filesWords as words } from "../words/files";
