//! Scenarios of reading: what a browser checks before consent and after.

use deskbridge::seal::{base64, canonical};
use serde_json::{Value, json};

use super::making::{Making, Wrapping, off_curve, padded};
use super::people::{NOW, Person, general, seeded, sha_text, tenant};
use super::scenario::{Scenario, scenario};

pub struct Cast {
    pub niro: Person,
    pub nero: Person,
    pub jonathan: Person,
    pub kofi: Person,
}

pub fn cast() -> Cast {
    Cast {
        niro: Person::with_key("712020:niro"),
        nero: Person::with_key("712020:nero"),
        jonathan: Person::with_key("qm:8d5d:jonathan"),
        kofi: Person::with_key("qm:8d5d:kofi"),
    }
}

impl Cast {
    pub fn note(&self, label: &str) -> Making {
        Making::new(
            label,
            &self.niro,
            &[&self.nero.account, &self.jonathan.account],
        )
    }

    pub fn all(&self) -> [&Person; 4] {
        [&self.niro, &self.nero, &self.jonathan, &self.kofi]
    }

    /// Jonathan's reading of a note that Niro made for Nero and him.
    pub fn reading(&self, making: &Making) -> Value {
        making.reading(
            &self.jonathan,
            &[&self.niro, &self.jonathan],
            &[&self.niro, &self.jonathan],
        )
    }
}

/// The note itself is made differently.
pub fn made(
    name: &str,
    expect: &'static str,
    about: &str,
    change: impl FnOnce(&mut Making),
) -> Scenario {
    let cast = cast();
    let mut making = cast.note(name);
    change(&mut making);
    scenario("read", name, expect, about, cast.reading(&making))
}

/// Something of a right note is exchanged on its way.
fn swapped(
    name: &str,
    expect: &'static str,
    about: &str,
    change: impl FnOnce(&Cast, &Making, &mut Value),
) -> Scenario {
    let cast = cast();
    let making = cast.note(name);
    let mut reading = cast.reading(&making);
    change(&cast, &making, &mut reading);
    scenario("read", name, expect, about, reading)
}

/// Jonathan's wrap is made differently.
fn wrapped(
    name: &str,
    expect: &'static str,
    about: &str,
    change: impl FnOnce(&Cast, &mut Wrapping),
) -> Scenario {
    swapped(name, expect, about, |cast, making, reading| {
        let mut wrapping = Wrapping::new(making, &cast.jonathan.account, &cast.jonathan.keys[0]);
        change(cast, &mut wrapping);
        reading["answer"]["recipients"][1] = wrapping.sealed();
    })
}

pub fn all() -> Vec<Scenario> {
    [good(), wraps(), encodings(), seals(), bodies(), places()]
        .into_iter()
        .flatten()
        .collect()
}

fn output(making: &Making, text: &str) -> Value {
    json!({"text": text, "open": making.open(), "files": []})
}

fn good() -> Vec<Scenario> {
    let cast = cast();
    let mut all = vec![];
    let mut add = |name: &str, about: &str, mut reading: Value, output: Value| {
        reading["output"] = output;
        all.push(scenario("read", name, "ok", about, reading));
    };
    let note = cast.note("by-reader");
    add(
        "by-reader",
        "A reader reads.",
        cast.reading(&note),
        output(&note, "by-reader: the code is 4711"),
    );

    let note = cast.note("by-author");
    let reading = note.reading(&cast.niro, &[&cast.niro], &[&cast.niro, &cast.jonathan]);
    add(
        "by-author",
        "The author reads again.",
        reading,
        output(&note, "by-author: the code is 4711"),
    );

    let mut note = cast.note("any-text");
    let text = "\u{0}\u{1f}\u{7f}\"\\/ é e\u{301} \u{2028} \u{feff} 🔑 </script>\r\n";
    note.plaintext = padded(&json!({"v": 1, "text": text, "files": []}));
    add(
        "any-text",
        "Text of every kind, not normalised.",
        cast.reading(&note),
        output(&note, text),
    );

    let mut note = cast.note("with-file");
    let file = json!({
        "fid": base64::encode(&seeded::<16>("fid")), "name": "Zertifikat für VPN.p12", "type": "application/x-pkcs12",
        "size": 65_537, "chunks": 2, "sha": sha_text(&[b"file"]),
    });
    note.plaintext = padded(&json!({"v": 1, "text": "x".repeat(300), "files": [file]}));
    let mut expected = output(&note, &"x".repeat(300));
    expected["files"] = json!(["Zertifikat für VPN.p12"]);
    add(
        "with-file",
        "A note with a file, in a larger bucket.",
        cast.reading(&note),
        expected,
    );

    let mut jonathan = cast.jonathan.clone();
    jonathan.publish_by(0);
    let note = cast.note("second-key");
    let mut reading = note.reading(&jonathan, &[&cast.niro], &[&cast.niro]);
    let wrap = Wrapping::new(&note, &jonathan.account, &jonathan.keys[1]).sealed();
    reading["answer"]["recipients"]
        .as_array_mut()
        .unwrap()
        .push(wrap);
    add(
        "second-key",
        "Only the second of the reader's keys has a wrap.",
        reading,
        output(&note, "second-key: the code is 4711"),
    );
    all
}

fn wraps() -> Vec<Scenario> {
    vec![
        wrapped(
            "info-without-hh",
            "wrap",
            "The header's hash is missing in `info`.",
            |_, w| w.hh.clear(),
        ),
        wrapped(
            "info-of-another-header",
            "wrap",
            "Another header's hash in `info`.",
            |_, w| w.hh = vec![9; 32],
        ),
        wrapped(
            "info-of-another-account",
            "wrap",
            "Another account in `info`.",
            |cast, w| w.a = cast.nero.account.clone(),
        ),
        wrapped(
            "info-of-another-key",
            "wrap",
            "The kid of another key of the account in `info`.",
            |cast, w| {
                let mut jonathan = cast.jonathan.clone();
                w.kid = jonathan.publish_by(0).as_bytes().to_vec();
            },
        ),
        wrapped(
            "to-another-key",
            "wrap",
            "Sealed to another key.",
            |cast, w| w.to = cast.nero.keys[0].enc,
        ),
        wrapped(
            "other-content-key",
            "commit",
            "This reader is given another content key than the others.",
            |_, w| w.cek = [9; 32],
        ),
        made(
            "commit-of-another-key",
            "commit",
            "The header commits to another content key.",
            |m| {
                m.note()["com"] = json!(base64::encode(&[9; 32]));
            },
        ),
        swapped(
            "n30-wrap-of-another-note",
            "wrap",
            "The wrap of another note for the same reader.",
            |cast, _, reading| {
                let other = cast.note("another").wraps(&[&cast.jonathan]);
                reading["answer"]["recipients"][1] = other[0].clone();
            },
        ),
        swapped(
            "wrap-of-a-fellow-reader",
            "wrap",
            "A fellow reader's wrap under the reader's kid.",
            |cast, making, reading| {
                let mut other = making.wraps(&[&cast.nero]).remove(0);
                other["kid"] = json!(cast.jonathan.keys[0].kid);
                reading["answer"]["recipients"][1] = other;
            },
        ),
        swapped(
            "no-wrap",
            "reader",
            "No wrap for any key of the reader.",
            |_, _, reading| {
                reading["answer"]["recipients"]
                    .as_array_mut()
                    .unwrap()
                    .pop();
            },
        ),
        swapped(
            "not-a-reader",
            "reader",
            "Somebody who is not named, with a wrap that opens.",
            |cast, making, reading| {
                *reading = making.reading(&cast.kofi, &[&cast.niro], &[&cast.kofi]);
            },
        ),
    ]
}

fn encodings() -> Vec<Scenario> {
    let ek = |about: &str, name: &str, expect, make: &dyn Fn(&str) -> String| {
        swapped(name, expect, about, |_, _, reading| {
            let ek = &mut reading["answer"]["recipients"][1]["ek"];
            *ek = json!(make(ek.as_str().unwrap()));
        })
    };
    vec![
        ek(
            "The encapsulated key is compressed.",
            "ek-compressed",
            "point",
            &|ek| {
                let point = base64::decode(ek).unwrap();
                base64::encode(&[&[2 + (point[64] & 1)], &point[1..33]].concat())
            },
        ),
        ek(
            "The encapsulated key is not on the curve.",
            "ek-off-curve",
            "point",
            &|ek| {
                let point: [u8; 65] = base64::decode_exact(ek).unwrap();
                let jwk = off_curve(&point);
                let part = |name: &str| base64::decode(jwk[name].as_str().unwrap()).unwrap();
                base64::encode(&[vec![4], part("x"), part("y")].concat())
            },
        ),
        ek(
            "The encapsulated key is changed to another point.",
            "ek-of-another-wrap",
            "wrap",
            &|_| base64::encode(&cast().nero.keys[0].enc),
        ),
        ek(
            "Unused low bits are set.",
            "ek-tail-bits",
            "base64url",
            &|ek| {
                // 65 bytes leave two bytes: the last character has two unused bits.
                let (start, last) = ek.split_at(ek.len() - 1);
                format!("{start}{}", char::from(last.as_bytes()[0] + 1))
            },
        ),
        swapped(
            "encrypted-key-changed",
            "wrap",
            "One bit of the encrypted key is changed.",
            |_, _, reading| {
                let text = &mut reading["answer"]["recipients"][1]["encryptedKey"];
                let mut bytes: [u8; 48] = base64::decode_exact(text.as_str().unwrap()).unwrap();
                bytes[0] ^= 1;
                *text = json!(base64::encode(&bytes));
            },
        ),
        swapped(
            "encrypted-key-short",
            "base64url",
            "An encrypted key of 47 bytes.",
            |_, _, reading| {
                reading["answer"]["recipients"][1]["encryptedKey"] =
                    json!(base64::encode(&[1; 47]));
            },
        ),
    ]
}

fn seals() -> Vec<Scenario> {
    let seal = |name: &str, expect, about: &str, make: &dyn Fn(&Cast, &Making) -> String| {
        swapped(name, expect, about, |cast, making, reading| {
            reading["answer"]["seal"] = json!(make(cast, making));
        })
    };
    vec![
        seal(
            "seal-of-another-type",
            "typ",
            "A seal signed as a grant.",
            &|_, making| {
                let mut seal = making.seal();
                seal.header["typ"] = json!("deskbridge-grant");
                seal.compact()
            },
        ),
        seal(
            "n30-seal-of-another-note",
            "note",
            "The author's seal of another note.",
            &|cast, _| cast.note("another").seal().compact(),
        ),
        seal(
            "seal-by-another-key",
            "signature",
            "The seal names the author's key and was signed by another.",
            &|cast, making| {
                let mut seal = making.seal();
                seal.key = cast.nero.keys[0].signing.clone();
                seal.compact()
            },
        ),
        seal(
            "seal-four-parts",
            "member",
            "A seal with a fourth part.",
            &|_, making| making.seal().compact() + ".AA",
        ),
        seal(
            "seal-unknown-member",
            "member",
            "A member that nobody knows.",
            &|_, making| {
                let mut seal = making.seal();
                seal.payload = seal.payload.replacen('{', r#"{"a":1,"#, 1);
                seal.compact()
            },
        ),
        swapped(
            "body-by-a-fellow-reader",
            "key",
            "A fellow reader encrypts another body and seals it with their own key.",
            |cast, making, reading| {
                let mut forged = making.clone();
                forged.plaintext =
                    padded(&json!({"v": 1, "text": "call this number", "files": []}));
                forged.author = cast.nero.keys[0].clone();
                reading["answer"]["seal"] = json!(forged.seal().compact());
                reading["answer"]["histories"][&cast.nero.account] = json!(cast.nero.entries);
                reading["released"] = forged.released();
            },
        ),
        swapped(
            "author-changed",
            "key",
            "The header names another author; all else as it was.",
            |cast, making, reading| {
                let mut forged = making.clone();
                forged.note()["by"]["a"] = json!(cast.kofi.account);
                reading["answer"]["protected"] = json!(forged.protected());
                reading["answer"]["histories"][&cast.kofi.account] = json!(cast.kofi.entries);
            },
        ),
        swapped(
            "author-unknown",
            "key",
            "The author's history does not have the key.",
            |cast, _, reading| {
                reading["answer"]["histories"][&cast.niro.account] = json!([]);
            },
        ),
        swapped(
            "author-history-forged",
            "signature",
            "The author's entry was not signed by its key.",
            |cast, _, reading| {
                let (payload, mut secret) = Person::new("712020:niro").draft();
                let mut signers = cast.niro.signed(&payload, &mut secret);
                signers[0].key = cast.nero.keys[0].signing.clone();
                reading["answer"]["histories"][&cast.niro.account] = json!([general(&signers)]);
            },
        ),
        swapped(
            "end-moved",
            "note",
            "A header that ends later.",
            |_, making, reading| {
                let mut later = making.clone();
                later.note()["exp"] = json!(NOW + 29 * 86_400);
                reading["answer"]["protected"] = json!(later.protected());
            },
        ),
        swapped(
            "readers-changed",
            "note",
            "A header with one more reader.",
            |cast, making, reading| {
                let mut more = making.clone();
                more.note()["readers"] =
                    json!([cast.nero.account, cast.jonathan.account, cast.kofi.account]);
                reading["answer"]["protected"] = json!(more.protected());
            },
        ),
    ]
}

fn bodies() -> Vec<Scenario> {
    let bit = |name: &str, part: &'static str| {
        swapped(
            name,
            "content",
            "One bit is changed.",
            move |_, _, reading| {
                let text = &mut reading["released"][part];
                let mut bytes = base64::decode(text.as_str().unwrap()).unwrap();
                let middle = bytes.len() / 2;
                bytes[middle] ^= 0x10;
                *text = json!(base64::encode(&bytes));
            },
        )
    };
    vec![
        bit("n30-iv-changed", "iv"),
        bit("n30-ciphertext-changed", "ciphertext"),
        bit("n30-tag-changed", "tag"),
        swapped(
            "n30-body-of-another-note",
            "content",
            "The body of another note of the same author.",
            |cast, _, reading| {
                reading["released"] = cast.note("another").released();
            },
        ),
        swapped(
            "body-re-encrypted",
            "content",
            "A fellow reader encrypts another body; the seal stays.",
            |_, making, reading| {
                let mut forged = making.clone();
                forged.plaintext =
                    padded(&json!({"v": 1, "text": "call this number", "files": []}));
                reading["released"] = forged.released();
            },
        ),
    ]
}

fn places() -> Vec<Scenario> {
    vec![
        swapped(
            "n30-moved-to-another-issue",
            "place",
            "A whole note shown in another issue.",
            |_, _, reading| {
                reading["known"]["issue"] = json!("10002");
            },
        ),
        swapped(
            "n30-moved-to-another-tenant",
            "tenant",
            "A whole note shown in another tenant.",
            |_, _, reading| {
                reading["known"]["tenant"] = json!(base64::encode(&[0; 16]));
            },
        ),
        made(
            "header-of-another-tenant",
            "tenant",
            "A note made for another tenant.",
            |m| {
                assert_ne!(m.note()["tenant"], json!(base64::encode(&[0; 16])));
                m.note()["tenant"] = json!(base64::encode(&[0; 16]));
            },
        ),
        made(
            "intake-without-record",
            "place",
            "A note that was never placed.",
            |m| {
                m.note()["place"] = json!({"intake": base64::encode(&[5; 16])});
            },
        ),
        swapped(
            "expired",
            "expired",
            "Read at the second of its end.",
            |_, _, reading| {
                reading["known"]["now"] = json!(NOW + 28 * 86_400);
            },
        ),
        swapped(
            "protected-space",
            "not-canonical",
            "A header with a space.",
            |_, making, reading| {
                let text = canonical(&making.header).unwrap().replacen(':', ": ", 1);
                assert!(text.contains(&tenant()));
                reading["answer"]["protected"] = json!(base64::encode(text.as_bytes()));
            },
        ),
    ]
}
