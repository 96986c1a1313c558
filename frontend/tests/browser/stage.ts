import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";
import type { Scene } from "../../look/states";
import { type View, type Visit, visit } from "../../look/visit";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** The built panels and a browser: for what can be seen without a site around it. */
export class Theatre {
  private constructor(private readonly dist: string, private readonly browser: Browser) {}

  static async open(): Promise<Theatre> {
    const dist = mkdtempSync(join(tmpdir(), "deskbridge-stage-"));
    execFileSync(process.execPath, ["build.mjs", dist], { cwd: root });
    const browser = await chromium.launch({
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"],
    });
    return new Theatre(dist, browser);
  }

  /** Shows a scene while `look` looks at it. */
  async show(scene: Scene, view: View, look: (shown: Visit) => Promise<void>): Promise<void> {
    const shown = await visit(this.browser, this.dist, scene, view);
    try {
      await look(shown);
    } finally {
      await shown.close();
    }
  }

  async close(): Promise<void> {
    await this.browser.close();
    rmSync(this.dist, { recursive: true, force: true });
  }
}
