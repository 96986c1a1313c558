import { pluralsOf } from "../when";

const plural = pluralsOf("en");

/** The files of a note, in English. */
export const en = {
  files: "Files",
  choose: "Add files",
  drop: (size: string) => `Or drop them here: up to 20 files, ${size} together`,
  remove: (name: string) => `Remove ${name}`,
  tooMany: "A note has 20 files at most",
  tooLarge: (size: string) => `These files are larger than ${size} together`,
  named: "A name is too long, or has characters that no file may have",
  sending: (percent: number) => `Encrypting and sending files: ${String(percent)} %`,
  count: (count: number) => plural(count, { one: "1 file in this note", other: `${String(count)} files in this note` }),
  save: "Save",
  saveOf: (name: string) => `Save ${name}`,
  fetching: (percent: number) => `${String(percent)} %`,
  stop: "Stop",
  stopOf: (name: string) => `Stop fetching ${name}`,
  saved: (name: string) => `${name} was handed to your browser to save`,
  failedOffline: (name: string) => `${name} could not be fetched: there is no connection. Try again in a moment.`,
  failedClosed: (name: string) => `${name} can be fetched for a quarter of an hour after opening. Hide the note and unlock it again.`,
  failedGone: (name: string) => `${name} no longer exists.`,
  failed: (name: string) => `${name} could not be opened. Nothing was saved. Ask the author for a new note if it keeps happening.`,
};

export type FilesWords = typeof en;
