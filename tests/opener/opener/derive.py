"""Section 3: what is derived from the content key."""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .encoding import sha


def _derive(cek: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(cek)


def commit(cek: bytes, note: bytes) -> bytes:
    return _derive(cek, b"deskbridge-note/1 commit\0" + note)


def open_token(cek: bytes, note: bytes) -> bytes:
    return _derive(cek, b"deskbridge-note/1 open\0" + note)


def token_hash(token: bytes) -> bytes:
    return sha(token)


def file_key(cek: bytes, note: bytes, file: bytes) -> bytes:
    return _derive(cek, b"deskbridge-note/1 file\0" + note + file)
