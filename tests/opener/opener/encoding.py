"""Sections 1.1 to 1.6 and 1.10: canonical JSON, members, base64url, hashes, ids."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Collection
from typing import Any, NoReturn

from .refusal import Refusal, demand

LARGEST = 2**53 - 1
HOST_ID = re.compile(r"0|[1-9][0-9]*")


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64(value: Any, length: int | None = None) -> bytes:
    """The bytes of base64url without padding; `length` in bytes where the format gives one."""
    text = string(value)
    demand(re.fullmatch(r"[A-Za-z0-9_-]*", text) is not None, "base64url", "alphabet")
    demand(len(text) % 4 != 1, "base64url", "no such length")
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    demand(b64(raw) == text, "base64url", "unused bits are set")
    demand(length is None or len(raw) == length, "base64url", f"{len(raw)} bytes, not {length}")
    return raw


def _number(text: str) -> int:
    value = int(text)
    if text.startswith("-") or value > LARGEST:
        raise ValueError("outside the numbers of the format")
    return value


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no integer")


def write(value: Any) -> bytes:
    """JCS of what the format has: objects, lists, strings, integers, null (and true, false)."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return b"{" + b",".join(write(name) + b":" + write(value[name]) for name in names) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(write(item) for item in value) + b"]"
    return json.dumps(value, ensure_ascii=False).encode("utf-8")


def parse(data: bytes) -> Any:
    """Section 1.1: what is not written as JCS writes it is refused, and so is what is no JSON."""
    try:
        text = data.decode("utf-8")
        value = json.loads(
            text, parse_int=_number, parse_float=_no_number, parse_constant=_no_number
        )
        again = write(value)
    except (ValueError, RecursionError) as fault:
        raise Refusal("not-canonical", str(fault)) from fault
    demand(again == data, "not-canonical", "JCS writes this in another way")
    return value


def members(value: Any, names: Collection[str], optional: Collection[str] = ()) -> dict[str, Any]:
    """`value` as an object with exactly these members (section 1.2)."""
    if not isinstance(value, dict):
        raise Refusal("member", "an object is expected")
    lacking = set(names) - set(value)
    strange = set(value) - set(names) - set(optional)
    demand(not lacking, "member", f"missing: {sorted(lacking)}")
    demand(not strange, "member", f"unknown: {sorted(strange)}")
    return value


def string(value: Any) -> str:
    if not isinstance(value, str):
        raise Refusal("member", "a string is expected")
    return value


def array(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Refusal("member", "a list is expected")
    return value


def integer(value: Any, least: int = 0, most: int = LARGEST) -> int:
    if type(value) is not int:
        raise Refusal("member", "a number is expected")
    demand(least <= value <= most, "member", f"{value} is outside {least} to {most}")
    return value


def one_of(value: Any, listed: Collection[str]) -> str:
    text = string(value)
    demand(text in listed, "member", f"{text} is none of {sorted(listed)}")
    return text


def version(value: Any) -> None:
    integer(value, 1, 1)


def named_hash(value: Any) -> str:
    """A hash or a kid, in its only spelling."""
    unb64(value, 32)
    return string(value)


def own_id(value: Any) -> str:
    """An id of ours, in its only spelling."""
    unb64(value, 16)
    return string(value)


def is_host_id(text: str) -> bool:
    return HOST_ID.fullmatch(text) is not None and len(text) <= 20 and int(text) < 2**64


def host_id(value: Any) -> str:
    text = string(value)
    demand(is_host_id(text), "member", "a host's id is expected")
    return text
