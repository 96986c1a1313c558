//! A note that one language seals, the other opens, with fresh keys and randomness each time.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use deskbridge::clock::Entropy;
use deskbridge::ids::{NoteId, TenantId};
use deskbridge::seal::{
    Author, Cek, Compact, Content, Fill, Header, History, Party, Place, Reader, Typ, base64,
    canonical, commit, open_token, seal_content, seal_wrap, sha,
};
use p256::ecdsa::Signature;
use p256::ecdsa::signature::Signer as _;
use serde_json::{Value, json};

use super::people::{ISSUE, NOW, Person, histories, tenant};
use super::reader;
use super::run::run;

const TEXT: &str = "Grüße 🔑\r\n\u{1} </script> \"quoted\"";

fn history(person: &Person) -> History {
    let texts = person.texts();
    let party = Party::parse(&person.account).unwrap();
    History::parse(
        tenant().parse().unwrap(),
        party,
        texts.iter().map(String::as_bytes),
    )
    .unwrap()
}

/// Sealed by the product's own Rust, as its automation would.
fn sealed_by_rust(author: &Person, reader: &Person) -> Value {
    let entropy = Entropy::system();
    let (cek, id) = (Cek::random(&entropy), NoteId::random(&entropy));
    let secret = &author.keys[0];
    let tenant: TenantId = tenant().parse().unwrap();
    let header = Header {
        id,
        tenant,
        place: Place::Issue(ISSUE.parse().unwrap()),
        by: Author {
            a: Party::parse(&author.account).unwrap(),
            kid: secret.kid,
        },
        readers: vec![Reader::parse(&reader.account).unwrap()],
        fill: Fill::Readers,
        opens: None,
        ask: None,
        iat: NOW,
        exp: NOW + 86_400,
        com: commit(&cek, id),
        oth: sha(&[&open_token(&cek, id)]),
    };
    let protected = header.to_protected().unwrap();
    let hh = sha(&[protected.as_bytes()]);
    let iv = entropy.bytes();
    let content = Content {
        text: TEXT.to_owned(),
        files: vec![],
    };
    let (ciphertext, tag) = seal_content(&content, &cek, iv, &protected).unwrap();
    let ct = sha(&[&iv, &ciphertext, &tag]);
    let payload = canonical(&json!({"v": 1, "hh": hh, "ct": ct})).unwrap();
    let seal = Compact::make(Typ::Seal, &secret.kid, &payload, &|input| {
        let signature: Signature = secret.signing.sign(input);
        signature.to_bytes().into()
    });
    let known = history(reader);
    let key = known.keys().next().unwrap();
    let wrap = seal_wrap(&cek, &hh, known.party(), key, &entropy).unwrap();
    json!({
        "answer": {
            "protected": protected,
            "seal": seal,
            "recipients": [{
                "kid": wrap.kid,
                "ek": base64::encode(wrap.ek.as_bytes()),
                "encryptedKey": base64::encode(&wrap.encrypted_key),
            }],
            "grants": [],
            "histories": histories(&[author]),
        },
        "known": {
            "tenant": tenant,
            "issue": ISSUE,
            "account": reader.account,
            "keys": [{"kid": wrap.kid, "enc": reader.keys[0].jwk()}],
            "now": NOW,
        },
        "released": {
            "iv": base64::encode(&iv),
            "ciphertext": base64::encode(&ciphertext),
            "tag": base64::encode(&tag),
        },
    })
}

fn ask_typescript(asked: &Value) -> Value {
    let mut node = Command::new("node")
        .args(["--import", "tsx", "tests/seal/cross.ts"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("frontend"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = node.stdin.take().unwrap();
    stdin.write_all(asked.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = node.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "the script ended with {}",
        output.status
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn each_language_opens_what_the_other_seals() {
    let niro = Person::with_key("712020:niro");
    let jonathan = Person::with_key("qm:8d5d:jonathan");
    let reading = sealed_by_rust(&niro, &jonathan);
    assert_eq!(reader::read(&reading).unwrap().content.text, TEXT);

    let author = "712020:nero";
    let answer = ask_typescript(&json!({
        "reading": reading,
        "tenant": tenant(),
        "issue": ISSUE,
        "now": NOW,
        "author": author,
        "reader": {"account": jonathan.account, "entries": jonathan.entries},
        "text": TEXT,
    }));
    assert_eq!(answer["read"], TEXT);

    let mut histories = histories(&[&jonathan]);
    histories[author] = json!([answer["entry"]]);
    run(&json!({
        "operation": "create",
        "envelope": answer["envelope"],
        "seal": answer["seal"],
        "tenant": tenant(),
        "issue": ISSUE,
        "account": author,
        "histories": histories,
        "now": NOW,
    }))
    .unwrap();

    let envelope: Value = serde_json::from_str(answer["envelope"].as_str().unwrap()).unwrap();
    let wraps = envelope["recipients"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let header = &one["header"];
            json!({"kid": header["kid"], "ek": header["ek"], "encryptedKey": one["encrypted_key"]})
        });
    let mut back = reading;
    back["answer"] = json!({
        "protected": envelope["protected"],
        "seal": answer["seal"],
        "recipients": wraps.collect::<Vec<_>>(),
        "grants": [],
        "histories": histories,
    });
    back["released"] = envelope;
    assert_eq!(reader::read(&back).unwrap().content.text, TEXT);
}
