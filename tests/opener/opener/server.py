"""Sections 7, 8.2 and 10: what a server checks before it stores or releases anything."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from . import derive, grants, header, history, jws, note, wrap
from .encoding import b64, integer, members, own_id, sha, string, unb64, version
from .refusal import demand

SKEW_SECONDS = 300
REPEAT_SECONDS = 120

Find = Callable[[str], history.History]


@dataclass(frozen=True)
class State:
    """What a server holds: histories and retired kids; `now` in seconds."""

    tenant: str
    now: int
    histories: Mapping[str, Any]
    retired: Collection[str]

    def find(self) -> Find:
        return note.histories_of(self.histories, self.tenant)


def _in_time(iat: int, now: int) -> None:
    demand(abs(iat - now) <= SKEW_SECONDS, "time", "signed too long ago, or ahead")


def create(
    state: State, caller: str, issue: str | None, envelope: bytes, seal: Any
) -> tuple[str, str]:
    """Section 10: ct and hh of a note that may be stored.

    Whether somebody is of a team, and who may see the issue, is asked of the host; here everybody
    whose history is at hand is of the team.
    """
    body = header.read_envelope(envelope)
    head = body.header
    demand(head.tenant == state.tenant, "tenant", "a note for another tenant")
    demand(head.issue == issue, "place", "a note for another issue")
    demand(head.author == caller, "account", "a note of somebody else")
    find = state.find()
    key = find(caller).live_key(head.kid, state.now, state.retired)
    _in_time(head.iat, state.now)
    demand(state.now < head.exp, "time", "has ended already")
    ct, _ = note.read_seal(seal, head, key)
    whole = sha(body.iv + body.ciphertext + body.tag)
    demand(ct == whole, "content", "the seal of another body")
    readers = set(state.histories) if head.has_team() else set(head.readers)
    for one in body.wraps:
        live = any(
            find(whose).is_live(one.kid, state.now, state.retired)
            for whose in readers | {head.author}
        )
        demand(live, "key", "a wrap for no live key of a reader")
    return b64(ct), b64(head.hh)


def _check_wrap(state: State, find: Find, grant: grants.Grant, wrapped: Collection[str]) -> None:
    if grant.kid is None:
        return
    if grant.pair is None:
        find(grant.account).live_key(grant.kid, state.now, state.retired)
    demand(grant.kid not in wrapped, "right", "the key has a wrap")


def append(
    state: State,
    stored: tuple[Any, Any, list[Any]],
    sent: tuple[Any, Any],
    wrapped: Collection[str],
) -> grants.Chain:
    """Section 7: the chain with the sent record at its end.

    `stored` is P, seal and the grants so far; `sent` the record and its wrap or none; `wrapped`
    the kids that have a wrap.
    """
    head = header.read(stored[0])
    find = state.find()
    demand(state.now < head.exp, "expired", "the note has ended")
    _, seal = note.read_seal(stored[1], head, find(head.author).key(head.kid))
    chain = grants.begin(head, seal)
    for record in stored[2]:
        grants.extend(chain, grants.read(record, head), find)
    grant = grants.read(sent[0], head)
    grants.extend(chain, grant, find)
    if chain.used is None:
        find(grant.by).live_key(grant.signature.kid, state.now, state.retired)
    else:
        demand(chain.used.covers(state.now), "time", "the hour of the code is over")
    _in_time(grant.iat, state.now)
    _check_wrap(state, find, grant, wrapped)
    given = None if sent[1] is None else wrap.from_answer(sent[1])
    if grant.kid is None:
        demand(given is None, "wrap-hash", "a wrap that no record names")
    else:
        fits = given is not None and given.kid == grant.kid and given.hash() == grant.wrap
        demand(fits, "wrap-hash", "the wrap that the record names was not sent")
    return chain


@dataclass(frozen=True)
class Seen:
    """A consent that was answered: the request, and when its `jti` came first."""

    request: Any
    at: int


def _consent(request: Any) -> tuple[jws.Record, dict[str, Any]]:
    record = jws.compact(request, "deskbridge-open")
    body = members(record.body, ("a", "hh", "iat", "jti", "v"))
    version(body["v"])
    string(body["a"])
    integer(body["iat"])
    own_id(body["jti"])
    unb64(body["hh"], 32)
    return record, body


def consent(
    state: State, caller: str, protected: Any, sent: tuple[Any, Any], seen: Seen | None
) -> str:
    """Section 8.2: the `jti` of a consent that may be answered; `sent` is token and request."""
    head = header.read(protected)
    demand(state.now < head.exp, "expired", "the note has ended")
    token = unb64(sent[0], 32)
    record, body = _consent(sent[1])
    key = state.find()(caller).live_key(record.signature.kid, state.now, state.retired)
    record.signature.check(key.kid, key.sig)
    demand(body["a"] == caller, "account", "a consent in another's name")
    demand(unb64(body["hh"], 32) == head.hh, "note", "a consent for another note")
    _in_time(body["iat"], state.now)
    known = hmac.compare_digest(derive.token_hash(token), head.oth)
    demand(known, "token", "another note's token")
    if seen is not None and _consent(seen.request)[1]["jti"] == body["jti"]:
        same = _consent(seen.request)[0].sha == record.sha
        recent = state.now - seen.at < REPEAT_SECONDS
        demand(same and recent, "replay", "a jti that was used")
    return str(body["jti"])
