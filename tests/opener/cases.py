"""Finds the shared vectors and the data beside the checkout."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from opener.vectors import OPERATIONS, Vector

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "tests" / "vectors" / "seal"
SCALE = int(os.environ.get("DESKBRIDGE_SCALE", "1"))


@dataclass(frozen=True)
class Case:
    name: str
    positive: bool
    vector: Vector

    @property
    def operation(self) -> str:
        return str(self.vector["operation"])


def _case(path: Path) -> Case:
    vector = json.loads(path.read_text(encoding="utf-8"))
    positive = path.parent.name == "positive"
    name = path.stem
    if vector.get("operation") not in OPERATIONS:
        raise LookupError(f"{name}: nobody knows the operation {vector.get('operation')!r}")
    if positive != (vector.get("expect") == "ok"):
        raise LookupError(f"{name}: expects {vector.get('expect')!r} in {path.parent.name}")
    return Case(name, positive, vector)


def files() -> list[Path]:
    """Every file among the vectors, of whatever kind, except what describes them."""
    return sorted(p for p in VECTORS.rglob("*") if p.is_file() and p.name != "README.md")


def load() -> list[Case]:
    """All vectors. A file of another kind or in another place is an error, never left out."""
    found = files()
    for path in found:
        known = path.suffix == ".json" and path.parent.parent == VECTORS
        if not known or path.parent.name not in ("positive", "negative"):
            raise LookupError(f"{path} is no vector that anybody knows")
    return [_case(path) for path in found]


def positives(operation: str) -> Iterator[Case]:
    found = [case for case in load() if case.positive and case.operation == operation]
    if not found:
        raise LookupError(f"no positive vector of {operation}")
    yield from found


def count(cases: list[Case]) -> Counter[tuple[str, bool]]:
    return Counter((case.operation, case.positive) for case in cases)


def data_folder() -> Path | None:
    """The folder named by DESKBRIDGE_TEST_DATA, else the one beside the checkout, if any."""
    named = os.environ.get("DESKBRIDGE_TEST_DATA")
    folders = [Path(named)] if named else []
    folders += [ROOT / "../shared/data", ROOT / "../../shared/data"]
    return next((folder for folder in folders if folder.is_dir()), None)
