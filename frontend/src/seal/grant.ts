import { hasTeam } from "./header";
import { parseCompact, verifyCompact } from "./jws";
import { checkHash, checkParty, isApp, isTeam } from "./party";
import { PICKUP_SECONDS, readPair } from "./pickup";
import { reject } from "./rejected";
import type { Header } from "./header";
import type { History } from "./history";
import type { Compact } from "./jws";
import type { Pickup, PickupPair } from "./pickup";

const RECORDS = 1000;
const ACTS = ["fill", "grant", "drop", "pickup"] as const;

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
  /** With `pickup`: the code that is given; null takes back the one that stands. */
  readonly pair: PickupPair | null;
  readonly jws: Compact;
}

/** A key that a reader filled by a code, and the author's key that signed the code's record. */
interface Filled {
  readonly account: string;
  readonly kid: string;
  readonly giver: string;
}

/** A note's grants, verified front to back. */
export interface Chain {
  readonly head: { readonly n: number; readonly sha: string };
  /** Author and readers by name, as things stand. */
  readonly named: ReadonlySet<string>;
  readonly dropped: ReadonlySet<string>;
  /** Key → hash of the wrap that the last grant for it names. */
  readonly wraps: ReadonlyMap<string, string>;
  /** The codes that stand, by reader. */
  readonly codes: ReadonlyMap<string, Pickup>;
  readonly filled: readonly Filled[];
  readonly grants: readonly Grant[];
}

async function parseGrant(text: string): Promise<Parsed> {
  const jws = await parseCompact(text, "deskbridge-grant");
  const { members } = jws;
  members.version();
  const act = members.oneOf("act", ACTS);
  const kid = members.optional("kid", checkHash);
  const wrap = members.optional("wrap", checkHash);
  const hh = checkHash(members.text("hh"));
  const a = checkParty(members.text("a"));
  const pair = act === "pickup" && kid !== undefined ? await readPair(members, hh, a, kid) : null;
  const grant: Parsed = {
    hh,
    n: members.integer("n"),
    prev: checkHash(members.text("prev")),
    act,
    by: checkParty(members.text("by")),
    a,
    pair,
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
  const codes = new Map<string, Pickup>();
  const filled: Filled[] = [];
  const done: Grant[] = [];
  let head = { n: 0, sha: seal };
  for (const text of grants) {
    const grant = await parseGrant(text);
    if (grant.n !== head.n + 1 || grant.prev !== head.sha) reject("chain");
    if (grant.hh !== hh) reject("note");
    const signer = grant.jws.signature.kid;
    const code = codes.get(grant.by);
    if (code?.kid === signer) {
      await verifyCompact(grant.jws, code.kid, code.sig);
      mayFill(grant, code, counts({ named, dropped }, header, grant.a), await historyOf(grant.by));
      codes.delete(grant.by);
      if (grant.kid !== undefined) filled.push({ account: grant.a, kid: grant.kid, giver: code.by });
    } else {
      await verifySigner(grant, header.tenant, await historyOf(grant.by));
      if (!mayAct(grant, header, { named, dropped, codes, wraps })) reject("right");
    }
    if (grant.act === "pickup") {
      if (grant.pair === null) codes.delete(grant.a);
      else codes.set(grant.a, { ...grant.pair, iat: grant.iat, by: signer });
    } else if (grant.act === "grant") {
      named.add(grant.a);
      dropped.delete(grant.a);
    } else if (grant.act === "drop") {
      named.delete(grant.a);
      codes.delete(grant.a);
      dropped.add(grant.a);
    }
    if (grant.kid !== undefined && grant.wrap !== undefined) wraps.set(grant.kid, grant.wrap);
    head = { n: grant.n, sha: grant.jws.sha };
    done.push(grant);
  }
  return { head, named, dropped, wraps, codes, filled, grants: done };
}

async function verifySigner(grant: Parsed, tenant: string, by: History): Promise<void> {
  if (by.account !== grant.by || by.tenant !== tenant) reject("key");
  const signer = by.keys.get(grant.jws.signature.kid) ?? reject("key");
  await verifyCompact(grant.jws, signer.kid, signer.sig);
}

/** A fill signed by a code: for the reader who was given it, for a browser of theirs, in its hour. */
function mayFill(grant: Parsed, code: Pickup, known: boolean, own: History): void {
  if (grant.act !== "fill" || grant.a !== grant.by || !known) reject("right");
  if (own.keys.get(grant.kid ?? "")?.kind !== "browser") reject("key");
  if (grant.iat < code.iat || grant.iat >= code.iat + PICKUP_SECONDS) reject("time");
}

/** Whether `by` may do this to `a`, as things stand before it. */
export function mayAct(
  grant: Pick<Grant, "act" | "by" | "a" | "kid">,
  header: Header,
  chain: Pick<Chain, "named" | "dropped" | "codes" | "wraps">,
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
    case "pickup":
      if (grant.kid === undefined) return author && chain.codes.has(grant.a);
      return author && known && grant.a !== header.by.a && !chain.wraps.has(grant.kid);
  }
}
