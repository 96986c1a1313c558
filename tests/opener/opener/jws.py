"""Section 1.1: ES256 signatures, compact and in JWS General JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from . import point
from .encoding import members, named_hash, parse, sha, string, unb64
from .refusal import Refusal, demand

COMPACT_CHARACTERS = 2048


@dataclass(frozen=True)
class Signature:
    """One signature of a record: what it signs, and the key it says made it."""

    protected: str
    payload: str
    kid: str
    raw: bytes

    def check(self, kid: str, sig: bytes) -> None:
        """Refuses unless this is a signature by the key `kid` whose public point is `sig`."""
        demand(self.kid == kid, "key", "signed in the name of another key")
        r, s = int.from_bytes(self.raw[:32], "big"), int.from_bytes(self.raw[32:], "big")
        signed = f"{self.protected}.{self.payload}".encode("ascii")
        try:
            point.public_key(sig).verify(
                encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256())
            )
        except InvalidSignature as fault:
            raise Refusal("signature", "the signature does not hold") from fault


@dataclass(frozen=True)
class Record:
    """A compact JWS whose shape was checked and whose signature was not yet."""

    body: Any
    sha: bytes
    signature: Signature


def signature(protected: Any, payload: Any, raw: Any, typ: str) -> Signature:
    """Everything about a signature that needs no key."""
    head, signed = unb64(protected), unb64(raw, 64)
    header = members(parse(head), ("alg", "kid", "typ"))
    demand(string(header["alg"]) == "ES256", "algorithm", "another signature algorithm")
    demand(string(header["typ"]) == typ, "typ", f"{header['typ']}, not {typ}")
    return Signature(protected, string(payload), named_hash(header["kid"]), signed)


def compact(value: Any, typ: str) -> Record:
    """A compact JWS of this type; the caller checks members, key and signature."""
    text = string(value)
    demand(len(text) <= COMPACT_CHARACTERS, "too-large", "a compact JWS")
    parts = text.split(".")
    demand(len(parts) == 3, "member", "a compact JWS has three parts")
    payload = unb64(parts[1])
    made = signature(parts[0], parts[1], parts[2], typ)
    return Record(parse(payload), sha(payload), made)
