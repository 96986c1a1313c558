"""What a server holds, and what it is told on consent, opens nothing."""

from __future__ import annotations

import dataclasses
import json
import unittest
from collections.abc import Iterator
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

import cases
from opener import content, note, vectors
from opener.encoding import unb64
from opener.refusal import Refusal


def strings(value: Any) -> Iterator[bytes]:
    """Every string in what is stored, and everything that base64url hides in it."""
    if isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value.encode("utf-8")
        for part in value.split("."):
            try:
                raw = unb64(part)
            except Refusal:
                continue
            yield raw
            try:
                yield from strings(json.loads(raw))
            except (ValueError, RecursionError):
                continue


class Secrecy(unittest.TestCase):
    def refused(self, case: cases.Case, known: note.Known, name: str) -> None:
        with self.assertRaises(Refusal) as caught:
            vectors.read_note(case.vector, known)
        self.assertEqual(caught.exception.name, name)

    def n29_what_is_stored_opens_with_no_other_private_key(self) -> None:
        reads = list(cases.positives("read"))
        everyone = {
            kid: key for case in reads for kid, key in vectors.known(case.vector).keys.items()
        }
        self.assertGreater(len(everyone), 3)
        made_up = {str(n): ec.derive_private_key(n, ec.SECP256R1()) for n in (1, 2, 3)}
        for case in reads:
            known = vectors.known(case.vector)
            for kid, other in {**everyone, **made_up}.items():
                if kid in known.keys:
                    continue
                with self.subTest(case.name, key=kid):
                    stolen = {own: other for own in known.keys}
                    self.refused(case, dataclasses.replace(known, keys=stolen), "wrap")

    def n29_nothing_that_a_server_sees_is_the_content_key_or_the_text(self) -> None:
        for case in cases.positives("read"):
            opened, plaintext = vectors.read_note(case.vector, vectors.known(case.vector))
            released = case.vector["released"]
            iv, sealed, tag = (unb64(released[name]) for name in ("iv", "ciphertext", "tag"))
            content.decrypt(opened.cek, iv, sealed, tag, opened.header.protected)
            stored = [case.vector["answer"], released, case.vector["output"]["open"]]
            seen = set(strings(stored))
            keys = {raw for raw in seen if len(raw) == 32}
            self.assertGreater(len(keys), 8, case.name)
            for key in keys:
                with self.subTest(case.name), self.assertRaises(Refusal):
                    content.decrypt(key, iv, sealed, tag, opened.header.protected)
            self.assertFalse([raw for raw in seen if opened.cek in raw], case.name)
            text = plaintext.text.encode("utf-8")
            self.assertFalse([raw for raw in seen if text in raw], case.name)

    def test_secrets_are_in_no_representation(self) -> None:
        for case in cases.positives("read"):
            opened, _ = vectors.read_note(case.vector, vectors.known(case.vector))
            shown = repr(opened)
            for secret in (opened.cek, opened.open):
                self.assertNotIn(repr(secret), shown)
