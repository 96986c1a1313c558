"""Every positive vector, changed in many places: nothing that is changed is accepted."""

from __future__ import annotations

import json
import unittest
from collections.abc import Callable, Iterator

import cases
from mutation import Mutation, Path, at, each, entries, objects, parts, put, strings
from opener import grants, header, vectors
from opener.encoding import write
from opener.refusal import Refusal
from opener.vectors import Vector

LEAST = 10


def of_read(vector: Vector) -> Iterator[Mutation]:
    for name in ("ciphertext", "iv", "tag"):
        yield from each(vector, ("released", name), strings)
    yield from each(vector, ("answer", "protected"), strings)
    yield from each(vector, ("answer", "protected"), objects)
    yield from each(vector, ("answer", "seal"), parts)
    for i in range(len(vector["answer"]["grants"])):
        yield from each(vector, ("answer", "grants", i), parts)
    own = {key["kid"] for key in vector["known"]["keys"]}
    for i, wrap in enumerate(vector["answer"]["recipients"]):
        if wrap["kid"] in own:
            for name in ("ek", "encryptedKey", "kid"):
                yield from each(vector, ("answer", "recipients", i, name), strings)
    head = header.read(vector["answer"]["protected"])
    signers = {head.author} | {grants.read(one, head).by for one in vector["answer"]["grants"]}
    for whose in sorted(signers):
        yield from entries(vector, ("answer", "histories", whose))
    for name, value in (("tenant", "A" * 22), ("issue", "10002"), ("now", head.exp)):
        yield Mutation(f"another {name}", put(vector, ("known", name), value))


def of_create(vector: Vector) -> Iterator[Mutation]:
    envelope = json.loads(vector["envelope"])
    spots: list[Path] = [("ciphertext",), ("iv",), ("tag",), ("protected",)]
    # A server cannot see a change of an encrypted key, as long as it keeps its length.
    for i in range(len(envelope["recipients"])):
        spots += [("recipients", i, "header", name) for name in ("ek", "kid")]
    for spot in spots:
        for one in each(envelope, spot, strings):
            text = write(one.vector).decode("utf-8")
            yield Mutation(one.about, put(vector, ("envelope",), text))
    yield from each(vector, ("seal",), parts)
    for name, value in (("tenant", "A" * 22), ("issue", "10002"), ("account", "712020:nero")):
        yield Mutation(f"another {name}", put(vector, (name,), value))


def of_append(vector: Vector) -> Iterator[Mutation]:
    yield from each(vector, ("grant",), parts)
    yield from each(vector, ("seal",), parts)
    yield from each(vector, ("protected",), strings)
    if vector["wrap"] is not None:
        for name in ("ek", "encryptedKey", "kid"):
            yield from each(vector, ("wrap", name), strings)


def of_consent(vector: Vector) -> Iterator[Mutation]:
    yield from each(vector, ("request",), parts)
    yield from each(vector, ("open",), strings)
    yield from each(vector, ("protected",), strings)


def of_history(vector: Vector) -> Iterator[Mutation]:
    yield from entries(vector, ("entries",))
    for i in range(len(vector["entries"]) - 1):
        less = vector["entries"][:i] + vector["entries"][i + 1 :]
        yield Mutation(f"{i} withheld", put(vector, ("entries",), less))
    if vector["entries"]:
        again = vector["entries"] + vector["entries"][-1:]
        yield Mutation("the last one twice", put(vector, ("entries",), again))
        yield Mutation("another account", put(vector, ("account",), "712020:nero"))
        yield Mutation("another tenant", put(vector, ("tenant",), "A" * 22))


def of_header(vector: Vector) -> Iterator[Mutation]:
    yield from each(vector, ("protected",), objects)


class Mutations(unittest.TestCase):
    def refused(self, operation: str, change: Callable[[Vector], Iterator[Mutation]]) -> None:
        total = 0
        for case in cases.positives(operation):
            count = 0
            for one in change(case.vector):
                count += 1
                with self.subTest(case.name, about=one.about), self.assertRaises(Refusal):
                    vectors.run(one.vector)
            total += count
            empty = operation == "history" and not case.vector["entries"]
            self.assertGreaterEqual(count, 0 if empty else LEAST, case.name)
        print(f"{operation:8} {total:6} changes refused")

    def n30_a_note_that_is_changed_in_any_part_does_not_open(self) -> None:
        self.refused("read", of_read)

    def n30_a_note_that_is_changed_on_its_way_is_not_stored(self) -> None:
        self.refused("create", of_create)

    def n30_a_consent_that_is_changed_releases_nothing(self) -> None:
        self.refused("consent", of_consent)

    def test_a_grant_that_is_changed_is_not_appended(self) -> None:
        self.refused("append", of_append)

    def test_a_history_that_is_changed_is_refused(self) -> None:
        self.refused("history", of_history)

    def test_a_header_that_is_spelled_otherwise_is_refused(self) -> None:
        self.refused("header", of_header)

    def test_whatever_is_derived_changes_with_what_it_is_derived_from(self) -> None:
        stays = {"cek": set(), "note": set(), "file": {"commit", "open", "oth"}}
        for case in cases.positives("derive"):
            for name, same in stays.items():
                for about, changed in strings(case.vector[name]):
                    try:
                        output = vectors.run(put(case.vector, (name,), changed))
                    except Refusal:
                        continue
                    kept = {
                        key for key in output if output[key] == at(case.vector, ("output", key))
                    }
                    self.assertEqual(kept, same, f"{name}: {about}")

    def n30_no_part_of_one_note_fits_another(self) -> None:
        reads = list(cases.positives("read"))
        for case in reads:
            for other in reads:
                if other.name == case.name:
                    continue
                for path in (("answer", "seal"), ("answer", "protected"), ("released",)):
                    mixed = put(case.vector, path, at(other.vector, path))
                    with self.subTest(case.name, of=other.name, part=path):
                        self.assertRaises(Refusal, vectors.run, mixed)
