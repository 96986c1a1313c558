import type { Page } from "playwright-core";
import { clock, type StageBridge } from "./bridge";
import { ada, ana, issue, jonathan, kofi, nero, niro } from "./cast";
import { alone, arrive, BEGUN, fromNiro, holds, named, onlyOnce, phone, several, TEXT, withFiles } from "./arriving";
import type { Stage } from "./page";

/** One picture: who looks, what there is, what they do. */
export interface Scene {
  readonly name: string;
  readonly script?: "notes" | "admin";
  readonly anonymous?: boolean;
  /** Storage is blocked, as in a frame of another site. */
  readonly blocked?: boolean;
  /** Parts that cannot be fetched. */
  readonly gone?: readonly string[];
  readonly set: (me: (account: string) => StageBridge) => Promise<StageBridge>;
  /** In no language: the same steps are taken in all. */
  readonly act?: (page: Page, bridge: StageBridge, stage: Stage) => Promise<void>;
  /** What must be there before the picture is taken. */
  readonly ready: string;
}

const UNLOCK = ".card-side button:not([aria-disabled])";
const SAVE = "form button[type=submit]";

const unlock = (page: Page) => page.locator(UNLOCK).first().click();
const askDelete = (page: Page) => page.locator(".open-foot > button").nth(2).click();
const deleteIt = (page: Page) => page.locator("[role=alertdialog] button").last().click();
const compose = (page: Page) => page.locator(".head > button, .empty button").first().click();

/** Opens the panel's menu. */
async function menu(page: Page): Promise<void> {
  await page.locator(".head .menu-place > button").click();
  await page.waitForSelector("[role=menuitem]");
}

/** Opens a view from the panel's menu. */
async function choose(page: Page, entry: string): Promise<void> {
  await menu(page);
  await page.locator(`[data-entry=${entry}]`).click();
}

/** Chooses from the menu of the first note of one's own. */
async function cardMenu(page: Page, entry: string): Promise<void> {
  await page.locator(".card-acts .menu-place > button").first().click();
  await page.locator(`[data-entry=${entry}]`).click();
}

async function write(page: Page, names: readonly string[]): Promise<void> {
  await compose(page);
  await page.locator("textarea").fill(TEXT);
  for (const name of names) {
    await page.locator(".picker-input").fill(name);
    await page.locator("[role=option]").first().click();
  }
}

export const scenes: readonly Scene[] = [
  { name: "empty", set: (me) => Promise.resolve(me(niro)), ready: "[data-part=empty]" },
  {
    name: "loading", ready: ".skeleton",
    set: (me) => { const bridge = me(niro); bridge.silent = true; return Promise.resolve(bridge); },
  },
  {
    name: "menu", set: (me) => several(me(niro)), ready: "[role=menuitem]:focus",
    act: async (page, bridge) => { await arrive(page, bridge); await menu(page); },
  },
  {
    name: "browsers", set: (me) => several(named(me(niro))), ready: ".browsers > li",
    act: async (page, bridge) => { await arrive(page, bridge); await choose(page, "browsers"); },
  },
  {
    name: "browsers-removing", set: (me) => several(named(me(niro))), ready: ".browser-ask",
    act: async (page, bridge) => {
      await arrive(page, bridge);
      await choose(page, "browsers");
      await page.locator(".browser .actions button").last().click();
    },
  },
  {
    name: "browsers-asked", set: (me) => Promise.resolve(Object.assign(me(niro), { asked: phone })), ready: "[data-kind=answer]",
    act: async (page, bridge) => { await alone(page, bridge); await choose(page, "browsers"); },
  },
  {
    name: "browsers-code", set: (me) => Promise.resolve(me(niro)), ready: ".paper-code",
    act: async (page, bridge) => {
      await alone(page, bridge);
      await choose(page, "browsers");
      await page.locator("[data-part=code] button").click();
    },
  },
  {
    name: "history", set: (me) => several(named(me(niro))), ready: ".browsers > li",
    act: async (page, bridge) => { await arrive(page, bridge); await choose(page, "history"); },
  },
  {
    name: "about", set: (me) => several(me(niro)), ready: "[data-part=view] dl",
    act: async (page, bridge) => { await arrive(page, bridge); await choose(page, "about"); },
  },
  { name: "list", set: (me) => several(me(niro)), act: arrive, ready: "article" },
  { name: "not-reader", set: (me) => several(me(ana)), act: arrive, ready: "article" },
  { name: "not-reader-agent", set: (me) => several(me(ada)), act: arrive, ready: "article" },
  {
    name: "many", ready: "article", act: arrive,
    set: async (me) => {
      const bridge = await several(me(niro));
      const key = await bridge.join(niro);
      return Object.assign(bridge, {
        later: async () => {
          for (const readers of [[nero], [nero, jonathan, ana, kofi], [kofi], [ana, nero]]) await bridge.seal(key, readers, TEXT, 60);
        },
      });
    },
  },
  {
    name: "form", set: (me) => several(me(niro)), ready: "form",
    act: async (page, bridge) => { await arrive(page, bridge); await write(page, ["nero", "jona"]); },
  },
  {
    name: "form-choices", set: (me) => Promise.resolve(me(niro)), ready: "[role=option]",
    act: async (page) => { await write(page, ["nero"]); await page.locator(".picker-input").click(); await page.locator(".picker-input").press("ArrowDown"); },
  },
  {
    name: "form-faults", set: (me) => Promise.resolve(me(niro)), ready: ".fault",
    act: async (page) => {
      await compose(page);
      await page.locator(SAVE).click();
    },
  },
  {
    name: "form-failed", set: (me) => Promise.resolve(me(niro)), ready: "form [role=alert]",
    act: async (page, bridge) => { await write(page, ["nero", "kofi"]); bridge.failing = 503; await page.locator(SAVE).click(); },
  },
  {
    name: "added", set: (me) => Promise.resolve(me(niro)), ready: "[data-part=bar]",
    act: async (page) => { await write(page, ["nero", "jona"]); await page.locator(SAVE).click(); },
  },
  {
    name: "form-life", set: (me) => Promise.resolve(me(niro)), ready: "input[type=number]",
    act: async (page) => {
      await write(page, ["nero"]);
      await page.locator(".life select").first().selectOption("at");
      await page.locator(".life select").last().selectOption("some");
      await page.locator("input[type=number]").fill("0");
      await page.locator(SAVE).click();
    },
  },
  {
    name: "form-files", set: (me) => Promise.resolve(me(niro)), ready: ".drop .file",
    act: async (page) => {
      await write(page, ["nero"]);
      await page.locator("input[type=file]").setInputFiles([
        { name: "id_ed25519", mimeType: "", buffer: Buffer.alloc(411) }, { name: "A-Certificate-With-A-Very-Long-Name-And-No-Space-At-All.pem", mimeType: "", buffer: Buffer.alloc(3_000_000) },
      ]);
    },
  },
  {
    name: "note-files", set: (me) => withFiles(me(jonathan)), ready: "[data-part=note-files] .file",
    act: async (page, bridge) => { await arrive(page, bridge); await unlock(page); },
  },
  {
    name: "card-menu", set: (me) => several(me(niro)), ready: "[role=menuitem]:focus",
    act: async (page, bridge) => { await arrive(page, bridge); await page.locator(".card-acts .menu-place > button").first().click(); },
  },
  {
    name: "sooner", set: (me) => several(me(niro)), ready: "[data-part=view] select",
    act: async (page, bridge) => { await arrive(page, bridge); await cardMenu(page, "sooner"); },
  },
  {
    name: "sooner-failed", set: (me) => several(me(niro)), ready: "[data-part=view] [role=alert]",
    act: async (page, bridge) => {
      await arrive(page, bridge);
      await cardMenu(page, "sooner");
      await page.locator("[data-part=view] input, [data-part=view] select").first().selectOption("at");
      await page.locator("[data-part=view] input").fill("2020-01-01T10:00");
      bridge.failing = 503;
      await page.locator("[data-part=view] select").selectOption("3600");
      await page.locator("[data-part=view] button[type=submit]").click();
    },
  },
  {
    name: "once", set: (me) => onlyOnce(me(jonathan)), ready: "[role=alertdialog]",
    act: async (page, bridge) => { await arrive(page, bridge); await unlock(page); },
  },
  {
    name: "used", ready: "[aria-disabled]",
    set: async (me) => {
      const bridge = me(jonathan);
      const key = await bridge.join(niro);
      await bridge.seal(key, [jonathan, nero], TEXT, 300, { opens: 1, why: "used", opened: [{ account: jonathan, at: clock() - 60 }] });
      bridge.card("AAAAAAAAAAAAAAAAAAAAA3", niro, [jonathan], 90_000, { opens: 1, state: "used", endedAt: clock() - 5_000 });
      return bridge;
    },
  },
  {
    name: "exact-end", set: (me) => fromNiro(me(jonathan)), ready: ".moment:focus",
    act: async (page, bridge) => { await arrive(page, bridge); await page.keyboard.press("Tab"); await page.locator(".moment").first().focus(); },
  },
  {
    name: "expired-unread", ready: ".tombstone",
    set: (me) => {
      const bridge = me(niro);
      bridge.card("AAAAAAAAAAAAAAAAAAAAA4", niro, [kofi, nero], 86_400 * 8, { state: "expired", endedAt: clock() - 3_700 });
      return Promise.resolve(bridge);
    },
  },
  { name: "unlockable", set: (me) => fromNiro(me(jonathan)), act: arrive, ready: "article" },
  {
    name: "unlocked", set: (me) => fromNiro(me(jonathan)), ready: "[data-part=text]",
    act: async (page, bridge) => { await arrive(page, bridge); await unlock(page); },
  },
  {
    name: "copied", set: (me) => fromNiro(me(jonathan)), ready: "[data-part=text]",
    act: async (page, bridge) => {
      await arrive(page, bridge);
      await unlock(page);
      await page.locator(".open-foot button").first().click();
      await page.locator(".open-rest button").click();
    },
  },
  {
    name: "unlock-failed", set: (me) => fromNiro(me(jonathan)), ready: ".card-side .fault",
    act: async (page, bridge) => { await arrive(page, bridge); bridge.failing = 503; await unlock(page); },
  },
  {
    name: "delete", set: (me) => several(me(niro)), ready: "[role=alertdialog]",
    act: async (page, bridge) => { await arrive(page, bridge); await unlock(page); await askDelete(page); },
  },
  {
    name: "delete-failed", set: (me) => several(me(niro)), ready: "[role=alertdialog] [role=alert]",
    act: async (page, bridge) => {
      await arrive(page, bridge);
      await cardMenu(page, "delete");
      await page.waitForSelector("[role=alertdialog]");
      bridge.failing = 503;
      await deleteIt(page);
    },
  },
  {
    name: "deleted", set: (me) => several(me(niro)), ready: ".tombstone:focus",
    act: async (page, bridge) => { await arrive(page, bridge); await unlock(page); await askDelete(page); await deleteIt(page); },
  },
  {
    name: "getting-ready", ready: ".line-live",
    set: async (me) => {
      const bridge = me(jonathan);
      const key = await bridge.join(niro);
      await bridge.seal(key, [jonathan, nero], TEXT, 300, { why: "waiting", wrapped: false, unlockable: false, waitingFor: [jonathan] });
      return bridge;
    },
  },
  {
    name: "words-given", set: (me) => several(me(niro)), ready: ".pickup-words",
    act: async (page, bridge) => {
      await arrive(page, bridge);
      await page.locator(".card .menu-place > button").first().click();
      await page.locator("[data-entry=giveWords]").click();
    },
  },
  {
    name: "words-typed", ready: ".pickup-strange button",
    set: async (me) => {
      const bridge = me(jonathan);
      const key = await bridge.join(niro);
      await bridge.seal(key, [jonathan, nero], TEXT, 300, { why: "waiting", wrapped: false, unlockable: false, waitingFor: [jonathan] });
      return bridge;
    },
    act: async (page) => {
      await page.locator(".line-live + button").click();
      await page.locator(".pickup-field").fill("abacus felt-tip abdomne qqqqqqqq ");
    },
  },
  {
    name: "let-in", ready: "[data-kind=let-in]",
    set: async (me) => {
      const bridge = await several(me(niro));
      await bridge.later();
      const note = bridge.cards[0]?.id ?? "";
      const one = { note, issue, account: jonathan, name: "Jonathan Meyer", kind: "customer", kid: "k", entry: null, since: clock() } as const;
      bridge.waiting = [{ ...one, reason: "first" }, { ...one, note: bridge.cards[1]?.id ?? "", kid: "l", reason: "unconfirmed" }];
      return bridge;
    },
    act: async (page) => { await page.locator("[data-kind=let-in] button").nth(1).click(); },
  },
  {
    name: "subscribe", ready: "[data-part=subscribe] dl",
    set: async (me) => { const bridge = await several(me(niro)); bridge.subscribed = false; return bridge; },
    act: async (page, bridge) => { await arrive(page, bridge); await write(page, ["nero"]); await page.locator(SAVE).click(); },
  },
  {
    name: "subscribe-customer", ready: "[data-part=subscribe] [aria-invalid]",
    set: (me) => { const bridge = me(jonathan); bridge.subscribed = false; return Promise.resolve(bridge); },
    act: async (page) => {
      await write(page, ["niro"]);
      await page.locator(SAVE).click();
      await page.waitForSelector("[data-part=subscribe]");
      await page.locator(SAVE).click();
    },
  },
  {
    name: "earlier-draft", ready: "[data-part=earlier] button", set: (me) => Promise.resolve(me(niro)),
    act: async (page, bridge) => {
      await bridge.published;
      await write(page, ["nero"]);
      await holds(page, BEGUN);
      await page.reload();
      await compose(page);
    },
  },
  {
    name: "offline", set: (me) => several(me(niro)), ready: "[data-kind=offline]",
    act: async (page, bridge) => { await arrive(page, bridge); await page.context().setOffline(true); await unlock(page); },
  },
  {
    name: "blocked", blocked: true, ready: "[data-kind=storage]", set: (me) => Promise.resolve(me(niro)),
    act: async (page) => { await write(page, ["nero"]); await page.locator(SAVE).click(); },
  },
  {
    name: "part-missing", gone: ["writing.js"], ready: "[data-kind=part]", set: (me) => several(me(niro)),
    act: async (page, bridge) => { await arrive(page, bridge); await compose(page); },
  },
  {
    name: "part-still-missing", gone: ["reading.js"], ready: "[data-kind=part] button + button", set: (me) => Promise.resolve(me(niro)),
    act: async (page) => { await page.locator("[data-kind=part] button").click(); },
  },
  { name: "wordless", gone: ["en.js", "de.js", "ja.js"], ready: "[data-part=wordless]", set: (me) => Promise.resolve(me(niro)) },
  { name: "broken", set: (me) => { const bridge = me(niro); bridge.failing = 500; return Promise.resolve(bridge); }, ready: "[data-part=failed]" },
  { name: "no-right", set: (me) => { const bridge = me(niro); bridge.failing = 403; return Promise.resolve(bridge); }, ready: "[data-part=no-right]" },
  { name: "signed-out", anonymous: true, set: (me) => Promise.resolve(me(niro)), ready: "[data-part=signed-out]" },
  {
    name: "overview-unsubscribed", script: "admin", ready: "[data-part=subscription] button",
    set: (me) => { const bridge = me(niro); bridge.subscribed = false; return Promise.resolve(bridge); },
  },
  { name: "overview", script: "admin", set: (me) => Promise.resolve(me(niro)), ready: ".overview-line" },
];
