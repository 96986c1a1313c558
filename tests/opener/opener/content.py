"""Section 5: the plaintext of a note, and the bytes of its files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from . import derive
from .encoding import array, integer, members, own_id, parse, sha, string, unb64, version
from .refusal import Refusal, demand

LENGTHS = frozenset(256 << k for k in range(10))
CHUNK = 65_536
FILES = 20
NAME = re.compile(r"[^\x00-\x1f\x7f/\\]+")
TYPE = re.compile(r"[\x20-\x7e]{1,127}")


@dataclass(frozen=True)
class File:
    fid: bytes
    name: str
    type: str
    size: int
    chunks: int
    sha: bytes


@dataclass(frozen=True)
class Plaintext:
    text: str
    files: tuple[File, ...]


def check_length(ciphertext: bytes) -> None:
    demand(len(ciphertext) in LENGTHS, "plaintext", f"{len(ciphertext)} bytes are no bucket")


def decrypt(cek: bytes, iv: bytes, ciphertext: bytes, tag: bytes, aad: str) -> bytes:
    try:
        return AESGCM(cek).decrypt(iv, ciphertext + tag, aad.encode("ascii"))
    except InvalidTag as fault:
        raise Refusal("content", "the content does not open") from fault


def read(data: bytes) -> Plaintext:
    """The plaintext; every fault inside is one."""
    try:
        return _read(data)
    except Refusal as fault:
        raise Refusal("plaintext", str(fault)) from fault


def _read(data: bytes) -> Plaintext:
    demand(len(data) in LENGTHS, "plaintext", "no bucket")
    body = members(parse(data), ("files", "pad", "text", "v"))
    version(body["v"])
    demand(set(string(body["pad"])) <= {"0"}, "plaintext", "the padding is not zeros")
    listed = array(body["files"])
    demand(len(listed) <= FILES, "plaintext", "too many files")
    files = tuple(_file(one) for one in listed)
    demand(len({one.fid for one in files}) == len(files), "plaintext", "two files of one id")
    return Plaintext(string(body["text"]), files)


def _file(value: Any) -> File:
    body = members(value, ("chunks", "fid", "name", "sha", "size", "type"))
    name, kind = string(body["name"]), string(body["type"])
    fits = NAME.fullmatch(name) is not None and len(name.encode("utf-8")) <= 255
    demand(fits, "plaintext", "no name of a file")
    demand(TYPE.fullmatch(kind) is not None, "plaintext", "no type of a file")
    chunks, size = integer(body["chunks"], 1), integer(body["size"])
    demand(size <= CHUNK * chunks, "plaintext", "larger than its chunks")
    fid = unb64(own_id(body["fid"]), 16)
    return File(fid, name, kind, size, chunks, unb64(body["sha"], 32))


def padded_length(size: int) -> int:
    """The Padmé length: a length keeps only as many leading bits as its own length has bits."""
    if size < 2:
        return 1
    exponent = size.bit_length() - 1
    free = exponent - exponent.bit_length()
    mask = (1 << free) - 1
    return (size + mask) & ~mask


def open_file(cek: bytes, note: bytes, hh: bytes, file: File, data: bytes) -> bytes:
    """The bytes of a file, from its encrypted chunks."""
    length = padded_length(file.size)
    chunks = -(-length // CHUNK)
    whole = chunks == file.chunks and len(data) == length + 16 * chunks
    demand(whole, "content", "another number of chunks or bytes")
    cipher = AESGCM(derive.file_key(cek, note, file.fid))
    plain = b""
    for i in range(chunks):
        last = bytes([i == chunks - 1])
        chunk = data[i * (CHUNK + 16) : (i + 1) * (CHUNK + 16)]
        try:
            plain += cipher.decrypt(bytes(7) + i.to_bytes(4, "big") + last, chunk, hh + file.fid)
        except InvalidTag as fault:
            raise Refusal("content", "a chunk does not open") from fault
    demand(not any(plain[file.size :]), "content", "the padding is not zeros")
    demand(sha(plain[: file.size]) == file.sha, "content", "another file")
    return plain[: file.size]
