import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

/** Addresses that the demonstration prints. */
interface Addresses {
  readonly site: string;
  readonly control: string;
  readonly bridge: string;
}

/** A whole site with the app installed, of this test file alone, on free ports. */
export class Demo {
  readonly #closing: (() => Promise<void>)[] = [];

  private constructor(
    private readonly child: ChildProcess,
    private readonly addresses: Addresses,
  ) {}

  /** Everybody has subscribed, unless a test is about that. */
  static async start(subscribed = true): Promise<Demo> {
    const child = spawn(binary(), ["demo", "--json", "--port", "0", "--bridge-port", "0", "--store", "embedded"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const line = await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout }).once("line", resolve);
      child.once("exit", (code) => { reject(new Error(`the demonstration ended with ${String(code)}`)); });
    });
    const demo = new Demo(child, JSON.parse(line) as Addresses);
    if (subscribed) await demo.#subscribe();
    return demo;
  }

  /** As the administrator of the site does on the admin page. */
  async #subscribe(): Promise<void> {
    const { token } = await this.read<{ token: string }>("token?as=ada");
    const answer = await fetch(`${this.bridge}/api/subscription`, {
      method: "POST", headers: { "content-type": "application/json", "authorization": `JWT ${token}` }, body: JSON.stringify({ audience: "both" }),
    });
    if (!answer.ok) throw new Error(`subscribing: ${String(answer.status)} ${await answer.text()}`);
  }

  get site(): string {
    return new URL(this.addresses.site).origin;
  }

  get bridge(): string {
    return this.addresses.bridge;
  }

  /** Closes with the demonstration, also where a test failed before it could do so itself. */
  closeWith(close: () => Promise<void>): void {
    this.#closing.push(close);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#closing.map((close) => close()));
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGINT");
    await ended;
  }

  /** A new request of Jonathan's with Ana beside him; tests do not share issues. */
  async request(summary: string, over: object = {}): Promise<Issue> {
    return this.post<Issue>("issues", { summary, reporter: "jonathan", participants: ["ana"], assignee: "niro", ...over });
  }

  post<T>(path: string, body: object): Promise<T> {
    return this.#send("POST", path, body);
  }

  patch<T>(path: string, body: object): Promise<T> {
    return this.#send("PATCH", path, body);
  }

  async #send<T>(method: string, path: string, body: object): Promise<T> {
    const answer = await fetch(`${this.addresses.control}/${path}`, {
      method, headers: { "content-type": "application/json" }, body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${String(answer.status)} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  async read<T>(path: string): Promise<T> {
    const answer = await fetch(`${this.addresses.control}/${path}`);
    if (!answer.ok) throw new Error(`${path}: ${String(answer.status)} ${await answer.text()}`);
    return (await answer.json()) as T;
  }
}

export interface Issue {
  readonly id: string;
  readonly key: string;
}

function binary(): string {
  const named = process.env["DESKBRIDGE_PLAYGROUND"];
  const target = process.env["CARGO_TARGET_DIR"] ?? join(root, "target");
  const found = [named, join(target, "debug", "deskbridge-playground"), join(target, "release", "deskbridge-playground")]
    .find((path) => path !== undefined && existsSync(path));
  if (found === undefined) throw new Error("build the demonstration first: cargo build -p deskbridge -p deskbridge-playground");
  return found;
}
