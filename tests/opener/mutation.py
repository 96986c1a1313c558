"""Ways to change a vector, each of which must be refused."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cases import SCALE
from opener.encoding import b64, unb64
from opener.vectors import Vector

FLIPS = 6 * SCALE

# Where a string is: names and positions from the vector's root.
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Mutation:
    about: str
    vector: Vector


def at(vector: Vector, path: Path) -> Any:
    value: Any = vector
    for step in path:
        value = value[step]
    return value


def put(vector: Vector, path: Path, value: Any) -> Vector:
    """A copy of the vector with another value there."""
    changed = copy.deepcopy(vector)
    at(changed, path[:-1])[path[-1]] = value
    return changed


def places(length: int) -> list[int]:
    """Positions of bits to flip: evenly spread, the first and the last among them."""
    wanted = min(FLIPS, length)
    if wanted < 2:
        return list(range(length))
    return sorted({(length - 1) * i // (wanted - 1) for i in range(wanted)})


def flip(raw: bytes, bit: int) -> bytes:
    changed = bytearray(raw)
    changed[bit // 8] ^= 1 << (bit % 8)
    return bytes(changed)


def strings(text: str) -> Iterator[tuple[str, str]]:
    """Other spellings of a base64url string, and other bytes: flips, cuts, additions."""
    raw = unb64(text)
    for bit in places(8 * len(raw)):
        yield f"bit {bit} of the bytes", b64(flip(raw, bit))
    ascii_text = text.encode("ascii")
    for place in places(len(ascii_text)):
        # Seven bits of a character, so that the text stays ASCII.
        bit = 8 * place + place % 7
        yield f"bit {bit} of the text", flip(ascii_text, bit).decode("ascii")
    yield "a byte less", b64(raw[:-1])
    yield "a byte more", b64(raw + b"\0")
    yield "nothing", ""
    yield "padding", text + "="
    yield "the end of a line", text + "\n"


def parts(text: str) -> Iterator[tuple[str, str]]:
    """Changes of each of the three parts of a compact JWS, and of their number."""
    split = text.split(".")
    for i, name in enumerate(("header", "payload", "signature")):
        for about, changed in strings(split[i]):
            yield f"{name}, {about}", ".".join(split[:i] + [changed] + split[i + 1 :])
    yield "two parts", ".".join(split[:2])
    yield "four parts", text + "."


def objects(protected: str) -> Iterator[tuple[str, str]]:
    """Changes of a protected header that no hash or signature is needed to see."""
    raw = unb64(protected)
    body = json.loads(raw)

    def spelled(value: Any) -> str:
        return b64(json.dumps(value, separators=(",", ":"), sort_keys=True).encode("utf-8"))

    inner = (("note",), ("note", "by"), ("note", "place"))
    for path in ((), *inner):
        yield f"a member more in {path}", spelled(put({"": body}, ("", *path, "zz"), 1)[""])
        for name in at(body, path):
            # These two are optional.
            if name in ("ask", "opens"):
                continue
            less = copy.deepcopy(body)
            del at(less, path)[name]
            yield f"no {name} in {path}", spelled(less)
            yield f"null for {name}", spelled(put({"": body}, ("", *path, name), None)[""])
            yield f"true for {name}", spelled(put({"": body}, ("", *path, name), True)[""])
    for about, changed in {
        "a space in front": b" " + raw,
        "a line end behind": raw + b"\n",
        "twice": raw + raw,
        "a byte order mark": b"\xef\xbb\xbf" + raw,
        "a doubled member": raw.replace(b'"v":1', b'"v":1,"v":1'),
        "a fraction": raw.replace(b'"v":1', b'"v":1.0'),
        "a sign": raw.replace(b'"v":1', b'"v":-1'),
        "no end": raw[:-1],
    }.items():
        yield about, b64(changed)


Change = Callable[[str], Iterator[tuple[str, str]]]


def each(vector: Vector, path: Path, change: Change) -> Iterator[Mutation]:
    """Every change of the string at this path."""
    for about, changed in change(at(vector, path)):
        yield Mutation(f"{'.'.join(map(str, path))}: {about}", put(vector, path, changed))


def entries(vector: Vector, path: Path) -> Iterator[Mutation]:
    """Changes of every entry of the history at this path, whether it is text or an object."""
    for i, entry in enumerate(at(vector, path)):
        record = json.loads(entry) if isinstance(entry, str) else entry
        spots: list[Path] = [("payload",)]
        for k in range(len(record["signatures"])):
            spots += [("signatures", k, "protected"), ("signatures", k, "signature")]
        for spot in spots:
            for one in each(record, spot, strings):
                changed: Any = one.vector
                if isinstance(entry, str):
                    changed = json.dumps(changed, separators=(",", ":"), sort_keys=True)
                yield Mutation(f"{i}: {one.about}", put(vector, (*path, i), changed))
