// The agent's issue view.
import { getAppButton, top } from "./chrome.js";
import { adf, avatar, el, fill, when } from "./dom.js";
import { mount } from "./host.js";
import { address, follow, me, parameter, read, write } from "./site.js";

const key = parameter("issue") ?? "ITH-1";
const root = document.getElementById("page");
const parts = {};
for (const name of ["chrome", "queue", "heading", "description", "contents", "tabs", "activity", "composer", "details"]) {
  parts[name] = el(name === "queue" ? "nav" : "div");
}
parts.panelTabs = el("div");
parts.background = el("div", { hidden: true });
/** Module of the tab that is open, or "comments". A link of the app may name it. */
let tab = (parameter("page") ?? parameter("tab") ?? "comments").split("__").pop();
let pieces = null;

function frame() {
  parts.queue.className = "queue";
  parts.details.className = "details";
  parts.tabs.className = "tabs";
  parts.tabs.setAttribute("role", "tablist");
  pieces = el("div", { class: "layout" }, parts.queue,
    el("main", { class: "issue" },
      el("div", {}, parts.heading,
        el("section", {}, el("h2", {}, "Description"), parts.description),
        parts.contents,
        el("section", {}, el("h2", {}, "Activity"), parts.tabs, parts.activity, parts.panelTabs, parts.composer)),
      el("aside", {}, parts.details)));
  root.replaceChildren(parts.chrome, pieces, parts.background);
}

const person = (state, account) => state.people.find((p) => p.account === account);
const chip = (state, account) => {
  const who = person(state, account);
  return el("span", { class: "row" }, avatar(who, true), who?.name ?? "Unassigned");
};

function details(state) {
  const { issue } = state;
  const row = (name, ...values) => [el("dt", {}, name), el("dd", {}, ...values)];
  return [el("h2", {}, "Details"), el("dl", {},
    ...row("Assignee", issue.assignee ? chip(state, issue.assignee) : el("span", { class: "muted" }, "Unassigned")),
    ...row("Reporter", chip(state, issue.reporter)),
    ...(issue.request ? row("Participants", ...(issue.request.participants.length > 0
      ? issue.request.participants.map((p) => chip(state, p)) : [el("span", { class: "muted" }, "None")])) : []),
    ...(issue.request ? row("Organizations", issue.request.organizations.join(", ")
      || el("span", { class: "muted" }, "None")) : []),
    ...row("Priority", issue.priority),
    ...row("Type", issue.kind),
    ...row("Created", when(issue.created)),
    ...row("Updated", when(issue.updated)))];
}

function comment(state, item) {
  const who = person(state, item.author);
  const internal = state.issue.request && !item.public;
  return el("article", { class: internal ? "comment internal" : "comment" }, avatar(who),
    el("div", { class: "grow" },
      el("div", { class: "row" }, el("strong", {}, who?.name ?? "Former user"),
        who?.role === "customer" ? el("span", { class: "lozenge" }, "Customer") : null,
        who?.role === "app" ? el("span", { class: "lozenge" }, "App") : null,
        internal ? el("span", { class: "lozenge internal" }, "Internal note") : null, when(item.created)),
      adf(item.body, state.people)));
}

function composer(state) {
  const area = el("textarea", { class: "field", rows: 2, placeholder: "Add a comment…", "aria-label": "Comment" });
  const save = (visible) => async () => {
    if (!area.value.trim()) return area.focus();
    await write(`/__control/issues/${key}/comments`, { as: me, text: area.value, public: visible });
    area.value = "";
  };
  return el("div", { class: "composer" }, area, el("div", { class: "row" },
    el("button", { class: "button primary", onclick: save(true) }, state.issue.request ? "Reply to customer" : "Save"),
    state.issue.request ? el("button", { class: "button", onclick: save(false) }, "Add internal note") : null));
}

function show(state) {
  const comments = tab === "comments";
  parts.activity.hidden = !comments;
  parts.composer.hidden = !comments;
  for (const holder of parts.panelTabs.children) holder.hidden = holder.dataset.module !== tab;
  for (const button of parts.tabs.children) {
    button.setAttribute("aria-selected", String(button.dataset.module === tab));
  }
  if (comments) return;
  let holder = [...parts.panelTabs.children].find((child) => child.dataset.module === tab);
  if (!holder) {
    holder = el("div");
    holder.dataset.module = tab;
    parts.panelTabs.append(holder);
    mount(holder, tab, key).then((made) => {
      if (!made) holder.replaceChildren(el("p", { class: "muted" }, "This app cannot be shown now."));
    });
  }
}

function tabButton(state, module, name) {
  const button = el("button", { class: "button", role: "tab", onclick: () => {
    tab = module;
    history.replaceState(null, "", address({ tab: module, page: null }));
    show(state);
  } }, name);
  button.dataset.module = module;
  return button;
}

/** Panels that an agent adds to the issue by a button below its heading. */
function quickAdd(state) {
  return state.modules.contents.map((module) =>
    el("button", { class: "button", title: module.tooltip, onclick: () => {
      if (parts.contents.children.length > 0) return parts.contents.replaceChildren();
      const holder = el("div");
      parts.contents.replaceChildren(el("section", {}, el("div", { class: "panel" },
        el("div", { class: "row" }, el("strong", { class: "grow" }, module.name),
          el("button", { class: "button quiet", "aria-label": "Close", onclick: () => { parts.contents.replaceChildren(); } }, "×")),
        holder)));
      return mount(holder, module.key, key);
    } }, module.name));
}

function nothing(title, text, action = null) {
  parts.tabs.dataset.key = "";
  root.replaceChildren(parts.chrome, el("main", { class: "empty" }, el("h1", {}, title), el("p", {}, text), action));
  pieces = null;
}

async function draw() {
  const state = await read("/__page/issue", { as: me, issue: key, view: "agent" });
  const installed = state.app?.key ?? "";
  fill(parts.chrome, `${installed}`, () => top(state));
  if (!state.issue) {
    nothing("You can't view this issue", "It may not exist, or you may not have the permission to see it.");
    return;
  }
  if (!pieces) frame();
  const { issue } = state;
  document.title = `[${issue.key}] ${issue.summary}`;
  fill(parts.queue, JSON.stringify(state.issues), () => [
    ...state.issues.map((item) => el("a", {
      href: address({ issue: item.key, tab: null, page: null }),
      "aria-current": item.key === issue.key ? "page" : null,
    }, el("small", {}, `${item.key} · ${item.status}`), item.summary))]);
  fill(parts.heading, JSON.stringify([issue.summary, issue.status, installed]), () => [
    el("div", { class: "muted row" }, `${state.project.name} / ${issue.key}`, el("span", { class: "grow" }),
      el("span", { class: `lozenge ${issue.statusCategory}` }, issue.status)),
    el("h1", {}, issue.summary),
    el("div", { class: "row", style: "margin-bottom:16px;flex-wrap:wrap" },
      ...quickAdd(state), installed ? null : getAppButton())]);
  fill(parts.description, JSON.stringify(issue.description), () => adf(issue.description, state.people));
  fill(parts.details, JSON.stringify([issue, state.people]), () => details(state));
  fill(parts.activity, JSON.stringify([state.comments, state.people]), () =>
    state.comments.map((item) => comment(state, item)));
  fill(parts.composer, "once", () => composer(state));
  fill(parts.tabs, installed + issue.key, () => [tabButton(state, "comments", "Comments"),
    ...state.modules.tabs.map((module) => tabButton(state, module.key, module.name))]);
  fill(parts.background, installed, () => state.modules.background.map((module) => {
    const holder = el("div");
    mount(holder, module.key, key);
    return holder;
  }));
  if (tab !== "comments" && !state.modules.tabs.some((module) => module.key === tab)) tab = "comments";
  show(state);
}

document.cookie = `playground-agent=${me ?? "niro"}; path=/; samesite=strict`;
follow(draw);
