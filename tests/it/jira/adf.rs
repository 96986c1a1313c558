//! What we write as a comment, held against the schema that Jira's own editor is built on.

use deskbridge::jira::adf::{Announcement, Doc, Language, Line, Named};
use serde_json::{Value, json};

use super::account;
use super::world::{ANA, JONATHAN, NERO, NIRO};

fn schema() -> jsonschema::Validator {
    let path = crate::npm::file("@atlaskit/adf-schema/dist/json-schema/v1/full.json");
    let schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    jsonschema::draft4::options().build(&schema).unwrap()
}

#[test]
fn n14_every_announcement_is_a_document_that_jira_takes() {
    let schema = schema();
    let named = |of: &str, name: &str| Named {
        account: account(of),
        name: name.to_owned(),
        portal_only: of.starts_with("qm:"),
    };
    let all = [
        named(NERO, "Nero"),
        named(JONATHAN, "Jonathan"),
        named(ANA, ""),
        named("qm:1:2", "<b>\u{0}\n\"Zoë\" 👩‍👩‍👧"),
    ];
    for readers in 0..=all.len() {
        for first in 0..all.len() - readers.min(all.len() - 1) {
            let announcement = Announcement {
                author: named(NIRO, "Niro"),
                readers: all[first..(first + readers).min(all.len())].to_vec(),
                panel: "https://site.example/browse/ITH-1?a=b&c=d#e"
                    .parse()
                    .unwrap(),
                language: Language::Japanese,
            };
            let comment = announcement.comment().to_value();
            let faults: Vec<_> = schema
                .iter_errors(&comment)
                .map(|e| e.to_string())
                .collect();
            assert!(faults.is_empty(), "{faults:?} in {comment}");
        }
    }
}

#[test]
fn empty_words_leave_no_empty_node() {
    let schema = schema();
    let line = Line::new()
        .text("")
        .link("", &"https://x.example".parse().unwrap());
    let doc = Doc::new().paragraph(line).to_value();
    assert_eq!(doc["content"][0]["content"], json!([]));
    assert!(schema.is_valid(&doc));
}

#[test]
fn the_schema_refuses_what_is_no_document() {
    let schema = schema();
    let text = json!({"type": "text", "text": "x"});
    let mention = json!({"type": "mention", "attrs": {"text": "@Niro"}});
    let extra = json!({"type": "mention", "attrs": {"id": "1", "name": "Niro"}});
    for (content, fine) in [
        (json!([text]), true),
        (json!([mention]), false),
        (json!([extra]), false),
        (json!([{"type": "text", "text": ""}]), false),
        (json!([{"type": "secret"}]), false),
    ] {
        let doc = json!({"version": 1, "type": "doc", "content": [
            {"type": "paragraph", "content": content},
        ]});
        assert_eq!(schema.is_valid(&doc), fine, "{doc}");
    }
}
