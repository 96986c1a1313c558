/** Dates and lists in the reader's language and time zone. */
export interface Formats {
  /** "2 hours ago"; "just now" below a minute. */
  ago(then: number, now: number): string;
  /** "20 Dec, 14:05"; with the year when it is another one. */
  day(then: number, now: number): string;
  /** Exact to the minute, with zone, for hover and screen readers. */
  exact(then: number): string;
  /** "Nero and Jonathan". */
  list(names: readonly string[]): string;
}

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 31_536_000], ["month", 2_592_000], ["week", 604_800], ["day", 86_400], ["hour", 3_600], ["minute", 60],
];

/** The largest unit that fits `seconds`, and how many of it; null below a minute. */
export function spanOf(seconds: number): readonly [number, Intl.RelativeTimeFormatUnit] | null {
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return [Math.trunc(seconds / size), unit];
  }
  return null;
}

/**
 * Dates as the reader of `locale` writes them. `spoken` is the language of the words around: what is
 * part of a sentence ("2 hours ago", the "and" of a list) is said in that one.
 */
export function formatsFor(locale: string, justNow: string, spoken: string = locale, timeZone?: string): Formats {
  const zone = timeZone === undefined ? {} : { timeZone };
  const relative = new Intl.RelativeTimeFormat(spoken, { numeric: "auto" });
  const short = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", ...zone });
  const long = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", ...zone });
  const exact = new Intl.DateTimeFormat(locale, {
    weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short", ...zone,
  });
  const and = new Intl.ListFormat(spoken, { type: "conjunction" });
  const date = (seconds: number) => new Date(seconds * 1000);
  return {
    ago: (then, now) => {
      const span = spanOf(then - now);
      return span === null ? justNow : relative.format(...span);
    },
    day: (then, now) => {
      const far = Math.abs(then - now) > 300 * 86_400;
      return (far ? long : short).format(date(then));
    },
    exact: (then) => exact.format(date(then)),
    list: (names) => and.format(names),
  };
}

/** A tag that `Intl` knows; English for anything else a host may say. Some hosts write `de_DE`. */
export function knownLocale(tag: string): string {
  try {
    return Intl.getCanonicalLocales(tag.replaceAll("_", "-"))[0] ?? "en";
  } catch {
    return "en";
  }
}

const RIGHT_TO_LEFT = new Set(["ar", "he", "fa", "ur", "ps", "sd", "ug", "yi", "dv"]);

/** The writing direction of a language. */
export const directionOf = (locale: string): "ltr" | "rtl" =>
  RIGHT_TO_LEFT.has(locale.split("-")[0] ?? "") ? "rtl" : "ltr";

type Forms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string };

/** Picks the form that a language has for a count, by the rules of CLDR. */
export function pluralsOf(locale: string): (count: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(locale);
  return (count, forms) => forms[rules.select(count)] ?? forms.other;
}
