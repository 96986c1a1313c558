"""Section 1.9: points on P-256, raw and as JWK."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from .encoding import members, string, unb64
from .refusal import Refusal, demand


def public_key(raw: bytes) -> ec.EllipticCurvePublicKey:
    demand(len(raw) == 65 and raw[0] == 4, "point", "not 65 bytes that begin with 04")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    except ValueError as fault:
        raise Refusal("point", "not on the curve") from fault


def from_text(value: Any) -> bytes:
    """The 65 bytes of a point given as base64url."""
    raw = unb64(value)
    public_key(raw)
    return raw


def from_jwk(value: Any) -> bytes:
    """The 65 bytes of a point given as a public JWK."""
    jwk = members(value, ("crv", "kty", "x", "y"))
    demand(string(jwk["kty"]) == "EC", "algorithm", "another key type")
    demand(string(jwk["crv"]) == "P-256", "algorithm", "another curve")
    raw = b"\x04" + unb64(jwk["x"], 32) + unb64(jwk["y"], 32)
    public_key(raw)
    return raw


def private_key(jwk: dict[str, Any]) -> ec.EllipticCurvePrivateKey:
    """The private half of a key, from a JWK that has `d`."""
    public = from_jwk({name: jwk[name] for name in ("crv", "kty", "x", "y")})
    secret = ec.derive_private_key(int.from_bytes(unb64(jwk["d"], 32), "big"), ec.SECP256R1())
    demand(secret.public_key() == public_key(public), "point", "the halves do not fit")
    return secret
