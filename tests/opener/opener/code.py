"""Section 2.2: the recovery code."""

from __future__ import annotations

from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .approval import whose
from .encoding import members, sha, unb64
from .history import History, Key
from .refusal import Refusal, demand

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHARACTERS = 28


def read(text: str) -> bytes:
    """What stands on the paper."""
    plain = text.replace("-", "").replace(" ", "").upper().replace("O", "0")
    plain = plain.replace("I", "1").replace("L", "1")
    fit = len(plain) == CHARACTERS and set(plain) <= set(ALPHABET)
    demand(fit, "code", "not the characters of a code")
    number = 0
    for character in plain:
        number = number << 5 | ALPHABET.index(character)
    code = (number >> 12).to_bytes(16, "big")
    check = int.from_bytes(sha(b"deskbridge-code/1 check\0" + code)[:2], "big") >> 6
    demand(number & 0xFFF == check << 2, "code", "a slip of the pen")
    return code


def entry(history: History, kid: str) -> Key:
    key = history.key(kid)
    demand(key.kind == "code" and kid not in history.revoked, "key", "no code that stands")
    return key


def derive(code: bytes, label: str, tenant: str, key: Key) -> bytes:
    info = f"deskbridge-code/1 {label}\0".encode("ascii") + whose(tenant, key.account)
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=key.salt, info=info).derive(code)


def _public(half: bytes) -> bytes:
    number = int.from_bytes(half, "big")
    try:
        private = ec.derive_private_key(number, ec.SECP256R1())
    except ValueError as fault:
        raise Refusal("key", "no private half") from fault
    return private.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


def halves(code: bytes, tenant: str, key: Key, slot: Any) -> tuple[bytes, bytes]:
    members(slot, ("ct", "iv"))
    ct, iv = unb64(slot["ct"], 80), unb64(slot["iv"], 12)
    bound = b"deskbridge-code/1 slot\0" + unb64(key.kid, 32)
    try:
        plain = AESGCM(derive(code, "wrap", tenant, key)).decrypt(iv, ct, bound)
    except InvalidTag as fault:
        raise Refusal("wrap", "the slot does not open") from fault
    enc, sig = plain[:32], plain[32:]
    own = _public(enc) == key.enc and _public(sig) == key.sig
    demand(own, "key", "the halves of another key")
    return enc, sig
