// What every page asks of the site, and how it learns that something changed.

const parameters = new URLSearchParams(location.search);

/** Who looks at this page: a short name, or null for nobody. */
export const me = parameters.get("as");
export const parameter = (name) => parameters.get(name);

const theme = parameters.get("theme");
const dark = matchMedia("(prefers-color-scheme: dark)");
function colour() {
  const mode = theme ?? (dark.matches ? "dark" : "light");
  const root = document.documentElement;
  root.dataset.colorMode = mode;
  root.dataset.theme = "dark:dark light:light spacing:spacing typography:typography-modernized";
}
dark.addEventListener("change", colour);
colour();

/** Address of this page with other parameters; `null` removes one. */
export function address(changes, path = location.pathname) {
  const next = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) next.delete(name);
    else next.set(name, value);
  }
  return `${path}?${next}`;
}

export async function read(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  const response = await fetch(`${path}?${new URLSearchParams(given)}`);
  if (!response.ok) throw new Error(`${response.status}`);
  return response.json();
}

export async function write(path, body, method = "POST") {
  const response = await fetch(path, {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

/** Calls `draw` now and whenever the site's state changes, one call at a time. */
export async function follow(draw) {
  let seen = -1;
  for (;;) {
    try {
      const { revision } = await read("/__page/revision");
      if (revision !== seen) {
        await draw();
        seen = revision;
      }
    } catch (error) {
      console.warn("the site does not answer", error);
    }
    await new Promise((resolve) => { setTimeout(resolve, document.hidden ? 3000 : 700); });
  }
}
