"""The names of section 12, and the one exception that carries them."""

from __future__ import annotations

NAMES = frozenset(
    "too-large not-canonical member base64url account point algorithm typ key signature readers "
    "time expired chain note tenant place reader wrap wrap-hash commit content plaintext token "
    "right replay code".split()
)


class Refusal(Exception):
    """Something was not accepted; `name` says why."""

    def __init__(self, name: str, about: str) -> None:
        if name not in NAMES:
            raise ValueError(f"{name} is no name of a refusal")
        super().__init__(f"{name}: {about}")
        self.name = name


def demand(holds: bool, name: str, about: str) -> None:
    """Refuses by `name` unless `holds`."""
    if not holds:
        raise Refusal(name, about)
