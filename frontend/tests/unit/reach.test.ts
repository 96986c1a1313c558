import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Client } from "../../src/api/client";
import { backOff, HintParser } from "../../src/api/live";
import { Failed, troubleOf } from "../../src/api/problem";
import { expiryOf, isWorn, Session } from "../../src/api/session";
import { accountOf, issueOf, summaryOf } from "../../src/host/connect";
import type { Host } from "../../src/host/host";
import { agrees, claimsOf } from "../../src/notes/place";
import { readStart } from "../../src/start";

const jwt = (claims: object): string => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.s`;
const json = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status });

/** Answers in order, and remembers what was asked. */
function answering(...answers: (() => Response | Promise<Response>)[]) {
  const asked: { path: string; method: string; authorization: string | null }[] = [];
  const fetcher: typeof fetch = (input, init) => {
    asked.push({ path: input instanceof Request ? input.url : input.toString(), method: init?.method ?? "GET", authorization: new Headers(init?.headers).get("authorization") });
    const next = answers.shift();
    if (!next) throw new Error("nothing more was expected");
    return Promise.resolve(next());
  };
  return { asked, fetcher };
}

const far = jwt({ exp: 10_000 });
const session = (token: string, fetcher: typeof fetch) => new Session(token, null, fetcher, () => 1_000);
const client = (fetcher: typeof fetch) => new Client(session(far, fetcher), fetcher, () => Promise.resolve());
const lost = () => Promise.reject(new TypeError("network"));

describe("an answer without a body", () => {
  it("is an answer: what was done is not asked for again", async () => {
    const { asked, fetcher } = answering(() => new Response(null, { status: 201 }));
    await client(fetcher).grant("AAAAAAAAAAAAAAAAAAAAAA", "g", "e", "k");
    assert.equal(asked.length, 1);
  });
});

describe("the session", () => {
  it("is renewed before it ends, not after", () => {
    assert.equal(expiryOf(jwt({ exp: 77 })), 77);
    for (const broken of ["", "a.b.c", jwt({ exp: "soon" })]) assert.equal(expiryOf(broken), 0);
    assert.equal(isWorn(jwt({ exp: 1_000 }), 900), true);
    assert.equal(isWorn(jwt({ exp: 1_000 }), 500), false);
  });

  it("renews once for all who ask at the same time, with the old session where no host is", async () => {
    const worn = jwt({ exp: 1_001 });
    const { asked, fetcher } = answering(() => json(200, { session: far }));
    const one = session(worn, fetcher);
    assert.deepEqual(await Promise.all([one.current(), one.current()]), [far, far]);
    assert.deepEqual(asked, [{ path: "/api/session", method: "POST", authorization: `Bearer ${worn}` }]);
  });
});

describe("a session of a host whose tokens name no issue", () => {
  it("stays with the issue it was made for", async () => {
    const worn = jwt({ exp: 1_001, issue: "10001" });
    const kept = jwt({ exp: 10_000, issue: "10001" });
    const { asked, fetcher } = answering(() => json(200, { session: far }), () => json(200, { session: kept }));
    const host = { token: () => Promise.resolve("t") } as unknown as Host;
    assert.equal(await new Session(worn, host, fetcher, () => 1_000).current(), kept);
    assert.deepEqual(asked.map(({ authorization }) => authorization), ["JWT t", `Bearer ${worn}`]);
  });
});

describe("a call", () => {
  it("is tried again when its answer was lost or the server is busy, and gives up", async () => {
    const { asked, fetcher } = answering(lost, () => json(503, {}), () => json(200, { now: 1 }));
    assert.deepEqual(await client(fetcher).state(), { now: 1 });
    assert.equal(asked.length, 3);
    const dead = answering(lost, lost, lost);
    await assert.rejects(client(dead.fetcher).state(), (error) => error instanceof Failed && error.trouble === "offline");
  });

  it("is not tried again when it was refused", async () => {
    for (const status of [400, 403, 404, 409, 410, 422, 500]) {
      const { asked, fetcher } = answering(() => json(status, { type: "x" }));
      await assert.rejects(client(fetcher).state(), (error) => error instanceof Failed && error.status === status && error.type === "x");
      assert.equal(asked.length, 1);
    }
  });

  it("renews a refused session once", async () => {
    const { asked, fetcher } = answering(() => json(401, {}), () => json(200, { session: jwt({ exp: 9_999 }) }), () => json(200, { now: 2 }));
    assert.deepEqual(await client(fetcher).state(), { now: 2 });
    assert.deepEqual(asked.map(({ path }) => path), ["/api/state", "/api/session", "/api/state"]);
  });

  it("names what a refusal means", () => {
    const table = { 401: "signed-out", 403: "no-right", 404: "gone", 410: "gone", 409: "stale", 429: "busy", 503: "busy", 500: "broken", 422: "refused", 423: "locked" };
    for (const [status, trouble] of Object.entries(table)) assert.equal(troubleOf(Number(status)), trouble, status);
    assert.equal(troubleOf(403, "urn:deskbridge:problem:not-in-portal"), "left");
    assert.equal(troubleOf(403, "urn:deskbridge:problem:forbidden"), "no-right");
  });
});

describe("hints", () => {
  it("are read whole, however the stream was cut", () => {
    const text = ": beat\n\ndata: {\"changed\":\"notes\"}\r\n\r\ndata:{\"changed\":\"waiting\"}\n\ndata: {\"changed\":\"else\"}\n\ndata: junk\n\n";
    for (const size of [1, 2, 7, text.length]) {
      const parser = new HintParser();
      const heard = [];
      for (let at = 0; at < text.length; at += size) heard.push(...parser.feed(text.slice(at, at + size)));
      assert.deepEqual(heard, ["notes", "waiting"], String(size));
    }
  });

  it("are asked for again, ever more slowly", () => {
    assert.ok(backOff(0) < backOff(1) && backOff(1) < backOff(3));
    assert.equal(backOff(50), 30_000);
  });
});

describe("the host's word", () => {
  it("is read tolerantly and never guessed", () => {
    assert.deepEqual(issueOf({ jira: { issue: { id: 10001, key: "ITH-1" } } }), { id: "10001", key: "ITH-1" });
    for (const nothing of [null, {}, { jira: {} }, { jira: { issue: { id: "" } } }]) assert.equal(issueOf(nothing), null);
    assert.equal(accountOf({ atlassianAccountId: "712020:niro" }), "712020:niro");
    assert.equal(accountOf({}), null);
    assert.deepEqual(summaryOf('{"key":"ITH-1","fields":{"summary":"VPN"}}'), { key: "ITH-1", summary: "VPN" });
    assert.equal(summaryOf("<html>"), null);
  });

  it("comes out of its token where a call does not say it", () => {
    const claims = claimsOf(jwt({ sub: "qm:jonathan", context: { jira: { issue: { id: "10001" } } } }));
    assert.equal(claims.sub, "qm:jonathan");
    assert.deepEqual(claimsOf("junk"), {});
  });

  it("must agree with the server on person and issue", () => {
    const state = { me: { account: "niro", name: "Niro", kind: "agent" }, issue: { id: "1", key: "ITH-1", project: "1" } } as const;
    assert.equal(agrees({ account: "niro", issue: "1", origin: null }, state), true);
    for (const other of [{ account: "nero", issue: "1" }, { account: "niro", issue: "2" }, { account: "niro", issue: null }]) {
      assert.equal(agrees({ ...other, origin: null }, state), false);
    }
  });
});

describe("the start of a page", () => {
  it("is nobody's unless it says whose", () => {
    for (const text of [null, "", "junk", "[]", "3", "{}"]) assert.equal(readStart(text).session, null);
    assert.deepEqual(readStart('{"session":"s","surface":"admin","tenant":"t"}'), { session: "s", surface: "admin", tenant: "t", locale: null, state: null });
    assert.equal(readStart('{"locale":"de-AT"}').locale, "de-AT");
    assert.equal(readStart('{"locale":7}').locale, null);
  });
});
