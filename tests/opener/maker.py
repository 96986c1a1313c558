"""Makes keys, entries, seals and records for what no shared vector has yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from opener import derive, note, wrap
from opener.encoding import b64, sha, write

TENANT = b64(b"\xa1" * 16)
NOTE = b"n" * 16
CEK = b"c" * 32
NOW = 1_800_000_000
INTAKE = b64(b"i" * 16)


def secret(number: int) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(number, ec.SECP256R1())


def jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    numbers = key.public_key().public_numbers()
    x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
    return {"crv": "P-256", "kty": "EC", "x": b64(x), "y": b64(y)}


def signature(key: ec.EllipticCurvePrivateKey, signed: str) -> str:
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def protected(kid: str, typ: str) -> str:
    return b64(write({"alg": "ES256", "kid": kid, "typ": typ}))


@dataclass(frozen=True)
class Person:
    """Somebody with one key, made from a number."""

    account: str
    enc: ec.EllipticCurvePrivateKey
    sig: ec.EllipticCurvePrivateKey

    @property
    def payload(self) -> bytes:
        return write(
            {
                "v": 1,
                "tenant": TENANT,
                "a": self.account,
                "kind": "browser",
                "life": "kept",
                "n": 1,
                "prev": None,
                "enc": jwk(self.enc),
                "sig": jwk(self.sig),
                "by": None,
                "iat": NOW - 9,
                "salt": b64(NOTE),
            }
        )

    @property
    def kid(self) -> str:
        return b64(sha(self.payload))

    def history(self) -> list[Any]:
        head, payload = protected(self.kid, "deskbridge-key"), b64(self.payload)
        made = {"protected": head, "signature": signature(self.sig, f"{head}.{payload}")}
        return [{"payload": payload, "signatures": [made]}]

    def sign(self, typ: str, payload: Any) -> str:
        signed = f"{protected(self.kid, typ)}.{b64(write(payload))}"
        return f"{signed}.{signature(self.sig, signed)}"


def person(account: str, number: int) -> Person:
    return Person(account, secret(number), secret(number + 1))


AUTHOR = person("712020:niro", 11)
READER = person("712020:nero", 21)


@dataclass(frozen=True)
class Made:
    """A note: what a server releases before and on consent."""

    protected: str
    hh: bytes
    seal: str
    released: tuple[str, str, str]
    wraps: list[dict[str, str]]

    def answer(self, **more: Any) -> note.Answer:
        histories = {one.account: one.history() for one in (AUTHOR, READER)}
        given = {"protected": self.protected, "seal": self.seal, "recipients": self.wraps}
        return note.Answer(**{"grants": [], "histories": histories, **given, **more})

    def authorise(self, **more: Any) -> note.Authorised:
        known = note.Known(READER.account, TENANT, "10001", NOW, {READER.kid: READER.enc})
        return note.authorise(self.answer(**more), known)


def made(place: dict[str, str], plaintext: bytes) -> Made:
    header = {
        "v": 1,
        "id": b64(NOTE),
        "tenant": TENANT,
        "place": place,
        "by": {"a": AUTHOR.account, "kid": AUTHOR.kid},
        "readers": [READER.account],
        "fill": "readers",
        "iat": NOW,
        "exp": NOW + 60,
        "com": b64(derive.commit(CEK, NOTE)),
        "oth": b64(sha(derive.open_token(CEK, NOTE))),
    }
    full = {"enc": "A256GCM", "note": header, "typ": "deskbridge-note+jwe"}
    p = b64(write(full))
    hh = sha(p.encode())
    iv = b"iv iv iv iv "
    sealed = AESGCM(CEK).encrypt(iv, plaintext, p.encode())
    seal = AUTHOR.sign("deskbridge-seal", {"ct": b64(sha(iv + sealed)), "hh": b64(hh), "v": 1})
    wraps = []
    for one in (AUTHOR, READER):
        info = wrap.note_info(hh, one.account, one.kid)
        both = wrap.SUITES[wrap.ALG].encrypt(CEK, one.enc.public_key(), info)
        wraps.append({"ek": b64(both[:65]), "encryptedKey": b64(both[65:]), "kid": one.kid})
    return Made(p, hh, seal, (b64(iv), b64(sealed[:-16]), b64(sealed[-16:])), wraps)


def plaintext(text: str, files: list[Any] | None = None) -> bytes:
    body: dict[str, Any] = {"files": files or [], "pad": "", "text": text, "v": 1}
    bare = len(write(body))
    body["pad"] = "0" * (next(256 << k for k in range(10) if 256 << k >= bare) - bare)
    return write(body)
