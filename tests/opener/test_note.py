"""What a client checks that no shared vector asks: what is shown, places, twins, pins."""

from __future__ import annotations

import dataclasses
import unittest
from typing import Any

import cases
import maker
from opener import history, jws, note, vectors
from opener.encoding import b64, unb64
from opener.refusal import Refusal

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def twin(compact: str) -> str:
    """The other signature that holds whenever this one does."""
    signed, raw = compact.rsplit(".", 1)[0], unb64(compact.rsplit(".", 1)[1])
    s = ORDER - int.from_bytes(raw[32:], "big")
    return f"{signed}.{b64(raw[:32] + s.to_bytes(32, 'big'))}"


class Refusing(unittest.TestCase):
    def refused(self, name: str, act: Any, *given: Any, **named: Any) -> None:
        with self.assertRaises(Refusal) as caught:
            act(*given, **named)
        self.assertEqual(caught.exception.name, name, str(caught.exception))


class Shown(Refusing):
    def test_a_note_under_another_name_or_for_other_readers_is_refused(self) -> None:
        for case in cases.positives("read"):
            known = vectors.known(case.vector)
            head = vectors.read_note(case.vector, known)[0].header
            right = dataclasses.replace(
                known, note=head.id, author=head.author, readers=head.readers
            )
            vectors.read_note(case.vector, right)
            for change, name in (
                ({"note": b64(b"m" * 16)}, "note"),
                ({"author": "712020:ana"}, "account"),
                ({"readers": head.readers[1:]}, "account"),
                ({"readers": (*head.readers, "zz:ana")}, "account"),
            ):
                other = dataclasses.replace(right, **change)
                self.refused(name, vectors.read_note, case.vector, other)


class Twins(Refusing):
    """ES256 signatures are malleable, so nothing may be named by one."""

    def test_the_twin_of_every_signature_opens_the_same_note(self) -> None:
        for case in cases.positives("read"):
            vector = {**case.vector, "answer": dict(case.vector["answer"])}
            answer = vector["answer"]
            answer["seal"] = twin(answer["seal"])
            answer["grants"] = [twin(one) for one in answer["grants"]]
            self.assertNotEqual(answer["seal"], case.vector["answer"]["seal"])
            self.assertEqual(vectors.run(vector), case.vector["output"], case.name)

    def test_a_consent_whose_twin_was_seen_is_the_same_consent(self) -> None:
        for case in cases.positives("consent"):
            seen = {"request": case.vector["request"], "at": case.vector["now"] - 1}
            vector = {**case.vector, "seen": seen, "request": twin(case.vector["request"])}
            self.assertEqual(vectors.run(vector), case.vector["output"], case.name)


class Places(Refusing):
    """Section 9."""

    def record(self, made: maker.Made, who: maker.Person = maker.AUTHOR, **more: Any) -> str:
        body = {"a": maker.AUTHOR.account, "hh": b64(made.hh), "iat": maker.NOW, "v": 1}
        return who.sign(
            "deskbridge-place", {**body, "intake": maker.INTAKE, "issue": "10001", **more}
        )

    def test_a_note_made_with_a_request_opens_in_the_issue_it_was_given(self) -> None:
        made = maker.made({"intake": maker.INTAKE}, maker.plaintext("hello"))
        opened = made.authorise(place=self.record(made))
        self.assertEqual(note.open_content(opened, *made.released).text, "hello")
        self.refused("place", made.authorise)
        self.refused("place", made.authorise, place=self.record(made, issue="10002"))
        self.refused("place", made.authorise, place=self.record(made, intake=b64(b"j" * 16)))
        self.refused("note", made.authorise, place=self.record(made, hh=b64(b"h" * 32)))
        self.refused("member", made.authorise, place=self.record(made, issue="ITH-1"))
        self.refused("account", made.authorise, place=self.record(made, a="712020:nero"))
        self.refused("key", made.authorise, place=self.record(made, maker.READER))
        self.refused("typ", made.authorise, place=made.seal)

    def test_a_record_gives_a_note_of_an_issue_no_other_issue(self) -> None:
        made = maker.made({"issue": "10002"}, maker.plaintext("hello"))
        self.refused("place", made.authorise, place=self.record(made))


class Pins(unittest.TestCase):
    """How a client sees the keys of another, by what it has pinned."""

    def test_a_key_is_known_by_pins_or_by_a_known_key(self) -> None:
        (case,) = [one for one in cases.positives("history") if one.name == "history-many"]
        given = case.vector
        entries = [entry.encode() for entry in given["entries"]]
        checked = history.read(entries, given["tenant"], given["account"])
        kids = list(checked.keys)
        seen = list(history.as_clients_see(checked, []).values())
        self.assertEqual(seen, case.vector["output"]["classes"])
        second = history.as_clients_see(checked, [kids[1]])
        self.assertEqual((second[kids[0]], second[kids[1]]), ("unconfirmed", "pinned"))
        for key in checked.keys.values():
            if key.by == kids[1]:
                self.assertEqual(second[key.kid], "added")
        strange = history.as_clients_see(checked, [b64(b"k" * 32)])
        self.assertEqual(set(strange.values()), {"unconfirmed"})


class Lengths(Refusing):
    def test_a_compact_record_has_at_most_2048_characters(self) -> None:
        self.refused("too-large", jws.compact, "a" * 2049, "deskbridge-seal")
        self.refused("member", jws.compact, "a" * 2048, "deskbridge-seal")
