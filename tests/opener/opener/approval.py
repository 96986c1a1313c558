"""Section 2.1: a browser approved from another."""

from __future__ import annotations

from dataclasses import dataclass

from . import history
from .encoding import b64, sha, unb64
from .refusal import demand

SKEW = 300


def whose(tenant: str, account: str) -> bytes:
    name = account.encode("ascii")
    return unb64(tenant, 16) + len(name).to_bytes(2, "big") + name


def commitment(tenant: str, key: history.Key) -> str:
    parts = (whose(tenant, key.account), key.enc, key.sig, key.salt)
    return b64(sha(b"deskbridge-key/1 approval\0" + b"".join(parts)))


def digits(asked: str, by: str, nonce: str) -> str:
    parts = (unb64(asked, 32), unb64(by, 32), unb64(nonce, 16))
    first = sha(b"deskbridge-key/1 digits\0" + b"".join(parts))[:8]
    return f"{int.from_bytes(first, 'big') % 1_000_000:06}"


@dataclass(frozen=True)
class Answered:
    """What the older browser has answered, and to what."""

    tenant: str
    by: str
    asked: str


def check(half: bytes, answered: Answered, known: history.History, now: int) -> str:
    """What the older browser checks before it shows the digits; gives the kid."""
    key = history.half(half, answered.tenant, known)
    demand(key.by == answered.by, "key", "another voucher was asked")
    own = commitment(answered.tenant, key)
    demand(own == answered.asked, "commit", "another key was committed to")
    demand(abs(key.iat - now) <= SKEW, "time", "made too long ago")
    return key.kid
