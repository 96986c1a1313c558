import { createServer, type IncomingMessage, type Server } from "node:http";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { AddressInfo } from "node:net";
import { issue, tenant } from "./cast";
import type { StageBridge } from "./bridge";

/** What the page around the panel says, as a host's script would. */
const bridgeScript = (account: string): string => `
  globalThis.AP = {
    _data: { origin: "https://stage.example" },
    context: {
      getToken: (done) => done("e30.e30.e30"),
      getContext: (done) => done({ jira: { issue: { id: ${JSON.stringify(issue.id)}, key: ${JSON.stringify(issue.key)} } } }),
    },
    user: { getCurrentUser: (done) => done({ atlassianAccountId: ${JSON.stringify(account)} }), getLocale: (done) => done(new URLSearchParams(location.search).get("lang") ?? "en-GB") },
  };`;

/** A session that will not need renewing while a picture is taken. */
const SESSION = `e30.${Buffer.from('{"exp":4102444800}').toString("base64url")}.e30`;

const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' https: data:; base-uri 'none'; form-action 'none'";

const html = (script: string, style: string, start: object): string => `<!doctype html>
<html lang="en" data-color-mode="auto"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Secure Notes</title><link rel="stylesheet" href="${style}"><script id="start" type="application/json">${JSON.stringify(start)}</script>
<script src="/all.js" defer></script><script src="${script}" type="module"></script></head><body><div id="panel" class="ac-content"></div></body></html>`;

interface Built {
  readonly name: string;
  readonly file: string;
  readonly path: string;
  readonly type: string;
}

export interface Stage {
  readonly url: string;
  bridge: StageBridge;
  /** Whether the visitor is signed in. */
  anonymous: boolean;
  /** Parts whose files are not served, by name (`writing.js`): as after another release. */
  gone: ReadonlySet<string>;
  close(): void;
}

/** Serves the built panels from `dist`, one page per bundle, to a browser on this machine. */
export async function openStage(dist: string, bridge: StageBridge): Promise<Stage> {
  const built = JSON.parse(readFileSync(join(dist, "manifest.json"), "utf8")) as readonly Built[];
  const pathOf = (name: string) => built.find((one) => one.name === name)?.path ?? "";
  const stage = { url: "", bridge, anonymous: false, gone: new Set<string>(), close: () => { server.close(); server.closeAllConnections(); } };
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://stage");
    const send = (status: number, type: string, body: string | Buffer) => {
      response.writeHead(status, { "content-type": type, "content-security-policy": POLICY });
      response.end(body);
    };
    if (url.pathname === "/all.js") send(200, "text/javascript", bridgeScript(stage.bridge.me));
    else if (url.pathname.startsWith("/assets/")) {
      const asset = built.find(({ path }) => path === url.pathname);
      if (asset === undefined || stage.gone.has(asset.name)) send(404, "application/problem+json", "{}");
      else send(200, asset.type, readFileSync(join(dist, basename(asset.file))));
    }
    else if (url.pathname === "/api/live") response.writeHead(200, { "content-type": "text/event-stream" }).write(":\n\n");
    else if (url.pathname.startsWith("/api/")) void api(stage.bridge, request, url, send);
    else {
      const session = stage.anonymous ? null : SESSION;
      send(200, "text/html; charset=utf-8", html(pathOf(`${url.pathname.slice(1)}.js`), pathOf("panel.css"), { session, surface: "issue-activity", tenant, locale: url.searchParams.get("lang"), state: null }));
    }
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  stage.url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return stage;
}

async function api(bridge: StageBridge, request: IncomingMessage, url: URL, send: (status: number, type: string, body: string) => void): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const answer = await bridge.answer(request.method ?? "GET", url.pathname, url.searchParams, text === "" ? null : JSON.parse(text));
  if (answer !== null) send(answer[0], "application/json", answer[0] === 204 ? "" : JSON.stringify(answer[1]));
}
