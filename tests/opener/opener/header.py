"""Section 4: the protected header of an envelope, and the envelope."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from . import account, content, wrap
from .encoding import (
    array,
    host_id,
    integer,
    members,
    named_hash,
    one_of,
    own_id,
    parse,
    sha,
    string,
    unb64,
    version,
)
from .refusal import Refusal, demand

PROTECTED_CHARACTERS = 24_576
ENVELOPE_BYTES = 524_288
LIFE_SECONDS = 31_622_400
READERS = 50
WRAPS = 500
NOTE = ("v", "id", "tenant", "place", "by", "readers", "fill", "iat", "exp", "com", "oth")


@dataclass(frozen=True)
class Header:
    """What the author states about a note; `protected` is P, `hh` its hash."""

    protected: str
    hh: bytes
    id: str
    tenant: str
    issue: str | None
    intake: str | None
    author: str
    kid: str
    readers: tuple[str, ...]
    fill: str
    opens: int | None
    iat: int
    exp: int
    com: bytes
    oth: bytes

    def has_team(self) -> bool:
        return any(account.is_team(reader) for reader in self.readers)


@dataclass(frozen=True)
class Envelope:
    header: Header
    iv: bytes
    ciphertext: bytes
    tag: bytes
    wraps: tuple[wrap.Wrap, ...]


def read(value: Any) -> Header:
    """P, checked; everything about it that needs no key and no clock."""
    protected = string(value)
    demand(len(protected) <= PROTECTED_CHARACTERS, "too-large", "a header")
    outer = members(parse(unb64(protected)), ("enc", "note", "typ"))
    demand(string(outer["enc"]) == "A256GCM", "algorithm", "another content encryption")
    demand(string(outer["typ"]) == "deskbridge-note+jwe", "typ", "another type")
    note = members(outer["note"], NOTE, ("opens", "ask"))
    version(note["v"])
    tenant = own_id(note["tenant"])
    issue, intake = _place(note["place"])
    by = members(note["by"], ("a", "kid"))
    author = account.sealer(by["a"], tenant)
    if "ask" in note:
        unb64(note["ask"], 32)
    iat, exp = integer(note["iat"]), integer(note["exp"])
    demand(iat < exp <= iat + LIFE_SECONDS, "time", "ends before it starts, or too late")
    return Header(
        protected=protected,
        hh=sha(protected.encode("ascii")),
        id=own_id(note["id"]),
        tenant=tenant,
        issue=issue,
        intake=intake,
        author=author,
        kid=named_hash(by["kid"]),
        readers=_readers(note["readers"], author),
        fill=one_of(note["fill"], ("author", "readers")),
        opens=integer(note["opens"], 1, 1000) if "opens" in note else None,
        iat=iat,
        exp=exp,
        com=unb64(note["com"], 32),
        oth=unb64(note["oth"], 32),
    )


def _place(value: Any) -> tuple[str | None, str | None]:
    if not isinstance(value, dict) or len(value) != 1:
        raise Refusal("member", "one place is expected")
    if "issue" in value:
        return host_id(value["issue"]), None
    return None, own_id(members(value, ("intake",))["intake"])


def _readers(value: Any, author: str) -> tuple[str, ...]:
    listed = array(value)
    demand(1 <= len(listed) <= READERS, "readers", f"{len(listed)} readers")
    readers = tuple(account.reader(one) for one in listed)
    ordered = all(one.encode() < two.encode() for one, two in pairwise(readers))
    demand(ordered, "readers", "not sorted, or twice the same")
    demand(author not in readers, "readers", "the author is a reader anyway")
    return readers


def read_envelope(data: bytes) -> Envelope:
    """A whole envelope as it is sent to the server."""
    demand(len(data) <= ENVELOPE_BYTES, "too-large", "an envelope")
    body = members(parse(data), ("ciphertext", "iv", "protected", "recipients", "tag"))
    header = read(body["protected"])
    iv, tag = unb64(body["iv"], 12), unb64(body["tag"], 16)
    recipients = array(body["recipients"])
    demand(1 <= len(recipients) <= WRAPS, "member", f"{len(recipients)} wraps")
    wraps = tuple(wrap.from_envelope(one) for one in recipients)
    demand(len({one.kid for one in wraps}) == len(wraps), "member", "two wraps for one key")
    ciphertext = unb64(body["ciphertext"])
    content.check_length(ciphertext)
    return Envelope(header, iv, ciphertext, tag, wraps)
