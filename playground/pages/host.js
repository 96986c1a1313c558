// The host's side of the panel bridge: npm atlassian-connect-js, with the modules that each
// product brings itself and the parts it draws itself (flags, dialogs, resizing).
import { el } from "./dom.js";
import { me, read } from "./site.js";

const { connectHost } = window;
/** Issue and person each panel was opened for, by the panel's id. */
const opened = new Map();

const last = (list) => list[list.length - 1];
const contextOf = (callback) => opened.get(callback._context.extension.id ?? callback._context.extension_id)
  ?? callback._context.extension.options.opened;

connectHost.defineModule("context", {
  getToken(callback) {
    const answer = last(arguments);
    const { issue } = contextOf(answer);
    read("/__control/token", { as: me, issue }).then(({ token }) => { answer(token); });
  },
  getContext(callback) {
    const answer = last(arguments);
    answer({ jira: contextOf(answer).jira, url: { displayUrl: location.origin } });
  },
});

connectHost.defineModule("user", {
  getCurrentUser(callback) {
    const answer = last(arguments);
    answer({ atlassianAccountId: contextOf(answer).account });
  },
  getLocale(callback) {
    last(arguments)(new URLSearchParams(location.search).get("lang") ?? "en_GB");
  },
  getTimeZone(callback) {
    last(arguments)(Intl.DateTimeFormat().resolvedOptions().timeZone);
  },
});

// The panel's side of this one is in all.js: functions inside an object do not cross frames.
async function send(options) {
  const headers = { ...options.headers, "X-Playground-As": me ?? "" };
  if (options.contentType) headers["Content-Type"] = options.contentType;
  const url = new URL(options.url, location.origin);
  if (url.origin !== location.origin || !url.pathname.startsWith("/rest/")) throw new Error("not here");
  const response = await fetch(url, { method: options.type ?? "GET", headers, body: options.data });
  return { status: response.status, statusText: response.statusText, body: await response.text() };
}
send.returnsPromise = true;
connectHost.defineModule("request", { send });

connectHost.defineModule("jira", {
  refreshIssuePage() {
    location.reload();
  },
  getWorkflowConfiguration(callback) {
    last(arguments)("");
  },
  isNativeApp(callback) {
    last(arguments)(false);
  },
});

connectHost.defineModule("navigator", {
  go(target, context) {
    const key = context?.issueKey;
    if (target === "issue" && key) location.assign(`/agent?as=${me}&issue=${encodeURIComponent(key)}`);
  },
  reload() {
    location.reload();
  },
});

const stack = el("div", { class: "flags", "aria-live": "polite" });
document.body.append(stack);

const flagProvider = {
  create({ title, body, type, actions, onClose, close, id }) {
    const remove = () => {
      if (!shown.isConnected) return;
      shown.remove();
      onClose(id);
    };
    const buttons = (actions ?? []).map(({ actionText, executeAction }) =>
      el("button", { class: "button", onclick: () => { executeAction(); } }, actionText));
    const shown = el("div", { class: `flag ${type}`, role: "status" },
      el("span", { class: "flag-mark" }),
      el("div", { class: "grow" }, el("strong", {}, title ?? ""), el("p", {}, body ?? ""),
        buttons.length > 0 ? el("div", { class: "flag-actions" }, ...buttons) : null),
      el("button", { class: "button quiet", "aria-label": "Close", onclick: remove }, "×"));
    stack.prepend(shown);
    if (close === "auto") setTimeout(remove, 8000);
    return { close: remove };
  },
};

let dialog = null;
const sizes = { small: [400, 300], medium: [600, 450], large: [800, 600], "x-large": [968, 720],
  xlarge: [968, 720], fullscreen: ["100vw", "100vh"] };
const length = (value) => typeof value === "number" || /^\d+$/.test(value) ? `${value}px` : value;
const dialogProvider = {
  async create(options, extension) {
    dialogProvider.close();
    const { issue } = opened.get(extension.callback_extension_id) ?? {};
    const [width, height] = sizes[options.size] ?? [options.width ?? 400, options.height ?? 300];
    const holder = el("div", { style: `width:${length(width)};height:${length(height)};display:flex` });
    const buttons = (options.actions ?? []).map((action) =>
      el("button", { class: "button", onclick: () => { action.onClick(); } }, action.text));
    const box = el("div", { class: "dialog", role: "dialog", "aria-modal": "true" },
      options.header ? el("div", { class: "row" }, el("strong", { class: "grow" }, options.header)) : null,
      holder,
      buttons.length > 0 ? el("div", { class: "row" }, el("span", { class: "grow" }), ...buttons) : null);
    dialog = { extension, shade: el("div", { class: "dialog-shade" }, box) };
    document.body.append(dialog.shade);
    await mount(holder, extension.key, issue, { isDialog: true, customData: options.customData, fill: true });
  },
  close() {
    dialog?.shade.remove();
    dialog = null;
  },
  isActiveDialog: (addon) => dialog?.extension.addon_key === addon,
  isButtonDisabled: () => false,
  isButtonHidden: () => false,
  setButtonDisabled() {},
  setButtonHidden() {},
  toggleButton() {},
  createButton() {},
  isCloseOnEscape: () => true,
};
addEventListener("keydown", (event) => {
  if (event.key === "Escape") dialogProvider.close();
});

for (const [name, provider] of Object.entries({ flag: flagProvider, dialog: dialogProvider })) {
  connectHost.getFrameworkAdaptor().registerModule({
    getModuleRegistrationName: () => name,
    isEnabled: () => true,
    getProvider: () => provider,
  });
}

connectHost.registerProvider("addon", {
  resize(width, height, context) {
    const frame = document.getElementById(context.extension.id ?? context.extension_id);
    if (!frame || frame.dataset.fill) return;
    frame.style.width = length(width);
    frame.style.height = length(height);
  },
  sizeToParent(hideFooter, context) {
    const frame = document.getElementById(context.extension.id ?? context.extension_id);
    if (frame) frame.style.height = "100%";
  },
});

/** Puts the app's page of a module into `holder`; gives the iframe, or null where it cannot be shown. */
export async function mount(holder, module, issue, extra = {}) {
  let frame;
  try {
    frame = await read("/__control/frame", { as: me, module, issue });
  } catch {
    return null;
  }
  const { fill, ...options } = extra;
  const { iframeAttributes } = connectHost.createExtension({
    addon_key: frame.addonKey,
    key: frame.key,
    url: frame.url,
    options: { ...frame.options, ...options, hostFrameOffset: 1 },
  });
  const { issue: inside, project } = frame.options.productContext;
  opened.set(iframeAttributes.id, { issue, account: frame.account, jira: { issue: inside, project } });
  const element = el("iframe", {
    id: iframeAttributes.id, name: iframeAttributes.name, title: frame.name, referrerPolicy: "no-referrer",
    allow: "clipboard-write; storage-access", style: "width:100%;height:0;display:block",
  });
  if (fill) {
    element.dataset.fill = "1";
    element.style.height = "100%";
  }
  element.src = iframeAttributes.src;
  holder.replaceChildren(element);
  return element;
}
