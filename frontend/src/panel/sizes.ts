/** Files of one note together, as their author has them: 25 MB. */
export const MOST_FILE_BYTES = 25 * 1024 * 1024;

const MOST_FILES = 20;

/** Why files cannot all go into one note. */
export type FilesFault = "many" | "large" | "named";

/** What stops these files from being sent; null when nothing does. Pure. */
export function filesFault(files: readonly Pick<File, "name" | "size">[]): FilesFault | null {
  if (files.length > MOST_FILES) return "many";
  if (files.reduce((sum, file) => sum + file.size, 0) > MOST_FILE_BYTES) return "large";
  // eslint-disable-next-line no-control-regex -- control characters are what is refused
  const named = (name: string) => !/[\u0000-\u001f\u007f/\\\p{Surrogate}]/u.test(name) && new TextEncoder().encode(name).length <= 255;
  return files.every((file) => named(file.name)) ? null : "named";
}

/** "3.4 MB", in the reader's language. */
export function sizeText(bytes: number, locale: string): string {
  const [unit, size] = bytes >= 1024 ** 2 ? ["megabyte", 1024 ** 2] as const : bytes >= 1024 ? ["kilobyte", 1024] as const : ["byte", 1] as const;
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 }).format(bytes / size);
}
