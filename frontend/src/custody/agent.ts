const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/Edg(e|A|iOS)?\//, "Edge"], [/OPR\/|Opera/, "Opera"], [/SamsungBrowser\//, "Samsung Internet"], [/Firefox\/|FxiOS\//, "Firefox"],
  [/Chrome\/|CriOS\/|Chromium\//, "Chrome"], [/Safari\//, "Safari"],
];

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/iPhone/, "iPhone"], [/iPad/, "iPad"], [/Android/, "Android"], [/Windows/, "Windows"], [/Mac OS X|Macintosh/, "Mac"],
  [/CrOS/, "Chromebook"], [/Linux|X11/, "Linux"],
];

const first = (among: typeof BROWSERS, agent: string): string | undefined => among.find(([sign]) => sign.test(agent))?.[1];

/** "Firefox", "Windows": the sort of browser and of machine, no more. Pure. */
export const sortOf = (agent: string): readonly [string | undefined, string | undefined] =>
  [first(BROWSERS, agent), first(SYSTEMS, agent)];
