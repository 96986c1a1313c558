import type { Page } from "playwright-core";
import { clock, type StageBridge } from "./bridge";
import { jonathan, nero, niro } from "./cast";

export const TEXT = "vpn.acme.example\nuser: jonathan\npassword: correct-horse-battery-staple";

/** A stage whose notes come once the page has published its key. */
type Later = StageBridge & { later: () => Promise<unknown> };

/** A few notes as an agent sees them: own, another's, ended ones; sealed once the page has its key. */
export async function several(bridge: StageBridge): Promise<Later> {
  const [key, other] = [await bridge.join(niro), await bridge.join(nero)];
  const fill = async () => {
    bridge.card("AAAAAAAAAAAAAAAAAAAAA1", nero, [niro], 40 * 86_400, { state: "expired", endedAt: clock() - 12 * 86_400 });
    bridge.card("AAAAAAAAAAAAAAAAAAAAA2", niro, [jonathan], 7_200, { state: "taken-back", endedAt: clock() - 7_000 });
    await bridge.seal(other, [jonathan, niro], TEXT, 86_400 * 3, { opened: [{ account: jonathan, at: clock() - 86_400 }] });
    await bridge.seal(key, [nero, jonathan], TEXT, 5_400, { opened: [{ account: nero, at: clock() - 600 }], waitingFor: [jonathan] });
  };
  return Object.assign(bridge, { later: fill });
}

export async function fromNiro(bridge: StageBridge): Promise<Later> {
  const key = await bridge.join(niro);
  return Object.assign(bridge, { later: () => bridge.seal(key, [bridge.me, nero], TEXT, 300) });
}

export async function withFiles(bridge: StageBridge): Promise<Later> {
  const key = await bridge.join(niro);
  return Object.assign(bridge, { later: () => bridge.seal(key, [bridge.me, nero], TEXT, 300, { files: 3 }) });
}

export async function onlyOnce(bridge: StageBridge): Promise<Later> {
  const key = await bridge.join(niro);
  return Object.assign(bridge, { later: () => bridge.seal(key, [bridge.me, nero], TEXT, 300, { opens: 1 }) });
}

/** Browsers of one's own that were here before. */
export function named(bridge: StageBridge): StageBridge {
  bridge.names = ["Firefox on Windows", "Safari on iPhone"];
  return bridge;
}

/** One's own phone asks to be approved. */
export const phone = {
  commitment: "c".repeat(43), name: "Safari on iPhone", since: clock() - 60, by: null, nonce: null, half: null, then: null,
};

/** The page has its key, the first of its account. */
export async function alone(page: Page, bridge: StageBridge): Promise<void> {
  await page.waitForSelector("[data-part=empty]");
  await bridge.published;
  await page.waitForFunction(KEPT);
}

/** Whether the page keeps its key by now: what is sealed for a key that a reload would lose stays shut. */
const KEPT = `new Promise((done) => {
  const request = indexedDB.open("deskbridge");
  request.onerror = () => done(false);
  request.onsuccess = () => {
    const database = request.result;
    const end = (kept) => { database.close(); done(kept); };
    if (!database.objectStoreNames.contains("keys")) return end(false);
    const count = database.transaction("keys").objectStore("keys").count();
    count.onerror = () => end(false);
    count.onsuccess = () => end(count.result > 0);
  };
})`;

/** Whether a text that was begun is kept by now. */
export const BEGUN = `new Promise((done) => {
  const request = indexedDB.open("deskbridge-drafts", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("drafts");
  request.onerror = () => done(false);
  request.onsuccess = () => {
    const database = request.result;
    const end = (kept) => { database.close(); done(kept); };
    const count = database.transaction("drafts").objectStore("drafts").count();
    count.onerror = () => end(false);
    count.onsuccess = () => end(count.result > 0);
  };
})`;

/** Asks the page until it says yes: `waitForFunction` takes a promise for one. */
export async function holds(page: Page, question: string): Promise<void> {
  for (let left = 300; left > 0; left -= 1) {
    if (await page.evaluate<boolean>(question)) return;
    await page.waitForTimeout(50);
  }
  throw new Error("it never came to hold");
}

/** Seals a note for the key that the page has made by now, and shows it. */
export async function arrive(page: Page, bridge: StageBridge): Promise<void> {
  await page.waitForSelector("[data-part=empty]");
  await bridge.published;
  await holds(page, KEPT);
  await (bridge as Later).later();
  await page.reload();
  await page.waitForSelector("article");
}
