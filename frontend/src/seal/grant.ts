import { hasTeam } from "./header";
import { makeCompact, parseCompact, verifyCompact } from "./jws";
import { checkHash, checkParty, isApp, isTeam } from "./party";
import { reject } from "./rejected";
import type { Header } from "./header";
import type { History } from "./history";
import type { Compact, Signer } from "./jws";

const RECORDS = 1000;
const ACTS = ["fill", "grant", "drop"] as const;

export type Act = (typeof ACTS)[number];

/** One signed record of a note's chain: somebody is let in, or out. */
export interface Grant {
  readonly hh: string;
  readonly n: number;
  readonly prev: string;
  readonly act: Act;
  readonly by: string;
  readonly a: string;
  readonly iat: number;
  /** The key that is sealed for and the hash of its wrap; always with `fill`, never with `drop`. */
  readonly kid?: string;
  readonly wrap?: string;
}

interface Parsed extends Grant {
  readonly jws: Compact;
}

/** A note's grants, verified front to back. */
export interface Chain {
  readonly head: { readonly n: number; readonly sha: string };
  /** Author and readers by name, as things stand. */
  readonly named: ReadonlySet<string>;
  readonly dropped: ReadonlySet<string>;
  /** Key → hash of the wrap that the last grant for it names. */
  readonly wraps: ReadonlyMap<string, string>;
  readonly grants: readonly Grant[];
}

async function parseGrant(text: string): Promise<Parsed> {
  const jws = await parseCompact(text, "deskbridge-grant");
  const { members } = jws;
  members.version();
  const act = members.oneOf("act", ACTS);
  const kid = members.optional("kid", checkHash);
  const wrap = members.optional("wrap", checkHash);
  const grant: Parsed = {
    hh: checkHash(members.text("hh")),
    n: members.integer("n"),
    prev: checkHash(members.text("prev")),
    act,
    by: checkParty(members.text("by")),
    a: checkParty(members.text("a")),
    iat: members.integer("iat"),
    ...(kid === undefined ? {} : { kid }),
    ...(wrap === undefined ? {} : { wrap }),
    jws,
  };
  members.end();
  const both = kid !== undefined && wrap !== undefined;
  const neither = kid === undefined && wrap === undefined;
  if (!(act === "fill" ? both : act === "drop" ? neither : both || neither)) reject("member");
  return grant;
}

/** Whether somebody counts as a reader or is the author: by name, or because the header names a team. */
export function counts(chain: Pick<Chain, "named" | "dropped">, header: Header, account: string): boolean {
  return chain.named.has(account) || (hasTeam(header) && !isApp(account) && !chain.dropped.has(account));
}

/**
 * Verifies the chain of the note with header hash `hh` and a seal of hash `seal`. `historyOf`
 * gives the verified history of a granter.
 */
export async function readChain(
  header: Header,
  hh: string,
  seal: string,
  grants: readonly string[],
  historyOf: (account: string) => Promise<History>,
): Promise<Chain> {
  if (grants.length > RECORDS) reject("too-large");
  const named = new Set([header.by.a, ...header.readers.filter((reader) => !isTeam(reader))]);
  const dropped = new Set<string>();
  const wraps = new Map<string, string>();
  const done: Grant[] = [];
  let head = { n: 0, sha: seal };
  for (const text of grants) {
    const grant = await parseGrant(text);
    if (grant.n !== head.n + 1 || grant.prev !== head.sha) reject("chain");
    if (grant.hh !== hh) reject("note");
    await verifySigner(grant, header.tenant, await historyOf(grant.by));
    if (!mayAct(grant, header, { named, dropped })) reject("right");
    if (grant.act === "grant") {
      named.add(grant.a);
      dropped.delete(grant.a);
    } else if (grant.act === "drop") {
      named.delete(grant.a);
      dropped.add(grant.a);
    }
    if (grant.kid !== undefined && grant.wrap !== undefined) wraps.set(grant.kid, grant.wrap);
    head = { n: grant.n, sha: grant.jws.sha };
    done.push(grant);
  }
  return { head, named, dropped, wraps, grants: done };
}

async function verifySigner(grant: Parsed, tenant: string, by: History): Promise<void> {
  if (by.account !== grant.by || by.tenant !== tenant) reject("key");
  const signer = by.keys.get(grant.jws.signature.kid) ?? reject("key");
  await verifyCompact(grant.jws, signer.kid, signer.sig);
}

/** Whether `by` may do this to `a`, as things stand before it. */
export function mayAct(
  grant: Pick<Grant, "act" | "by" | "a">,
  header: Header,
  chain: Pick<Chain, "named" | "dropped">,
): boolean {
  const author = grant.by === header.by.a;
  const known = counts(chain, header, grant.a);
  switch (grant.act) {
    case "fill":
      return known && (author || (header.fill === "readers" && counts(chain, header, grant.by)));
    case "grant":
      return author && !chain.named.has(grant.a);
    case "drop":
      return author && known && grant.a !== header.by.a;
  }
}

export async function makeGrant(grant: Grant, signer: Signer): Promise<string> {
  return makeCompact("deskbridge-grant", { v: 1, ...grant }, signer);
}
