// A request in the customer portal.
import { personMenu } from "./chrome.js";
import { adf, avatar, el, fill, when } from "./dom.js";
import { mount } from "./host.js";
import { address, follow, me, parameter, read, write } from "./site.js";

const key = parameter("request") ?? "ITH-1";
const root = document.getElementById("page");
const parts = {};
for (const name of ["banner", "request", "panels", "activity", "composer", "people"]) parts[name] = el("div");
let drawn = false;

const person = (state, account) => state.people.find((p) => p.account === account);

function frame() {
  root.replaceChildren(parts.banner, el("main", { class: "portal" },
    el("div", { class: "card" }, parts.request),
    parts.panels,
    el("div", { class: "card" }, el("h2", {}, "Activity"), parts.activity, parts.composer),
    el("div", { class: "card" }, el("h2", {}, "Shared with"), parts.people)));
  drawn = true;
}

function comment(state, item) {
  const who = person(state, item.author);
  return el("article", { class: "comment" }, avatar(who), el("div", { class: "grow" },
    el("div", { class: "row" }, el("strong", {}, who?.name ?? "Former user"), when(item.created)),
    adf(item.body, state.people)));
}

function composer() {
  const area = el("textarea", { class: "field", rows: 2, placeholder: "Comment on this request…",
    "aria-label": "Comment" });
  return el("div", { class: "composer" }, area, el("div", {}, el("button", { class: "button primary",
    onclick: async () => {
      if (!area.value.trim()) return area.focus();
      await write(`/__control/issues/${key}/comments`, { as: me, text: area.value, public: true });
      area.value = "";
    } }, "Send")));
}

async function draw() {
  const state = await read("/__page/issue", { as: me, issue: key, view: "portal" });
  const installed = state.app?.key ?? "";
  fill(parts.banner, "once", () => el("div", { class: "banner" }, el("div", { class: "row" },
    el("strong", {}, "Help Center"), el("span", { class: "grow" }), personMenu(state, ["customer"]))));
  if (me && !state.issue) {
    root.replaceChildren(parts.banner, el("main", { class: "portal" }, el("div", { class: "card" },
      el("h1", {}, "This request isn't here"),
      el("p", {}, "It may not exist, or it isn't shared with you."),
      el("p", {}, ...state.issues.map((item) =>
        el("a", { class: "row", href: address({ request: item.key }) }, `${item.key} ${item.summary}`))))));
    drawn = false;
    return;
  }
  if (!drawn) frame();
  const { issue } = state;
  if (!me) {
    fill(parts.request, "nobody", () => [el("h1", {}, "Log in to see this request"),
      el("p", { class: "muted" }, "Choose somebody at the top right.")]);
    for (const name of ["activity", "composer", "people"]) parts[name].parentElement.hidden = true;
  } else {
    document.title = `${issue.key} ${issue.summary}`;
    fill(parts.request, JSON.stringify([issue, state.people]), () => [
      el("div", { class: "row muted" }, issue.key, el("span", { class: "grow" }),
        el("span", { class: `lozenge ${issue.statusCategory}` }, issue.status)),
      el("h1", {}, issue.summary),
      el("div", { class: "row muted", style: "margin-bottom:12px" },
        `${person(state, issue.reporter)?.name ?? "Former user"} raised this`, when(issue.created)),
      adf(issue.description, state.people)]);
    fill(parts.activity, JSON.stringify([state.comments, state.people]), () =>
      state.comments.map((item) => comment(state, item)));
    fill(parts.composer, "once", composer);
    fill(parts.people, JSON.stringify([issue.request, state.people]), () => el("div", { class: "people" },
      ...[issue.reporter, ...issue.request.participants].map((account) =>
        el("span", { class: "row" }, avatar(person(state, account), true),
          person(state, account)?.name ?? "Former user", account === issue.reporter
            ? el("span", { class: "muted" }, "creator") : null)),
      ...issue.request.organizations.map((name) => el("span", { class: "row" }, `Everybody at ${name}`))));
  }
  fill(parts.panels, installed, () => state.modules.portal.map((module) => {
    const holder = el("div", { class: "card frame" });
    mount(holder, module.key, key).then((made) => { if (!made) holder.remove(); });
    return holder;
  }));
}

document.cookie = `playground-customer=${me ?? ""}; path=/; samesite=strict`;
follow(draw);
