import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type FrameLocator, type Locator, type Page } from "playwright-core";
import type { Demo, Issue } from "./demo";

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

/** Whether a frame of another site may keep storage: the browser's own setting. */
export type Storage = "kept" | "blocked";

/** How long a page may take to show what it should. */
const PATIENCE_MS = 15_000;

/** Somebody with a browser of their own, as new as their profile. */
export class Person {
  private constructor(
    readonly who: string,
    private readonly demo: Demo,
    private readonly context: BrowserContext,
    private readonly profile: string,
    readonly page: Page,
    /** What the pages complained about: errors, and styles or scripts refused by policy. */
    readonly complaints: string[],
  ) {}

  static async arrive(demo: Demo, who: string, storage: Storage = "kept", options: object = {}): Promise<Person> {
    const profile = mkdtempSync(join(tmpdir(), "deskbridge-browser-"));
    if (storage === "kept") {
      mkdirSync(join(profile, "Default"));
      writeFileSync(join(profile, "Default", "Preferences"), JSON.stringify({ profile: { cookie_controls_mode: 0 } }));
    }
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", headless: true, args: FLAGS, locale: "en-GB",
      viewport: { width: 1280, height: 900 }, ...options,
    });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = context.pages()[0] ?? (await context.newPage());
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      const { url } = message.location();
      // The host's own script talks, and brings styles that the policy is meant to refuse.
      const host = !url.startsWith(demo.bridge);
      if (message.type() !== "error" || host || message.text().startsWith("Failed to load resource")) return;
      complaints.push(`${message.text()} (${url})`);
    });
    const person = new Person(who, demo, context, profile, page, complaints);
    demo.closeWith(() => person.leave());
    return person;
  }

  /** Opens the issue as an agent, at the tab of secure notes, or the request in the portal. */
  async visit(issue: Issue, where: "agent" | "portal"): Promise<Panel> {
    await this.look(issue, where);
    if (where === "agent") await this.page.getByRole("tab", { name: "Secure Notes" }).click();
    return this.panel(where);
  }

  /** Opens the page around the panel, and no more; the host speaks `lang`. */
  async look(issue: Issue, where: "agent" | "portal", lang = "en_GB"): Promise<void> {
    const query = `${where === "agent" ? `agent?as=${this.who}&issue=${issue.key}` : `portal?as=${this.who}&request=${issue.key}`}&lang=${lang}`;
    await this.page.goto(`${this.demo.site}/${query}`);
  }

  panel(where: "agent" | "portal"): Panel {
    const path = where === "agent" ? "issue-activity" : "portal-request";
    return new Panel(this.page.frameLocator(`iframe[src*="/panels/${path}"]`));
  }

  /** What the host shows outside the panel. */
  flag(text: string | RegExp): Locator {
    return this.page.locator(".flag").filter({ hasText: text });
  }

  async leave(): Promise<void> {
    await this.context.close();
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The notes panel inside a page. */
export class Panel {
  constructor(readonly frame: FrameLocator) {}

  get add(): Locator {
    return this.frame.getByRole("button", { name: "Add a secure note" });
  }

  get save(): Locator {
    return this.frame.getByRole("button", { name: "Add note" });
  }

  get text(): Locator {
    return this.frame.getByLabel("What do you want to share?");
  }

  get who(): Locator {
    return this.frame.getByRole("combobox", { name: "Who can read it" });
  }

  /** Cards of live notes, newest first. */
  get cards(): Locator {
    return this.frame.locator("article");
  }

  get unlock(): Locator {
    return this.frame.getByRole("button", { name: /^Unlock note/ });
  }

  /** The opened text. */
  get content(): Locator {
    return this.frame.getByRole("region", { name: "Text of the note" });
  }

  part(name: string): Locator {
    return this.frame.locator(`[data-part="${name}"]`);
  }

  banner(kind: string): Locator {
    return this.frame.locator(`[data-kind="${kind}"]`);
  }

  async choose(...names: string[]): Promise<void> {
    for (const name of names) {
      await this.who.fill(name);
      await this.frame.getByRole("option", { name: new RegExp(name, "i") }).first().click();
    }
  }

  async write(text: string, ...names: string[]): Promise<void> {
    await this.add.click();
    await this.text.fill(text);
    await this.choose(...names);
    await this.save.click();
  }

  /** Writes, and waits until the card is there. */
  async share(text: string, ...names: string[]): Promise<void> {
    await this.write(text, ...names);
    await this.part("bar").waitFor();
  }
}
