"""Sections 6, 8.1, 8.3 and 9: what a reader's client checks, and how it opens a note."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from . import content, derive, grants, header, history, jws, wrap
from .encoding import (
    array,
    b64,
    host_id,
    integer,
    members,
    own_id,
    sha,
    string,
    unb64,
    version,
    write,
)
from .refusal import demand


@dataclass(frozen=True)
class Known:
    """What a client knows from elsewhere than the server it asks.

    `note`, `author` and `readers` are what the person was shown, where anything was; `keys` are
    the private halves of the own keys, by kid; times are in seconds.
    """

    account: str
    tenant: str
    issue: str
    now: int
    keys: Mapping[str, ec.EllipticCurvePrivateKey]
    note: str | None = None
    author: str | None = None
    readers: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Answer:
    """What the server releases before consent (8.1)."""

    protected: Any
    seal: Any
    recipients: Any
    grants: Any
    histories: Mapping[str, Any]
    place: Any = None


@dataclass(frozen=True)
class Authorised:
    """A note whose content may be asked for; `open` is the token to send with the consent."""

    header: header.Header
    ct: bytes
    chain: grants.Chain
    cek: bytes = field(repr=False)
    open: bytes = field(repr=False)


def histories_of(given: Mapping[str, Any], tenant: str) -> Callable[[str], history.History]:
    """Checks the history of an account when it is asked for, once."""
    checked: dict[str, history.History] = {}

    def find(whose: str) -> history.History:
        if whose not in checked:
            entries = [write(entry) for entry in array(given.get(whose, []))]
            checked[whose] = history.read(entries, tenant, whose)
        return checked[whose]

    return find


def read_seal(value: Any, head: header.Header, key: history.Key) -> tuple[bytes, bytes]:
    """Section 6: `ct`, and the hash of the seal, that the first grant names."""
    record = jws.compact(value, "deskbridge-seal")
    body = members(record.body, ("ct", "hh", "v"))
    version(body["v"])
    ct, hh = unb64(body["ct"], 32), unb64(body["hh"], 32)
    record.signature.check(key.kid, key.sig)
    demand(hh == head.hh, "note", "the seal of another note")
    return ct, record.sha


def read_place(value: Any, head: header.Header, author: history.History) -> str:
    """Section 9: the issue that a note made with a request belongs to."""
    record = jws.compact(value, "deskbridge-place")
    body = members(record.body, ("a", "hh", "iat", "intake", "issue", "v"))
    version(body["v"])
    integer(body["iat"])
    issue, intake, hh = host_id(body["issue"]), own_id(body["intake"]), unb64(body["hh"], 32)
    whose = string(body["a"])
    signer = author.key(record.signature.kid)
    record.signature.check(signer.kid, signer.sig)
    demand(hh == head.hh, "note", "the place of another note")
    demand(whose == head.author, "account", "placed by somebody else")
    demand(intake == head.intake, "place", "another intake")
    return issue


def _expected(head: header.Header, known: Known) -> None:
    demand(known.note in (None, head.id), "note", "another note than was asked for")
    demand(known.author in (None, head.author), "account", "another author than is shown")
    demand(known.readers in (None, head.readers), "account", "other readers than are shown")
    demand(head.tenant == known.tenant, "tenant", "a note of another tenant")


def _own_wrap(answer: Answer, known: Known, chain: grants.Chain) -> wrap.Wrap:
    listed = [wrap.from_answer(one) for one in array(answer.recipients)]
    own = [one for one in listed if one.kid in known.keys]
    demand(bool(own), "reader", "no wrap for a key of one's own")
    record = chain.last_for(own[0].kid)
    if record is not None and record.wrap is not None:
        demand(own[0].hash() == record.wrap, "wrap-hash", "another wrap than was granted")
    return own[0]


def authorise(answer: Answer, known: Known) -> Authorised:
    """The ten checks of 8.1, in their order."""
    head = header.read(answer.protected)
    _expected(head, known)
    find = histories_of(answer.histories, known.tenant)
    issue = head.issue
    if issue is None:
        demand(answer.place is not None, "place", "the note was never placed")
        issue = read_place(answer.place, head, find(head.author))
    demand(issue == known.issue, "place", "a note of another issue")
    demand(known.now < head.exp, "expired", "the note has ended")
    ct, seal = read_seal(answer.seal, head, find(head.author).key(head.kid))
    chain = grants.begin(head, seal)
    for record in array(answer.grants):
        grants.extend(chain, grants.read(record, head), find)
    demand(chain.counts(known.account), "reader", "not named")
    own = _own_wrap(answer, known, chain)
    info = wrap.note_info(head.hh, known.account, own.kid)
    cek = wrap.unwrap(wrap.ALG, known.keys[own.kid], own, info)
    note = unb64(head.id, 16)
    fits = hmac.compare_digest(derive.commit(cek, note), head.com)
    demand(fits, "commit", "another content key than the author's")
    return Authorised(head, ct, chain, cek, derive.open_token(cek, note))


def open_content(note: Authorised, iv: Any, ciphertext: Any, tag: Any) -> content.Plaintext:
    """Section 8.3: the plaintext of what the server releases on consent."""
    raw = unb64(iv, 12), unb64(ciphertext), unb64(tag, 16)
    content.check_length(raw[1])
    demand(sha(b"".join(raw)) == note.ct, "content", "another body than the author sealed")
    return content.read(content.decrypt(note.cek, *raw, note.header.protected))


def token(note: Authorised) -> str:
    return b64(note.open)
