/** Sentences that are built from names stay functions; everything else is text. */
type Sentences = Readonly<Record<string, unknown>>;

const ACCENTS: Readonly<Record<string, string>> = {
  a: "á", c: "ç", e: "é", i: "í", n: "ñ", o: "ó", u: "ú", y: "ý", A: "Á", C: "Ç", E: "É", I: "Í", N: "Ñ", O: "Ó", U: "Ú", Y: "Ý",
};

/** English with accents and forty per cent more: what cuts it off will cut off German. */
const longer = (text: string): string => {
  const more = "~".repeat(Math.ceil(text.length * 0.4));
  return `⟦${text.replace(/\p{ASCII}/gu, (letter) => ACCENTS[letter] ?? letter)} ${more.replace(/~{8}/g, "~~~~~~~ ")}⟧`;
};

const RIGHT_TO_LEFT = "\u202E";
const END = "\u202C";

/** English that runs from right to left, inside marks that mirror. */
const mirrored = (text: string): string => `(${RIGHT_TO_LEFT}${text}${END})`;

/** Changes what is ours in a sentence and leaves the names in it as they are. */
function around(names: readonly string[], text: string, change: (text: string) => string): string {
  const found = names.map((name) => ({ name, at: name === "" ? -1 : text.indexOf(name) })).filter(({ at }) => at >= 0)
    .sort((one, other) => one.at - other.at)[0];
  if (found === undefined) return text === "" ? "" : change(text);
  const after = found.at + found.name.length;
  return around(names, text.slice(0, found.at), change) + found.name + around(names, text.slice(after), change);
}

/** Words of a language that nobody speaks, made of those of another, for trying out layouts. */
export function pseudo<W extends object>(words: W, kind: "en-XA" | "ar-XB"): W {
  const change = kind === "en-XA" ? longer : mirrored;
  const entries = Object.entries(words as Sentences).map(([key, value]) => {
    if (typeof value === "string") return [key, change(value)];
    const say = value as (...args: readonly unknown[]) => string;
    return [key, (...args: readonly unknown[]) => around(args.filter((one) => typeof one === "string"), say(...args), change)];
  });
  return Object.fromEntries(entries) as W;
}
