//! Scenarios of what stands inside: the faults of a plaintext, rightly encrypted and sealed.

use deskbridge::seal::{base64, canonical};
use serde_json::{Value, json};

use super::making::padded;
use super::people::sha_text;
use super::reads::made;
use super::scenario::Scenario;

pub fn all() -> Vec<Scenario> {
    texts().into_iter().chain(files()).collect()
}

fn plain(name: &str, about: &str, bytes: Vec<u8>) -> Scenario {
    made(name, "plaintext", about, move |m| m.plaintext = bytes)
}

fn texts() -> Vec<Scenario> {
    let of = |content: Value| canonical(&content).unwrap();
    let good = String::from_utf8(padded(&json!({"v": 1, "text": "secret", "files": []}))).unwrap();
    vec![
        plain(
            "pad-not-zeros",
            "The padding carries something.",
            good.replacen("\"pad\":\"0", "\"pad\":\"1", 1).into_bytes(),
        ),
        plain(
            "off-bucket",
            "A length between buckets.",
            of(json!({"v": 1, "text": "secret", "files": [], "pad": "0".repeat(200)})).into_bytes(),
        ),
        plain(
            "too-short",
            "Less than the smallest bucket.",
            of(json!({"v": 1, "text": "", "files": [], "pad": "0".repeat(91)})).into_bytes(),
        ),
        plain(
            "plaintext-space",
            "A space, and one zero less.",
            good.replacen("0\"", "\"", 1)
                .replacen(':', ": ", 1)
                .into_bytes(),
        ),
        plain(
            "plaintext-unknown-member",
            "A member that nobody knows.",
            padded(&json!({"v": 1, "text": "secret", "files": [], "html": true})),
        ),
        plain(
            "plaintext-version",
            "Version 2.",
            padded(&json!({"v": 2, "text": "secret", "files": []})),
        ),
        plain(
            "plaintext-surrogate",
            "A lone surrogate, escaped.",
            good.replacen("secret", "\\ud800", 1).into_bytes(),
        ),
        plain("plaintext-not-utf8", "A byte that is no UTF-8.", {
            let mut bytes = good.clone().into_bytes();
            let at = good.find("secret").unwrap();
            bytes[at] = 0xFF;
            bytes
        }),
        plain("plaintext-bom", "A byte order mark in front.", {
            let shorter = good.replacen("000\"", "\"", 1);
            [&[0xEF, 0xBB, 0xBF], shorter.as_bytes()].concat()
        }),
        plain("plaintext-not-json", "No JSON.", vec![b'0'; 256]),
    ]
}

fn files() -> Vec<Scenario> {
    let file = |change: &dyn Fn(&mut Value)| {
        let mut file = json!({
            "fid": base64::encode(&[7; 16]), "name": "a.txt", "type": "text/plain", "size": 1, "chunks": 1,
            "sha": sha_text(&[b"a"]),
        });
        change(&mut file);
        padded(&json!({"v": 1, "text": "", "files": [file]}))
    };
    let two = json!({
        "fid": base64::encode(&[7; 16]), "name": "a", "type": "t", "size": 1, "chunks": 1, "sha": sha_text(&[b"a"]),
    });
    vec![
        plain(
            "file-name-with-a-path",
            "A file name with a folder.",
            file(&|f| f["name"] = json!("../a.txt")),
        ),
        plain(
            "file-name-with-a-control",
            "A file name with a line end.",
            file(&|f| f["name"] = json!("a\n.txt")),
        ),
        plain(
            "file-name-empty",
            "A file without a name.",
            file(&|f| f["name"] = json!("")),
        ),
        plain(
            "file-type",
            "A type that is not ASCII.",
            file(&|f| f["type"] = json!("téxt")),
        ),
        plain(
            "file-larger-than-its-chunks",
            "A size that its chunks cannot hold.",
            file(&|f| f["size"] = json!(65_537)),
        ),
        plain(
            "file-without-chunks",
            "No chunk.",
            file(&|f| f["chunks"] = json!(0)),
        ),
        plain(
            "file-twice",
            "Two files of one id.",
            padded(&json!({"v": 1, "text": "", "files": [two, two]})),
        ),
    ]
}
