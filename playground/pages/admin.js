// Administration: the installed app and its pages; project settings look the same.
import { getAppButton, top } from "./chrome.js";
import { el, fill } from "./dom.js";
import { mount } from "./host.js";
import { address, follow, me, parameter, read, write } from "./site.js";

const root = document.getElementById("page");
const chrome = el("div");
const nav = el("nav", { class: "queue", style: "display:block" });
const main = el("main", { class: "issue", style: "display:block" });
root.replaceChildren(chrome, el("div", { class: "layout", style: "grid-template-columns:minmax(160px,220px) minmax(0,1fr)" },
  nav, main));

function act(label, path, body) {
  return el("button", { class: "button", onclick: async (event) => {
    event.currentTarget.setAttribute("aria-disabled", "true");
    try {
      await write(path, body);
    } catch (error) {
      main.append(el("p", { role: "alert" }, error.message));
    }
  } }, label);
}

function overview(state) {
  const { app } = state;
  if (!app) {
    return [el("h1", {}, "Apps"), el("p", { style: "margin-bottom:16px" }, "No app is installed on this site."),
      getAppButton(true)];
  }
  return [el("h1", {}, app.name),
    el("p", { class: "muted", style: "margin-bottom:16px" }, `${app.key} at ${app.baseUrl}, `
      + (app.enabled ? "enabled" : "disabled")),
    el("div", { class: "row", style: "flex-wrap:wrap" },
      act(app.enabled ? "Disable" : "Enable", "/__control/enabled", { enabled: !app.enabled }),
      act("Rotate secret", "/__control/rotate", {}),
      act("Update", "/__page/get-app", {}),
      act("Uninstall", "/__control/uninstall", {}))];
}

async function draw() {
  const state = await read("/__page/issue", { as: me, issue: "ITH-1", view: "agent" });
  const installed = `${state.app?.key}${state.app?.enabled}`;
  const pages = [...state.modules.admin, ...state.modules.project];
  const open = pages.find((page) => page.key === parameter("module"));
  document.title = open?.name ?? "Apps";
  fill(chrome, installed, () => top(state));
  fill(nav, installed, () => [
    el("a", { href: address({ module: null }), "aria-current": open ? null : "page" }, "Manage apps"),
    ...pages.map((page) => el("a", {
      href: address({ module: page.key }), "aria-current": page === open ? "page" : null,
    }, page.name || "Settings"))]);
  fill(main, installed, () => {
    if (!open) return overview(state);
    const holder = el("div");
    mount(holder, open.key, null);
    return [el("h1", {}, open.name), holder];
  });
}

follow(draw);
