"""Section 7.1: codes, which are five words and what they open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from . import point
from .encoding import b64, sha, unb64
from .refusal import Refusal, demand

ROUNDS = 600_000
SECONDS = 3600


@dataclass(frozen=True)
class Pair:
    """The public side of a code."""

    kid: str
    enc: bytes
    sig: bytes
    salt: bytes


@dataclass(frozen=True)
class Code:
    """A code that stands; `iat` of the record that gave it."""

    pair: Pair
    iat: int

    def covers(self, at: int) -> bool:
        return self.iat <= at < self.iat + SECONDS


@dataclass(frozen=True)
class Keys:
    """What the words give: the key of the box, and the token that releases it."""

    box: bytes
    token: bytes


def pair(hh: bytes, whose: str, enc: Any, sig: Any, salt: Any) -> Pair:
    """The pair with its kid, of points and salt in base64url."""
    points = point.from_text(enc), point.from_text(sig)
    demand(points[0] != points[1], "member", "one key for two purposes")
    raw, name = unb64(salt, 16), whose.encode("ascii")
    named = hh + len(name).to_bytes(2, "big") + name + points[0] + points[1] + raw
    return Pair(b64(sha(b"deskbridge-note/1 pickup\0" + named)), *points, raw)


def from_record(body: dict[str, Any], whose: str) -> Pair:
    """The pair that a record publishes, under the kid it gives."""
    published = pair(unb64(body["hh"], 32), whose, body["enc"], body["sig"], body["salt"])
    demand(published.kid == body["kid"], "key", "another kid than of these keys")
    return published


def derive(words: str, of: Pair) -> Keys:
    """What the five words give."""
    slow = PBKDF2HMAC(algorithm=hashes.SHA256(), length=32, salt=of.salt, iterations=ROUNDS)
    code = slow.derive(words.encode("ascii"))

    def expand(label: bytes) -> bytes:
        info = label + b"\0" + unb64(of.kid, 32)
        return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(code)

    return Keys(
        expand(b"deskbridge-note/1 pickup key"), expand(b"deskbridge-note/1 pickup token")
    )


def open_box(keys: Keys, of: Pair, by: str, box: Any) -> tuple[bytes, bytes]:
    """The private halves for HPKE and for signatures; `by` signed the record of the code."""
    closed = unb64(box, 92)
    bound = b"deskbridge-note/1 pickup box\0" + unb64(of.kid, 32) + unb64(by, 32)
    try:
        halves = AESGCM(keys.box).decrypt(closed[:12], closed[12:], bound)
    except InvalidTag as fault:
        raise Refusal("wrap", "the box does not open") from fault
    return halves[:32], halves[32:]
