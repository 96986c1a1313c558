"""Section 4: wraps, which are HPKE base mode as draft-ietf-jose-hpke-encrypt uses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from . import point
from .encoding import members, named_hash, sha, string, unb64
from .refusal import Refusal, demand

ALG = "HPKE-7-KE"
SUITES = {
    "HPKE-0-KE": Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM),
    "HPKE-7-KE": Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
}


@dataclass(frozen=True)
class Wrap:
    """A content key sealed to the key `kid`: encapsulated point and encrypted key, raw."""

    kid: str
    ek: bytes
    encrypted_key: bytes

    def hash(self) -> bytes:
        """What a grant names a wrap by (section 7)."""
        return sha(self.ek + self.encrypted_key)


def from_envelope(value: Any) -> Wrap:
    """WRAP as it stands among the recipients of an envelope."""
    outer = members(value, ("encrypted_key", "header"))
    header = members(outer["header"], ("alg", "ek", "kid"))
    demand(string(header["alg"]) == ALG, "algorithm", "another suite")
    ek = point.from_text(header["ek"])
    return Wrap(named_hash(header["kid"]), ek, unb64(outer["encrypted_key"], 48))


def from_answer(value: Any) -> Wrap:
    """A wrap as the server's answers carry it."""
    body = members(value, ("ek", "encryptedKey", "kid"))
    ek = point.from_text(body["ek"])
    return Wrap(named_hash(body["kid"]), ek, unb64(body["encryptedKey"], 48))


def recipient_info(enc: str, extra: bytes) -> bytes:
    """The `info` of the draft's key encryption mode."""
    return b"JOSE-HPKE rcpt\xff" + enc.encode("ascii") + b"\xff" + extra


def note_info(hh: bytes, account: str, kid: str) -> bytes:
    name = account.encode("ascii")
    extra = b"deskbridge-note/1 wrap\0" + hh + len(name).to_bytes(2, "big") + name + unb64(kid, 32)
    return recipient_info("A256GCM", extra)


def unwrap(alg: str, secret: ec.EllipticCurvePrivateKey, wrap: Wrap, info: bytes) -> bytes:
    """The content key, or a refusal; the suite is the one that `alg` names."""
    try:
        return SUITES[alg].decrypt(wrap.ek + wrap.encrypted_key, secret, info)
    except (InvalidTag, ValueError) as fault:
        raise Refusal("wrap", "the wrap does not open") from fault
