//! Scenarios of headers and derivations.

use deskbridge::seal::{base64, canonical};
use serde_json::{Value, json};

use super::making::{Making, hkdf};
use super::people::{NOW, Person, seeded, sha_text, tenant};
use super::scenario::{Scenario, scenario};

fn making() -> Making {
    let author = Person::with_key("712020:niro");
    Making::new("header", &author, &["712020:nero", "qm:8d5d:jonathan"])
}

fn of(name: &str, expect: &'static str, about: &str, change: impl FnOnce(&mut Value)) -> Scenario {
    let mut making = making();
    change(&mut making.header);
    scenario(
        "header",
        name,
        expect,
        about,
        json!({"protected": making.protected()}),
    )
}

fn raw(
    name: &str,
    expect: &'static str,
    about: &str,
    change: impl FnOnce(String) -> String,
) -> Scenario {
    let text = change(canonical(&making().header).unwrap());
    let protected = base64::encode(text.as_bytes());
    scenario(
        "header",
        name,
        expect,
        about,
        json!({"protected": protected}),
    )
}

pub fn all() -> Vec<Scenario> {
    [
        derivations(),
        good(),
        outer(),
        bytes(),
        members(),
        readers(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn derivations() -> Vec<Scenario> {
    let cek: [u8; 32] = std::array::from_fn(|i| u8::try_from(i).unwrap());
    let (note, file) = (seeded::<16>("derive note"), seeded::<16>("derive file"));
    let open = hkdf(&cek, "deskbridge-note/1 open", &[&note]);
    let input = json!({
        "cek": base64::encode(&cek),
        "note": base64::encode(&note),
        "file": base64::encode(&file),
        "output": {
            "commit": base64::encode(&hkdf(&cek, "deskbridge-note/1 commit", &[&note])),
            "open": base64::encode(&open),
            "oth": sha_text(&[&open]),
            "file": base64::encode(&hkdf(&cek, "deskbridge-note/1 file", &[&note, &file])),
        },
    });
    vec![scenario(
        "derive",
        "all",
        "ok",
        "Commitment, open token, its hash, and a file's key.",
        input,
    )]
}

fn good() -> Vec<Scenario> {
    vec![
        of("least", "ok", "A header with no optional member.", |_| {}),
        of(
            "most",
            "ok",
            "Every optional member, a team, and a place that is not yet an issue.",
            |h| {
                h["note"]["opens"] = json!(1);
                h["note"]["ask"] = json!(sha_text(&[b"ask"]));
                h["note"]["fill"] = json!("author");
                h["note"]["place"] = json!({"intake": base64::encode(&seeded::<16>("nonce"))});
                h["note"]["readers"] = json!(["712020:nero", "team:10000"]);
            },
        ),
        of(
            "longest",
            "ok",
            "The longest life, account names with every kind of character.",
            |h| {
                h["note"]["exp"] = json!(NOW + 31_622_400);
                h["note"]["readers"] = json!(["!\"\\~:", "a".repeat(128)]);
            },
        ),
        of(
            "by-app",
            "ok",
            "Sealed by the server's own automation in this tenant.",
            |h| {
                h["note"]["by"]["a"] = json!(format!("app:{}", tenant()));
            },
        ),
    ]
}

fn outer() -> Vec<Scenario> {
    vec![
        of("enc", "algorithm", "Another content encryption.", |h| {
            h["enc"] = json!("A128GCM");
        }),
        of("typ", "typ", "Another type.", |h| h["typ"] = json!("JWE")),
        of("alg", "member", "`alg` in the protected header.", |h| {
            h["alg"] = json!("HPKE-7-KE");
        }),
        of("zip", "member", "Compression.", |h| h["zip"] = json!("DEF")),
        of("crit", "member", "`crit`.", |h| h["crit"] = json!(["exp"])),
        of("no-typ", "member", "No type.", |h| {
            h.as_object_mut().unwrap().remove("typ");
        }),
        of(
            "too-large",
            "too-large",
            "Longer than a header may be.",
            |h| {
                h["note"]["more"] = json!("x".repeat(18_500));
            },
        ),
    ]
}

fn bytes() -> Vec<Scenario> {
    let mut tail = making().protected();
    let last = tail.pop().unwrap();
    // Only a text whose length leaves unused bits has another spelling.
    assert_ne!(tail.len() % 4, 3, "choose a header of another length");
    tail.push(if last == 'Q' {
        'R'
    } else {
        char::from(last as u8 + 1)
    });
    vec![
        scenario(
            "header",
            "base64-tail-bits",
            "base64url",
            "Unused low bits are set.",
            json!({"protected": tail}),
        ),
        scenario(
            "header",
            "base64-padding",
            "base64url",
            "Padding.",
            json!({"protected": making().protected() + "="}),
        ),
        raw("space", "not-canonical", "A space after a colon.", |t| {
            t.replacen(':', ": ", 1)
        }),
        raw(
            "end-of-line",
            "not-canonical",
            "A line end after the object.",
            |t| t + "\n",
        ),
        raw(
            "doubled-member",
            "not-canonical",
            "`v` stands twice.",
            |t| t.replace(r#""v":1"#, r#""v":1,"v":1"#),
        ),
        raw("unsorted", "not-canonical", "`v` stands first.", |t| {
            t.replace(r#","v":1"#, "")
                .replace(r#""note":{"#, r#""note":{"v":1,"#)
        }),
        raw(
            "escape",
            "not-canonical",
            "A character escaped that need not be.",
            |t| t.replace("A256GCM", "\\u0041256GCM"),
        ),
        raw(
            "slash",
            "not-canonical",
            "An escaped slash in a reader.",
            |t| t.replace("712020:nero", "712020\\/nero"),
        ),
        raw("float", "not-canonical", "A time with a fraction.", |t| {
            t.replace("1800000000", "1800000000.0")
        }),
        raw(
            "exponent",
            "not-canonical",
            "A time with an exponent.",
            |t| t.replace("1800000000", "18e8"),
        ),
        raw("negative", "not-canonical", "A time before 1970.", |t| {
            t.replace("1800000000", "-1800000000")
        }),
        raw("not-json", "not-canonical", "No JSON.", |t| {
            t.replace('{', "(")
        }),
    ]
}

fn members() -> Vec<Scenario> {
    vec![
        of(
            "unknown-member",
            "member",
            "A member of the note that nobody knows.",
            |h| h["note"]["x"] = json!(1),
        ),
        of("missing-member", "member", "No `oth`.", |h| {
            h["note"].as_object_mut().unwrap().remove("oth");
        }),
        of("version", "member", "Version 2.", |h| {
            h["note"]["v"] = json!(2);
        }),
        of("version-text", "member", "The version as text.", |h| {
            h["note"]["v"] = json!("1");
        }),
        of("fill", "member", "Anybody may fill.", |h| {
            h["note"]["fill"] = json!("anyone");
        }),
        of("opens-none", "member", "Nobody may open.", |h| {
            h["note"]["opens"] = json!(0);
        }),
        of(
            "opens-null",
            "member",
            "An optional member that is null.",
            |h| h["note"]["opens"] = json!(null),
        ),
        of(
            "opens-many",
            "member",
            "More openings than the limit.",
            |h| h["note"]["opens"] = json!(1001),
        ),
        of(
            "two-places",
            "member",
            "An issue and an intake at once.",
            |h| {
                h["note"]["place"]["intake"] = json!(base64::encode(&[0; 16]));
            },
        ),
        of("issue-key", "member", "An issue's key for its id.", |h| {
            h["note"]["place"] = json!({"issue": "ITH-1"});
        }),
        of("issue-zero", "member", "A leading zero.", |h| {
            h["note"]["place"] = json!({"issue": "010001"});
        }),
        of("issue-large", "member", "A number of 2^64.", |h| {
            h["note"]["place"] = json!({"issue": "18446744073709551616"});
        }),
        of(
            "note-id-short",
            "base64url",
            "A note id of 15 bytes.",
            |h| h["note"]["id"] = json!(base64::encode(&[7; 15])),
        ),
        of("kid-long", "base64url", "A kid of 33 bytes.", |h| {
            h["note"]["by"]["kid"] = json!(base64::encode(&[7; 33]));
        }),
        of(
            "commit-tail-bits",
            "base64url",
            "Unused low bits of the commitment are set.",
            |h| {
                h["note"]["com"] = json!(format!("{}B", "A".repeat(42)));
            },
        ),
        of("ends-before-it-starts", "time", "`exp` is `iat`.", |h| {
            h["note"]["exp"] = json!(NOW);
        }),
        of(
            "lives-too-long",
            "time",
            "A second more than 366 days.",
            |h| h["note"]["exp"] = json!(NOW + 31_622_401),
        ),
        of("by-space", "account", "An author with a space.", |h| {
            h["note"]["by"]["a"] = json!("712020 niro");
        }),
        of(
            "by-not-ascii",
            "account",
            "An author that is not ASCII.",
            |h| h["note"]["by"]["a"] = json!("712020:niró"),
        ),
        of("by-team", "account", "A team as author.", |h| {
            h["note"]["by"]["a"] = json!("team:10000");
        }),
        of("by-script", "account", "A reserved prefix.", |h| {
            h["note"]["by"]["a"] = json!("script:x");
        }),
        of(
            "by-app-of-another-tenant",
            "account",
            "The automation of another tenant.",
            |h| {
                h["note"]["by"]["a"] = json!(format!("app:{}", base64::encode(&[0; 16])));
            },
        ),
    ]
}

fn readers() -> Vec<Scenario> {
    let many: Vec<String> = (0..51).map(|n| format!("reader-{n:02}")).collect();
    vec![
        of(
            "readers-unsorted",
            "readers",
            "Readers out of order.",
            |h| {
                h["note"]["readers"] = json!(["qm:8d5d:jonathan", "712020:nero"]);
            },
        ),
        of("readers-doubled", "readers", "A reader twice.", |h| {
            h["note"]["readers"] = json!(["712020:nero", "712020:nero"]);
        }),
        of("readers-none", "readers", "No reader.", |h| {
            h["note"]["readers"] = json!([]);
        }),
        of("readers-many", "readers", "51 readers.", move |h| {
            h["note"]["readers"] = json!(many);
        }),
        of(
            "readers-author",
            "readers",
            "The author among the readers.",
            |h| {
                h["note"]["readers"] = json!(["712020:nero", "712020:niro"]);
            },
        ),
        of(
            "reader-app",
            "account",
            "The automation as a reader.",
            |h| {
                h["note"]["readers"] = json!([format!("app:{}", tenant())]);
            },
        ),
        of(
            "reader-team-key",
            "account",
            "A team by its project's key.",
            |h| h["note"]["readers"] = json!(["team:ITH"]),
        ),
        of(
            "reader-long",
            "account",
            "An account of 129 characters.",
            |h| {
                h["note"]["readers"] = json!(["a".repeat(129)]);
            },
        ),
        of(
            "reader-number",
            "member",
            "A reader that is a number.",
            |h| h["note"]["readers"] = json!([7]),
        ),
    ]
}
