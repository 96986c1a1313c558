// Everything the app keeps about an issue, as it lies in the store, and a search over all of it.
import { el } from "./dom.js";
import { parameter, read } from "./site.js";

const root = document.getElementById("page");
const answer = el("p", { class: "answer", role: "status" });
const input = el("input", { class: "field", type: "search", id: "words", autocomplete: "off",
  placeholder: "Words of a note, a password, a name" });
const head = el("p", { class: "muted" });
const list = el("div");
root.replaceChildren(
  el("div", { class: "search" }, el("label", { htmlFor: "words" }, "Search every byte the server holds"), input, answer),
  el("main", {}, head, list));

const rows = new Map();
let found = new Set();

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function row(record) {
  const body = el("pre", {}, pretty(record.text) || "(nothing but its name)");
  const size = el("span", { class: "muted" }, `${record.size} B`);
  const whole = el("details", { class: "new" }, el("summary", {}, el("span", {}, record.place), size), body);
  return { whole, body, size, text: record.text };
}

async function draw() {
  const state = await read("/__page/holdings", { issue: parameter("issue") || null });
  const about = parameter("issue") ? `about ${parameter("issue")}` : "in the whole store";
  head.textContent = state.store === null
    ? "This site does not know where the app keeps its records."
    : `${state.matching} of ${state.total} records ${about}, read from the store itself. ${Math.ceil(state.bytes / 1024)} KB in all.`;
  const kept = new Set();
  for (const record of state.records) {
    kept.add(record.place);
    const held = rows.get(record.place);
    if (!held) {
      const made = row(record);
      rows.set(record.place, made);
    } else if (held.text !== record.text) {
      held.text = record.text;
      held.body.textContent = pretty(record.text);
      held.size.textContent = `${record.size} B`;
    }
  }
  for (const [place, { whole }] of rows) {
    if (!kept.has(place)) {
      whole.remove();
      rows.delete(place);
    }
  }
  const ordered = state.records.map((record) => rows.get(record.place).whole);
  ordered.forEach((whole, at) => {
    if (list.children[at] !== whole) list.insertBefore(whole, list.children[at] ?? null);
  });
  for (const [place, { whole }] of rows) whole.classList.toggle("found", found.has(place));
}

let asked = 0;
async function search() {
  const mine = ++asked;
  const words = input.value.trim();
  const result = words ? await read("/__page/holdings/search", { words }) : { sentence: "", found: [] };
  if (mine !== asked) return;
  found = new Set(result.found);
  answer.textContent = result.sentence;
  answer.className = `answer ${words ? (found.size > 0 ? "some" : "none") : ""}`;
}
input.addEventListener("input", search);

for (;;) {
  try {
    await draw();
    if (input.value) await search();
  } catch (error) {
    head.textContent = "The store does not answer now.";
  }
  await new Promise((resolve) => { setTimeout(resolve, 1000); });
}
