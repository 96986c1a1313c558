import { EFF_LONG_WORDLIST } from "secure-password-utilities/wordlists";

/** The large list of the Electronic Frontier Foundation, CC BY 3.0 US: 7,776 English words that are told apart by ear. */
export const LIST: readonly string[] = EFF_LONG_WORDLIST;

/** Words of a code. */
export const COUNT = 5;
const OFFERED = 3;

const known = new Set(LIST);
/** Words with a hyphen by their letters: nobody says the hyphen. */
const joined = new Map(LIST.filter((word) => word.includes("-")).map((word) => [word.replace("-", ""), word]));

/** One word as it was typed. */
export type Typed =
  | { readonly is: "word"; readonly word: string }
  /** Not of the list; words of it that may be meant, nearest first. */
  | { readonly is: "strange"; readonly typed: string; readonly meant: readonly string[] };

/** Five words, each drawn on its own and evenly. */
export function draw(random: (length: number) => Uint8Array): string[] {
  const words: string[] = [];
  // Numbers that would make some words likelier than others are drawn anew.
  const even = 65_536 - (65_536 % LIST.length);
  while (words.length < COUNT) {
    const [high = 0, low = 0] = random(2);
    const number = high * 256 + low;
    const word = number < even ? LIST[number % LIST.length] : undefined;
    if (word !== undefined) words.push(word);
  }
  return words;
}

/** What was typed, word by word, whatever stands between them. The last one may not be finished. Pure. */
export function read(text: string): readonly Typed[] {
  const tokens = text.normalize("NFKC").toLowerCase().split(/[^a-z]+/).filter((token) => token !== "");
  const open = /[a-z]$/i.test(text);
  const out: Typed[] = [];
  for (let i = 0; i < tokens.length; i += 1) {
    const token = tokens[i] ?? "";
    const pair = joined.get(token + (tokens[i + 1] ?? ""));
    const word = joined.get(token) ?? (known.has(token) ? token : undefined);
    if (pair !== undefined && !known.has(token)) {
      out.push({ is: "word", word: pair });
      if (!joined.has(token)) i += 1;
    } else if (word !== undefined) out.push({ is: "word", word });
    else out.push({ is: "strange", typed: token, meant: near(token, open && i === tokens.length - 1) });
  }
  return out;
}

/** The text with the strange word at `index` replaced by one of the list. Pure. */
export const put = (typed: readonly Typed[], index: number, word: string): string =>
  typed.map((one, at) => (at === index ? word : one.is === "word" ? one.word : one.typed)).join(" ") + " ";

/** The five words, once all of them are of the list; else null. Pure. */
export function whole(typed: readonly Typed[]): string | null {
  const words = typed.flatMap((one) => (one.is === "word" ? [one.word] : []));
  return words.length === COUNT && typed.length === COUNT ? words.join(" ") : null;
}

function near(token: string, open: boolean): readonly string[] {
  const most = token.length < 5 ? 1 : 2;
  const starting = open && token.length > 1 ? LIST.filter((word) => word.startsWith(token)) : [];
  const misspelt = LIST.filter((word) => Math.abs(word.length - token.length) <= most)
    .map((word) => [distance(token, word, most), word] as const)
    .filter(([far]) => far <= most)
    .sort(([a], [b]) => a - b)
    .map(([, word]) => word);
  return [...new Set([...misspelt.slice(0, OFFERED), ...starting])].slice(0, OFFERED);
}

/** Letters to change, add, leave out or swap with their neighbour; more than `most` is as good as `most` + 1. */
function distance(a: string, b: string, most: number): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, (before[j - 2] ?? 0) + 1);
      next.push(least);
    }
    if (Math.min(...next) > most) return most + 1;
    before = row;
    row = next;
  }
  return row[b.length] ?? most + 1;
}
