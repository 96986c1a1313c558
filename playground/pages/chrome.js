// Navigation at the top of every page: the Apps menu with *Get app*, and who looks.
import { avatar, el } from "./dom.js";
import { address, me, parameter, write } from "./site.js";

function menu(label, items, left = false) {
  const list = el("div", { class: "list", hidden: true, role: "menu" }, ...items);
  const button = el("button", {
    class: "button quiet row",
    "aria-haspopup": "menu",
    "aria-expanded": "false",
    onclick: () => {
      list.hidden = !list.hidden;
      button.setAttribute("aria-expanded", String(!list.hidden));
    },
  }, ...[label].flat());
  const whole = el("div", { class: left ? "menu left" : "menu" }, button, list);
  addEventListener("click", (event) => {
    if (!whole.contains(event.target)) list.hidden = true;
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") list.hidden = true;
  });
  // A click into a panel does not reach this page, but takes the focus.
  addEventListener("blur", () => { list.hidden = true; });
  return whole;
}

async function getApp(event) {
  const button = event.currentTarget;
  button.setAttribute("aria-disabled", "true");
  button.textContent = "Installing…";
  try {
    await write("/__page/get-app", {});
    location.reload();
  } catch (error) {
    button.textContent = `Not installed: ${error.message}`;
  }
}

export const getAppButton = (primary = false) =>
  el("button", { class: primary ? "button primary" : "button", onclick: getApp }, "Get app");

export function appsMenu(state) {
  const { app } = state;
  const items = app
    ? [el("span", { class: "heading" }, "Your apps"),
      ...state.modules.admin.map((page) =>
        el("a", { href: `/admin?as=${me ?? "ada"}&module=${page.key}` }, page.name || app.name)),
      state.modules.admin.length === 0 ? el("span", {}, app.name) : null,
      el("a", { href: `/admin?as=${me ?? "ada"}` }, "Manage apps")]
    : [el("span", { class: "heading" }, "Recommended for your team"), getAppButton()];
  return menu(["Apps", el("span", { "aria-hidden": "true" }, "▾")], items.filter(Boolean), true);
}

/** Who looks at the page, and whom to switch to. */
export function personMenu(state, roles) {
  const person = state.people.find((p) => p.slug === me) ?? null;
  const others = state.people.filter((p) => roles.includes(p.role));
  const items = others.map((p) =>
    el("a", { href: address({ as: p.slug }) }, avatar(p, true), el("span", {}, p.name,
      p.slug === me ? " (this page)" : "")));
  if (roles.includes("customer")) items.push(el("a", { href: address({ as: null }) }, "Nobody: log out"));
  const label = person ? [avatar(person, true), el("span", { class: "visually-hidden" }, person.name)] : "Log in";
  return menu(label, [el("span", { class: "heading" }, "Look at this page as"), ...items]);
}

export function top(state) {
  return el("header", { class: "top" },
    el("a", { class: "mark", href: `/agent?as=${me ?? "niro"}` }, "Playground"),
    appsMenu(state),
    el("span", { class: "grow" }),
    personMenu(state, ["agent", "admin"]));
}

/** Links to this site's own issues and requests keep whoever looks. */
addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.metaKey || event.ctrlKey) return;
  const url = new URL(link.href);
  if (url.origin !== location.origin) return;
  const path = /^\/(?:browse|servicedesk\/customer\/portal\/\d+)\/([A-Z]+-\d+)/.exec(url.pathname);
  if (!path) return;
  event.preventDefault();
  const portal = location.pathname === "/portal";
  const next = new URLSearchParams(url.search);
  next.set(portal ? "request" : "issue", path[1]);
  if (me) next.set("as", me);
  if (parameter("theme")) next.set("theme", parameter("theme"));
  location.assign(`${portal ? "/portal" : "/agent"}?${next}`);
});
