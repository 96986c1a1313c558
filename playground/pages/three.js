// The three panes of the demonstration.
import { el } from "./dom.js";
import { address, parameter, read, write } from "./site.js";

// `?fresh` opens the site as it is before anybody took the app from the Apps menu.
if (parameter("fresh") !== null) {
  await write("/__control/uninstall", {}).catch(() => null);
  history.replaceState(null, "", address({ fresh: null }));
}
const { people, issues } = await read("/__control/state");
const { store } = await read("/__page/store");
const issue = parameter("issue") ?? "ITH-1";
const theme = parameter("theme");
const themed = theme ? `&theme=${theme}` : "";

function pane(kind, title, source, choices) {
  const frame = el("iframe", { title, src: source });
  const whole = el("section", { class: `pane ${kind}` },
    el("div", { class: "caption" }, el("strong", {}, title), ...choices(frame)), frame);
  return whole;
}

/** A choice that changes one parameter of the pane's address, and follows where the pane goes. */
function choice(frame, name, label, options) {
  const select = el("select", { "aria-label": label, onchange: () => {
    const url = new URL(frame.contentWindow.location);
    if (select.value) url.searchParams.set(name, select.value);
    else url.searchParams.delete(name);
    frame.contentWindow.location.assign(url);
  } }, ...options.map(([value, text]) => el("option", { value }, text)));
  frame.addEventListener("load", () => {
    const url = new URL(frame.contentWindow.location);
    select.value = url.searchParams.get(name) ?? "";
  });
  return select;
}

const named = (...roles) => people.filter((p) => roles.includes(p.role)).map((p) => [p.slug, p.name]);
const keys = issues.map((item) => [item.key, item.key]);
const desk = keys.filter(([key]) => key.startsWith("ITH-"));
const panes = [
  pane("agent", "Agent", `/agent?as=niro&issue=${issue}${themed}`, (frame) => [
    choice(frame, "as", "Who works here", named("agent", "admin")), choice(frame, "issue", "Issue", keys)]),
  pane("phone", "Customer", `/portal?as=jonathan&request=${issue}${themed}`, (frame) => [
    choice(frame, "as", "Whose phone", [...named("customer"), ["", "Nobody"]]),
    choice(frame, "request", "Request", desk)]),
  pane("holdings", "What the server holds", `/holdings?issue=${issue}${themed}`, (frame) => [
    choice(frame, "issue", "Issue", [...keys, ["", "Everything"]])]),
];
const buttons = panes.map((whole) => el("button", { class: "button", "aria-pressed": "false",
  onclick: () => { open(whole); } }, whole.querySelector("strong").textContent));

function open(whole) {
  panes.forEach((other, at) => {
    other.classList.toggle("open", other === whole);
    buttons[at].setAttribute("aria-pressed", String(other === whole));
  });
}

document.getElementById("page").replaceWith(
  el("header", { class: "strip" }, el("strong", {}, "deskbridge playground"),
    el("span", { class: "muted" }, store), el("span", { class: "grow" }),
    el("div", { class: "switch" }, ...buttons)),
  el("div", { class: "panes" }, ...panes));
open(panes[0]);
