"""Section 7: who was let in and out after a note was made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from . import account, jws
from .encoding import b64, integer, members, named_hash, one_of, unb64, version
from .header import Header
from .history import History
from .refusal import demand

RECORDS = 1000
ALWAYS = ("a", "act", "by", "hh", "iat", "n", "prev", "v")
WITH_KEY = (*ALWAYS, "kid", "wrap")

# Finds the checked history of an account.
Histories = Callable[[str], History]


@dataclass(frozen=True)
class Grant:
    """One record of the chain; `kid` and `wrap` are given both or neither."""

    act: str
    account: str
    by: str
    n: int
    prev: str
    hh: bytes
    iat: int
    kid: str | None
    wrap: bytes | None
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
    act = one_of(members(body, ALWAYS, WITH_KEY)["act"], ("fill", "grant", "drop"))
    with_key = act == "fill" or (act == "grant" and ("kid" in body or "wrap" in body))
    members(body, WITH_KEY if with_key else ALWAYS)
    version(body["v"])
    return Grant(
        act=act,
        account=account.sealer(body["a"], header.tenant),
        by=account.sealer(body["by"], header.tenant),
        n=integer(body["n"], 1),
        prev=named_hash(body["prev"]),
        hh=unb64(body["hh"], 32),
        iat=integer(body["iat"]),
        kid=named_hash(body["kid"]) if with_key else None,
        wrap=unb64(body["wrap"], 32) if with_key else None,
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
    signer = histories(grant.by).key(grant.signature.kid)
    grant.signature.check(signer.kid, signer.sig)
    demand(grant.hh == chain.header.hh, "note", "a record of another note")
    in_order = grant.n == len(chain.records) + 1 and grant.prev == chain.head
    demand(in_order, "chain", "another record stands before")
    _right(chain, grant)
    if grant.act == "grant":
        chain.named.add(grant.account)
        chain.dropped.discard(grant.account)
    if grant.act == "drop":
        chain.named.discard(grant.account)
        chain.dropped.add(grant.account)
    chain.records.append(grant)
    chain.head = grant.sha


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
    else:
        fits = chain.counts(grant.account) and grant.account != author
        demand(fits, "right", "is not named, or is the author")
