export { Letting } from "../notes/letting";
export { LetInList } from "../panel/LetIn";
