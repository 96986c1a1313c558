"""The bytes of files, section 5."""

from __future__ import annotations

import unittest

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import maker
from opener import content, derive, note
from opener.encoding import b64, sha
from opener.refusal import Refusal

FID = b"f" * 16
HH = b"h" * 32
CHUNK = 65_536


def sealed(padded: bytes, lasts: list[int] | None = None) -> list[bytes]:
    """Chunks of a padded file; `lasts` are the last flags, where they are to be wrong."""
    cipher = AESGCM(derive.file_key(maker.CEK, maker.NOTE, FID))
    pieces = [padded[i : i + CHUNK] for i in range(0, len(padded), CHUNK)]
    flags = lasts or [0] * (len(pieces) - 1) + [1]
    return [
        cipher.encrypt(bytes(7) + i.to_bytes(4, "big") + bytes([flag]), piece, HH + FID)
        for i, (piece, flag) in enumerate(zip(pieces, flags))
    ]


class Files(unittest.TestCase):
    def test_lengths_are_padded_to_few_leading_bits(self) -> None:
        table = {0: 1, 1: 1, 2: 2, 3: 3, 8: 8, 9: 10, 15: 16, 33: 36, 100: 104, 1000: 1024}
        table |= {1_000_000: 1_015_808, 65_536: 65_536, 65_537: 67_584, 130_000: 131_072}
        for size, length in table.items():
            self.assertEqual(content.padded_length(size), length, size)
            self.assertEqual(content.padded_length(length), length, size)

    def test_a_file_opens_whole_or_not_at_all(self) -> None:
        for size in (0, 1, 1000, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK - 7):
            body = bytes(i % 251 + 1 for i in range(size))
            length = content.padded_length(size)
            padded = body.ljust(length, b"\0")
            chunks = sealed(padded)
            file = content.File(FID, "a", "b", size, len(chunks), sha(body))
            with self.subTest(size):
                opened = self.open(file, chunks)
                self.assertEqual(opened, body)
                self.refused(file, chunks[:-1])
                self.refused(file, chunks + chunks[-1:])
                self.refused(file, [chunks[0][:-1] + b"\0", *chunks[1:]])
                self.refused(file, sealed(padded, [0] * len(chunks)))
                self.refused(content.File(FID, "a", "b", size, len(chunks), sha(b"x")), chunks)
                if len(chunks) > 1:
                    self.refused(file, [chunks[1], chunks[0], *chunks[2:]])
                if length > size:
                    self.refused(file, sealed(padded[:-1] + b"x"))

    def open(self, file: content.File, chunks: list[bytes]) -> bytes:
        return content.open_file(maker.CEK, maker.NOTE, HH, file, b"".join(chunks))

    def refused(self, file: content.File, chunks: list[bytes]) -> None:
        with self.assertRaises(Refusal) as caught:
            self.open(file, chunks)
        self.assertEqual(caught.exception.name, "content")

    def test_the_files_of_a_note_are_listed(self) -> None:
        listed = {"chunks": 1, "fid": b64(FID), "name": "ä.txt", "sha": b64(sha(b"x"))}
        made = maker.made(
            {"issue": "10001"},
            maker.plaintext("see file", [{**listed, "size": 1, "type": "text/plain"}]),
        )
        (file,) = note.open_content(made.authorise(), *made.released).files
        self.assertEqual((file.name, file.fid, file.size), ("ä.txt", FID, 1))
