/** One or two letters for a person without a picture. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/).filter((word) => word !== "");
  const first = letterOf(words[0] ?? "?");
  const last = words.length > 1 ? letterOf(words[words.length - 1] ?? "") : "";
  return (first + last).toLocaleUpperCase();
}

/** The first letter, whole even where it takes more than one code unit. */
const letterOf = (word: string): string => String.fromCodePoint(word.codePointAt(0) ?? 0x3f);

/** Which of the six colours of the palette; the same person always has the same one. */
export function shadeOf(account: string): number {
  let sum = 0;
  for (const char of account) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 9973;
  return sum % 6;
}

/** Only pictures over https: nothing else can be a picture that the host serves. */
export const isPicture = (url: string | null): url is string => url?.startsWith("https://") === true;
