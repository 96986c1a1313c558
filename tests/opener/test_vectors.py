"""Every shared vector: the positive are accepted, the negative refused for the reason they name."""

from __future__ import annotations

import json
import tempfile
import unittest
from collections import Counter
from pathlib import Path
from unittest import mock

import cases
from opener import vectors
from opener.refusal import NAMES, Refusal


class Vectors(unittest.TestCase):
    def accept(self, case: cases.Case) -> None:
        self.assertEqual(vectors.run(case.vector), case.vector.get("output"))

    def refuse(self, case: cases.Case) -> None:
        with self.assertRaises(Refusal) as caught:
            vectors.run(case.vector)
        self.assertEqual(caught.exception.name, case.vector["expect"], str(caught.exception))

    def test_all_shared_vectors(self) -> None:
        ran: Counter[tuple[str, bool]] = Counter()
        for case in cases.load():
            with self.subTest(case.name):
                (self.accept if case.positive else self.refuse)(case)
                ran[(case.operation, case.positive)] += 1
        self.assertEqual(ran.total(), len(cases.files()), "a vector did not run to its end")
        for operation in vectors.OPERATIONS:
            print(
                f"{operation:8} {ran[(operation, True)]:4} accepted"
                f" {ran[(operation, False)]:4} refused"
            )
            self.assertGreater(ran[(operation, True)], 0, operation)
            if operation != "derive":
                self.assertGreater(ran[(operation, False)], 0, operation)

    def test_the_refusals_of_vectors_are_listed(self) -> None:
        expected = {case.vector["expect"] for case in cases.load() if not case.positive}
        self.assertLessEqual(expected, NAMES)

    def n30_what_is_changed_or_moved_is_refused(self) -> None:
        moved = [case for case in cases.load() if "-n30-" in case.name]
        self.assertGreaterEqual({case.operation for case in moved}, {"create", "consent", "read"})
        for case in moved:
            with self.subTest(case.name):
                self.refuse(case)


class Counting(unittest.TestCase):
    """The runner leaves nothing out."""

    def planted(self, path: str, vector: object) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / path
            file.parent.mkdir(parents=True)
            file.write_text(json.dumps(vector), encoding="utf-8")
            with mock.patch.object(cases, "VECTORS", Path(folder)):
                self.assertRaises(LookupError, cases.load)

    def test_what_nobody_knows_is_an_error(self) -> None:
        self.planted("positive/seal-x.json", {"operation": "seal", "expect": "ok"})
        self.planted("positive/header-x.json", {"operation": "header", "expect": "member"})
        self.planted("negative/header-x.json", {"operation": "header", "expect": "ok"})
        self.planted("other/header-x.json", {"operation": "header", "expect": "ok"})
        self.planted("positive/header-x.cbor", {"operation": "header", "expect": "ok"})
        self.planted("positive/deep/header-x.json", {"operation": "header", "expect": "ok"})
