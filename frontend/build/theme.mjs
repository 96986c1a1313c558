// The design tokens of the host's own design system, cut down to those our style sheet names:
// the panel then looks native even where the host's theming script never runs, and needs no
// style from anywhere else.
import { readFile } from "node:fs/promises";

const THEMES = "@atlaskit/tokens/dist/esm/artifacts/themes";

const tokens = async (name) => {
  const file = new URL(`../node_modules/${THEMES}/atlassian-${name}.js`, import.meta.url);
  const text = await readFile(file, "utf8");
  const css = JSON.parse(text.slice(text.indexOf('export default "') + 15, text.lastIndexOf('"') + 1));
  const found = new Map();
  for (const [, key, value] of css.matchAll(/(--ds-[\w-]+):\s*([^;]+);/g)) {
    if (!found.has(key)) found.set(key, value.trim());
  }
  return found;
};

/** Tokens that `css` names, and those that their values name. */
function named(css, themes) {
  const wanted = new Set();
  const visit = (text) => {
    for (const [, key] of text.matchAll(/var\((--ds-[\w-]+)/g)) {
      if (wanted.has(key)) continue;
      wanted.add(key);
      for (const theme of themes) visit(theme.get(key) ?? "");
    }
  };
  visit(css);
  return wanted;
}

const declare = (theme, wanted) =>
  [...wanted].filter((key) => theme.has(key)).sort().map((key) => `${key}:${theme.get(key)}`).join(";");

/**
 * The rules that give every token named by `css` a value, light and dark.
 * @param {string} css
 */
export async function themeFor(css) {
  const [light, dark, ...flat] = await Promise.all(["light", "dark", "spacing", "typography", "shape"].map(tokens));
  const wanted = named(css, [light, dark, ...flat]);
  const known = (key) => [light, ...flat].some((theme) => theme.has(key));
  const unknown = [...wanted].filter((key) => !known(key));
  if (unknown.length > 0) throw new Error(`no such design token: ${unknown.join(", ")}`);
  const base = [light, ...flat].map((theme) => declare(theme, wanted)).filter(Boolean).join(";");
  const night = declare(dark, wanted);
  return `:root{color-scheme:light;${base}}` +
    `@media (prefers-color-scheme:dark){:root:not([data-color-mode=light]){color-scheme:dark;${night}}}` +
    `:root[data-color-mode=dark]{color-scheme:dark;${night}}\n`;
}
