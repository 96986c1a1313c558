import { decodeExact, decode, encode } from "./base64";
import { equal } from "./bytes";
import { openContent } from "./content";
import { commit, openToken } from "./derive";
import { counts, readChain } from "./grant";
import { issueOf, parseHeader } from "./header";
import { classify, readHistory } from "./history";
import { bodySha, parseSeal, verifySeal } from "./note_seal";
import { makeOpenRequest } from "./open";
import { reject } from "./rejected";
import { headerHash, openWrap, wrapSha } from "./wrap";
import type { Bytes } from "./bytes";
import type { Content } from "./content";
import type { Chain } from "./grant";
import type { Header } from "./header";
import type { History, Standing } from "./history";
import type { OwnKey } from "./keys";
import type { Wrap } from "./wrap";

/** What the server releases before consent. */
export interface Authorised {
  readonly protected: string;
  readonly seal: string;
  readonly recipients: readonly Wrap[];
  readonly grants: readonly string[];
  readonly histories: Readonly<Record<string, readonly unknown[]>>;
}

/** What this side knows by itself; nothing here may come from the server's answer or page. */
export interface Known {
  /** Pinned for the host's origin. */
  readonly tenant: string;
  /** The issue the host bridge names; null when letting in from elsewhere (show `header.place` then). */
  readonly issue: string | null;
  readonly account: string;
  /** Keys of this browser for `tenant` and `account`. */
  readonly own: readonly OwnKey[];
  /** The pins of the account whose history this is: a history that lacks what it once held has none of them. */
  readonly pins: (history: History) => ReadonlySet<string>;
  /** Seconds. */
  readonly now: number;
}

/** A note that checks out as far as can be seen without a wrap. */
export interface Checked {
  readonly header: Header;
  readonly hh: string;
  readonly protected: string;
  readonly ct: string;
  readonly chain: Chain;
  /** How the author's key looks; `unconfirmed` is said to the person before the click. */
  readonly author: Standing;
  /** Account → kids to pin once the person opens the note: the author's, and news of accounts pinned before. */
  readonly met: ReadonlyMap<string, ReadonlySet<string>>;
  /** Histories of those accounts, to be remembered once the person opens the note. */
  readonly histories: readonly History[];
  /** Account → kids to pin at once: filled by codes that this author gave. */
  readonly vouched: readonly (readonly [string, readonly string[]])[];
}

/** One whose key is known, before consent. Keep it in memory only. */
export interface Readable extends Checked {
  readonly own: OwnKey;
  readonly cek: Bytes;
}

/** All checks of section 8.1 in their order. */
export async function checkAuthorised(answer: Authorised, known: Known): Promise<Readable> {
  const checked = await checkNote(answer, known);
  return { ...checked, ...(await unwrap(answer.recipients, checked, known)) };
}

/** The first eight of them: all that somebody can check who has no wrap. */
export async function checkNote(answer: Authorised, known: Omit<Known, "own">): Promise<Checked> {
  const header = parseHeader(answer.protected);
  if (header.tenant !== known.tenant) reject("tenant");
  if (issueOf(header) === null || (known.issue !== null && issueOf(header) !== known.issue)) reject("place");
  if (known.now >= header.exp) reject("expired");
  const hh = await headerHash(answer.protected);

  const met = new Map<string, History>();
  const historyOf = async (account: string): Promise<History> => {
    const entries = Object.hasOwn(answer.histories, account) ? answer.histories[account] : undefined;
    const history = met.get(account) ?? (await readHistory(header.tenant, account, entries ?? []));
    met.set(account, history);
    return history;
  };
  const authors = await historyOf(header.by.a);
  const authorKey = authors.keys.get(header.by.kid) ?? reject("key");
  const seal = await parseSeal(answer.seal);
  await verifySeal(seal, header, authorKey, hh);
  const chain = await readChain(header, hh, seal.jws.sha, answer.grants, historyOf);
  if (!counts(chain, header, known.account)) reject("reader");

  const author = classify(authors, known.pins(authors)).get(header.by.kid) ?? "unconfirmed";
  // The seal ties the author's history to this note. A granter's is tied to nothing: one that is met
  // first in a chain is not known by that.
  const anchored = [...met].filter(([account, history]) => account === header.by.a || known.pins(history).size > 0);
  const pins = new Map(anchored.map(([account, history]) => [account, confirmed(history, known.pins(history))]));
  const given = header.by.a === known.account ? chain.filled.filter(({ giver }) => known.pins(authors).has(giver)) : [];
  const vouched = given.map(({ account, kid }) => [account, [kid]] as const);
  return { header, hh, protected: answer.protected, ct: seal.ct, chain, author, met: pins, histories: anchored.map(([, history]) => history), vouched };
}

function confirmed(history: History, pins: ReadonlySet<string>): ReadonlySet<string> {
  const standings = [...classify(history, pins)];
  return new Set(standings.filter(([, standing]) => standing !== "unconfirmed").map(([kid]) => kid));
}

async function unwrap(
  wraps: readonly Wrap[],
  { header, hh, chain }: Checked,
  known: Known,
): Promise<{ own: OwnKey; cek: Bytes }> {
  for (const own of known.own) {
    const wrap = wraps.find((one) => one.kid === own.kid);
    if (wrap === undefined || own.tenant !== header.tenant || own.account !== known.account) continue;
    const granted = chain.wraps.get(own.kid);
    if (granted !== undefined && granted !== (await wrapSha(wrap))) reject("wrap-hash");
    const cek = await openWrap(wrap, hh, known.account, own.enc);
    // A wrap that opens proves nothing of who made the header; that its key is committed to does.
    if (!equal(await commit(cek, header.id), decodeExact(header.com, 32))) reject("commit");
    return { own, cek };
  }
  return reject("reader");
}

/** What the click sends: the token that releases the body, and the signed request. */
export async function consent(note: Readable, now: number): Promise<{ open: string; request: string }> {
  const open = encode(await openToken(note.cek, note.header.id));
  return { open, request: await makeOpenRequest(note.hh, note.own, now) };
}

/** Checks and decrypts the released body. */
export async function readBody(
  note: Readable,
  released: { readonly iv: string; readonly ciphertext: string; readonly tag: string },
): Promise<Content> {
  const body = {
    iv: decodeExact(released.iv, 12),
    ciphertext: decode(released.ciphertext),
    tag: decodeExact(released.tag, 16),
  };
  if ((await bodySha(body)) !== note.ct) reject("content");
  return openContent(body, note.cek, note.protected);
}

/** Wipes the content key; what was decrypted is the caller's. */
export function forget(note: Readable): void {
  note.cek.fill(0);
}
