"""The example of draft-ietf-jose-hpke-encrypt, opened with the same code as notes."""

from __future__ import annotations

import json
import unittest

import cases
from opener import content, point, wrap
from opener.encoding import unb64
from opener.refusal import Refusal


class Draft(unittest.TestCase):
    def test_hpke_0_ke_p256_hkdf_sha256_aes_128_gcm_opens_the_example_of_section_6_3(self) -> None:
        folder = cases.data_folder()
        if folder is None:
            self.skipTest("SKIPPED-DATA jose-hpke")
        example = json.loads((folder / "jose-hpke" / "draft-example-6-3.json").read_text("utf-8"))
        jwe, secret = example["jwe"], point.private_key(example["key"])
        head = json.loads(unb64(jwe["protected"]))
        (recipient,) = jwe["recipients"]
        header = recipient["header"]
        sealed = wrap.Wrap(
            header["kid"], point.from_text(header["ek"]), unb64(recipient["encrypted_key"])
        )
        info = wrap.recipient_info(head["enc"], b"")
        cek = wrap.unwrap(header["alg"], secret, sealed, info)
        aad = jwe["protected"] + "." + jwe["aad"]
        body = unb64(jwe["iv"]), unb64(jwe["ciphertext"]), unb64(jwe["tag"])
        plaintext = content.decrypt(cek, *body, aad)
        self.assertEqual(plaintext.decode("utf-8"), example["plaintext"])
        with self.assertRaises(Refusal):
            wrap.unwrap(header["alg"], secret, sealed, info + b"x")
        with self.assertRaises(Refusal):
            wrap.unwrap(wrap.ALG, secret, sealed, info)
