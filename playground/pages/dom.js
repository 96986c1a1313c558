// Building elements without markup in strings, so that nothing a person writes becomes markup.

/** An element with properties and children; `null` children are left out. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name === "style") element.style.cssText = value;
    else if (name in element && !name.startsWith("aria")) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** Replaces children, but only where something differs, so that focus and frames stay. */
export function fill(element, key, make) {
  if (element.dataset.key === key) return;
  element.dataset.key = key;
  element.replaceChildren(...[make()].flat().filter(Boolean));
}

const initials = (name) => name.split(" ").slice(0, 2).map((part) => part[0]).join("");

export const avatar = (person, small = false) => el("span", {
  class: small ? "avatar small" : "avatar",
  style: `background:hsl(${person?.hue ?? 210} 45% 42%)`,
  "aria-hidden": "true",
}, initials(person?.name ?? "Former user"));

/** "5 minutes ago", with the exact time on hover. */
export function when(millis) {
  const ago = Math.max(0, Date.now() - millis);
  const steps = [[60_000, 1000, "second"], [3_600_000, 60_000, "minute"], [86_400_000, 3_600_000, "hour"],
    [Infinity, 86_400_000, "day"]];
  const [, unit, name] = steps.find(([limit]) => ago < limit);
  const words = ago < 5000 ? "just now"
    : new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(-Math.round(ago / unit), name);
  const at = new Date(millis);
  return el("time", { dateTime: at.toISOString(), title: at.toString(), class: "muted" }, words);
}

const inline = (node, people) => {
  if (node.type === "text") {
    let out = document.createTextNode(node.text);
    for (const mark of node.marks ?? []) {
      if (mark.type === "link" && /^https?:/.test(mark.attrs.href)) {
        out = el("a", { href: mark.attrs.href, target: "_top" }, out);
      }
      if (mark.type === "strong") out = el("strong", {}, out);
      if (mark.type === "em") out = el("em", {}, out);
      if (mark.type === "code") out = el("code", {}, out);
    }
    return out;
  }
  if (node.type === "mention") {
    const person = people.find((p) => p.account === node.attrs.id);
    return el("span", { class: "mention" }, person ? `@${person.name}` : node.attrs.text ?? "@someone");
  }
  if (node.type === "hardBreak") return el("br");
  if (node.type === "inlineCard") return el("a", { href: node.attrs.url, target: "_top" }, node.attrs.url);
  return document.createTextNode(node.attrs?.text ?? "");
};

/** A document in Atlassian Document Format as elements. */
export function adf(node, people) {
  const children = () => (node.content ?? []).map((child) => adf(child, people));
  switch (node.type) {
    case "doc": return el("div", { class: "adf" }, ...children());
    case "paragraph": return el("p", {}, ...(node.content ?? []).map((child) => inline(child, people)));
    case "heading": return el("h3", {}, ...(node.content ?? []).map((child) => inline(child, people)));
    case "bulletList": return el("ul", {}, ...children());
    case "orderedList": return el("ol", {}, ...children());
    case "listItem": return el("li", {}, ...children());
    case "panel": case "blockquote": return el("blockquote", {}, ...children());
    case "codeBlock": return el("pre", {}, (node.content ?? []).map((child) => child.text).join(""));
    default: return inline(node, people);
  }
}
