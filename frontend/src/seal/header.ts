import { decode } from "./base64";
import { Members, asText } from "./jcs";
import { checkHash, checkId, checkNumber, checkParty, checkReader, isApp, isTeam } from "./party";
import { reject } from "./rejected";

const PROTECTED = 24_576;
const READERS = 50;
const OPENS = 1000;
/** 366 days. */
const LONGEST = 31_622_400;
const FILLS = ["author", "readers"] as const;

export type Fill = (typeof FILLS)[number];
export type Place = { readonly issue: string } | { readonly intake: string };

/** What every part of a note is bound to; never changes. Text members as they stand in JSON. */
export interface Header {
  readonly id: string;
  readonly tenant: string;
  readonly place: Place;
  readonly by: { readonly a: string; readonly kid: string };
  /** Accounts and `team:` project ids, sorted. */
  readonly readers: readonly string[];
  readonly fill: Fill;
  readonly opens?: number;
  readonly ask?: string;
  /** Seconds. */
  readonly iat: number;
  readonly exp: number;
  readonly com: string;
  readonly oth: string;
}

export function parseHeader(protectedText: string): Header {
  if (protectedText.length > PROTECTED) reject("too-large");
  const outer = Members.parseBytes(decode(protectedText), PROTECTED);
  const enc = outer.text("enc");
  const typ = outer.text("typ");
  const note = outer.object("note");
  outer.end();
  if (enc !== "A256GCM") reject("algorithm");
  if (typ !== "deskbridge-note+jwe") reject("typ");
  const header = parseNote(note);
  check(header);
  return header;
}

function parseNote(note: Members): Header {
  note.version();
  const by = note.object("by");
  const author = { a: checkParty(by.text("a")), kid: checkHash(by.text("kid")) };
  by.end();
  const ask = note.optional("ask", checkHash);
  const opens = note.has("opens") ? note.integer("opens") : undefined;
  if (opens !== undefined && (opens < 1 || opens > OPENS)) reject("member");
  const header: Header = {
    id: checkId(note.text("id")),
    tenant: checkId(note.text("tenant")),
    place: parsePlace(note.object("place")),
    by: author,
    readers: note.list("readers").map((reader) => checkReader(asText(reader))),
    fill: note.oneOf("fill", FILLS),
    ...(opens === undefined ? {} : { opens }),
    ...(ask === undefined ? {} : { ask }),
    iat: note.integer("iat"),
    exp: note.integer("exp"),
    com: checkHash(note.text("com")),
    oth: checkHash(note.text("oth")),
  };
  note.end();
  return header;
}

function parsePlace(place: Members): Place {
  const found = place.has("intake") ? { intake: checkId(place.text("intake")) } : { issue: checkNumber(place.text("issue")) };
  place.end();
  return found;
}

function check(header: Header): void {
  if (isApp(header.by.a) && header.by.a !== `app:${header.tenant}`) reject("account");
  const { readers } = header;
  // All ASCII, where comparing text compares bytes.
  const sorted = readers.every((reader, i) => i === 0 || (readers[i - 1] ?? "") < reader);
  if (readers.length < 1 || readers.length > READERS || !sorted || readers.includes(header.by.a)) reject("readers");
  if (header.exp <= header.iat || header.exp > header.iat + LONGEST) reject("time");
}

export const issueOf = (header: Header): string | null => ("issue" in header.place ? header.place.issue : null);
export const hasTeam = (header: Header): boolean => header.readers.some(isTeam);
