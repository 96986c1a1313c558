"""Section 7: who was let in and out after a note was made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from . import account, jws, pickup
from .encoding import b64, integer, members, named_hash, one_of, unb64, version
from .header import Header
from .history import History
from .refusal import demand

RECORDS = 1000
ALWAYS = ("a", "act", "by", "hh", "iat", "n", "prev", "v")
WITH_KEY = (*ALWAYS, "kid", "wrap")
WITH_CODE = (*WITH_KEY, "enc", "salt", "sig")
ACTS = ("fill", "grant", "drop", "pickup")

# Finds the checked history of an account.
Histories = Callable[[str], History]


@dataclass(frozen=True)
class Grant:
    """One record of the chain; `kid` and `wrap` are given both or neither, `pair` with a code."""

    act: str
    account: str
    by: str
    n: int
    prev: str
    hh: bytes
    iat: int
    kid: str | None
    wrap: bytes | None
    pair: pickup.Pair | None
    sha: str
    signature: jws.Signature


@dataclass
class Chain:
    """The checked grants of a note, and whom they leave named."""

    header: Header
    head: str
    named: set[str]
    dropped: set[str] = field(default_factory=set)
    records: list[Grant] = field(default_factory=list)
    # The codes that stand, by reader.
    codes: dict[str, pickup.Code] = field(default_factory=dict)
    # The code that signed the last record, where one did.
    used: pickup.Code | None = None

    def counts(self, whose: str) -> bool:
        """Named, or present by team."""
        by_team = self.header.has_team() and whose not in self.dropped
        return whose in self.named or by_team

    def last_for(self, kid: str) -> Grant | None:
        """The last record with this kid."""
        return next((one for one in reversed(self.records) if one.kid == kid), None)


def read(value: Any, header: Header) -> Grant:
    """A record, checked as far as it can be alone."""
    record = jws.compact(value, "deskbridge-grant")
    body = record.body
    act = one_of(members(body, ALWAYS, WITH_CODE)["act"], ACTS)
    optional = act in ("grant", "pickup") and len(body) > len(ALWAYS)
    with_key = act == "fill" or optional
    full = WITH_CODE if act == "pickup" else WITH_KEY
    members(body, full if with_key else ALWAYS)
    version(body["v"])
    whose = account.sealer(body["a"], header.tenant)
    return Grant(
        act=act,
        account=whose,
        by=account.sealer(body["by"], header.tenant),
        n=integer(body["n"], 1),
        prev=named_hash(body["prev"]),
        hh=unb64(body["hh"], 32),
        iat=integer(body["iat"]),
        kid=named_hash(body["kid"]) if with_key else None,
        wrap=unb64(body["wrap"], 32) if with_key else None,
        pair=pickup.from_record(body, whose) if with_key and act == "pickup" else None,
        sha=b64(record.sha),
        signature=record.signature,
    )


def begin(header: Header, seal: bytes) -> Chain:
    """A chain without records; `seal` is the hash of the author's seal."""
    people = {one for one in header.readers if not account.is_team(one)}
    return Chain(header, b64(seal), people | {header.author})


def extend(chain: Chain, grant: Grant, histories: Histories) -> None:
    """Takes the record as the next of the chain, or refuses it."""
    demand(len(chain.records) < RECORDS, "too-large", "grants of a note")
    code = chain.codes.get(grant.by)
    chain.used = code if code is not None and code.pair.kid == grant.signature.kid else None
    if chain.used is not None:
        grant.signature.check(chain.used.pair.kid, chain.used.pair.sig)
    else:
        signer = histories(grant.by).key(grant.signature.kid)
        grant.signature.check(signer.kid, signer.sig)
    demand(grant.hh == chain.header.hh, "note", "a record of another note")
    in_order = grant.n == len(chain.records) + 1 and grant.prev == chain.head
    demand(in_order, "chain", "another record stands before")
    if chain.used is not None:
        _right_by_code(chain, chain.used, grant, histories)
        del chain.codes[grant.by]
    else:
        _right(chain, grant)
    if grant.act == "pickup" and grant.pair is not None:
        chain.codes[grant.account] = pickup.Code(grant.pair, grant.iat)
    elif grant.act in ("pickup", "drop"):
        chain.codes.pop(grant.account, None)
    if grant.act == "grant":
        chain.named.add(grant.account)
        chain.dropped.discard(grant.account)
    if grant.act == "drop":
        chain.named.discard(grant.account)
        chain.dropped.add(grant.account)
    chain.records.append(grant)
    chain.head = grant.sha


def _right_by_code(
    chain: Chain, code: pickup.Code, grant: Grant, histories: Histories
) -> None:
    fits = grant.act == "fill" and grant.account == grant.by and chain.counts(grant.account)
    demand(fits, "right", "a code signs one fill, of its reader's")
    kind = histories(grant.by).key(grant.kid or "").kind
    demand(kind == "browser", "key", "a code fills a browser's key")
    demand(code.covers(grant.iat), "time", "not in the hour of the code")


def _right(chain: Chain, grant: Grant) -> None:
    author, named = chain.header.author, chain.named
    by_author = grant.by == author
    if grant.act == "fill":
        by_reader = chain.header.fill == "readers" and chain.counts(grant.by)
        demand(by_author or by_reader, "right", "may not fill")
        demand(chain.counts(grant.account), "right", "a fill for somebody who is not named")
        own = grant.account == grant.by
        demand(not own or grant.by in named, "right", "a fill for oneself")
        return
    demand(by_author, "right", "only the author lets in and out")
    if grant.act == "grant":
        demand(grant.account not in named, "right", "is named")
    elif grant.act == "pickup" and grant.pair is None:
        demand(grant.account in chain.codes, "right", "no code stands")
    elif grant.act == "pickup":
        fits = chain.counts(grant.account) and grant.account != author
        demand(fits, "right", "a code for somebody who is not named, or the author")
        known = grant.kid is not None and chain.last_for(grant.kid) is not None
        demand(not known, "right", "a code that was given before")
    else:
        fits = chain.counts(grant.account) and grant.account != author
        demand(fits, "right", "is not named, or is the author")
