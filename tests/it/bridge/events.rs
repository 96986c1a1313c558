//! What hosts send is understood: real bodies where they are at hand, and our own everywhere.

use std::path::Path;

use deskbridge::jira::event::{Event, issue_of};
use proptest::prelude::*;

use crate::data;

/// What a body is expected to say. Empty text and 0 mean: nothing.
struct Expected {
    file: &'static str,
    kind: &'static str,
    issue: u64,
    comment: u64,
    actor: &'static str,
    public: Option<bool>,
    changes: &'static [&'static str],
    /// Milliseconds.
    at: i64,
}

const fn row(file: &'static str, kind: &'static str, issue: u64, at: i64) -> Expected {
    Expected {
        file,
        kind,
        issue,
        comment: 0,
        actor: "",
        public: None,
        changes: &[],
        at,
    }
}

impl Expected {
    const fn by(mut self, actor: &'static str) -> Self {
        self.actor = actor;
        self
    }

    const fn comment(mut self, comment: u64, public: Option<bool>) -> Self {
        self.comment = comment;
        self.public = public;
        self
    }

    const fn changes(mut self, changes: &'static [&'static str]) -> Self {
        self.changes = changes;
        self
    }
}

const ADMIN: &str = "5c5f880629be9642ba529340";
const SAMPLE: &str = "5cedcb4355a88a0fc86388ba";

/// Bodies that hosts really sent, in tests of public projects.
const REAL: [Expected; 11] = [
    row(
        "issue-updated-move-issue",
        "jira:issue_updated",
        12490,
        1_551_263_421_153,
    )
    .by("5c07f55ba1b46046f530e0f3")
    .changes(&[
        "issuetype 10002>10169",
        "project 10169>10105",
        "status 10029>10257",
        "Workflow 12552>15190",
        "Key TCP-2>INDEV-130",
    ]),
    row(
        "sirajju-issue_updated",
        "jira:issue_updated",
        10021,
        1_735_442_025_214,
    )
    .by("712020:f1ad7cfd-7f82-4dc0-85e4-8bc47bcc08e4")
    .changes(&["description"]),
    row(
        "webhook-cloud-comment-created-mention-user",
        "comment_created",
        10040,
        1_550_286_678_321,
    )
    .comment(10019, Some(true))
    .by(ADMIN),
    row(
        "webhook-cloud-comment-created",
        "comment_created",
        10040,
        1_550_286_678_321,
    )
    .comment(10019, Some(true))
    .by(ADMIN),
    row(
        "webhook-cloud-comment-deleted",
        "comment_deleted",
        10357,
        1_570_513_345_538,
    )
    .comment(10757, Some(true)),
    row(
        "webhook-cloud-comment-updated",
        "comment_updated",
        10040,
        1_550_286_728_432,
    )
    .comment(10019, Some(true))
    .by(ADMIN),
    row(
        "webhook-cloud-issue-created-many-fields",
        "jira:issue_created",
        10509,
        1_566_935_004_475,
    )
    .by(SAMPLE)
    .changes(&[
        "assignee >5cedcb4355a88a0fc86388ba",
        "customfield_10073 >10035",
        "customfield_10076 >10039",
        "description >The good description",
        "fixVersions >10000",
        "priority >3",
        "reporter >5cedcb4355a88a0fc86388ba",
        "status >10004",
        "summary >Lots of fields selected",
    ]),
    row(
        "webhook-issue-deleted",
        "jira:issue_deleted",
        10303,
        1_562_177_136_176,
    )
    .by(ADMIN),
    row(
        "webhook-issue-updated-labels",
        "jira:issue_updated",
        10040,
        1_550_351_530_065,
    )
    .by(ADMIN)
    .changes(&["labels bad test-label>sad test-label"]),
    row(
        "webhook-issue-updated-resolved",
        "jira:issue_updated",
        10040,
        1_550_286_940_507,
    )
    .by(ADMIN)
    .changes(&["resolution >10000", "status 3>10002"]),
    row(
        "webhook-server-comment-created",
        "comment_created",
        10013,
        1_559_607_317_234,
    )
    .comment(10082, None)
    .by("levbrouk"),
];

const AGENT: &str = "712020:agent-1";
const CUSTOMER: &str = "qm:synthetic:customer-1";

/// Bodies of our own writing.
const OURS: [Expected; 18] = [
    row(
        "jsm-comment-created-by-customer",
        "comment_created",
        10001,
        1_772_442_900_000,
    )
    .comment(501, Some(true))
    .by(CUSTOMER),
    row(
        "jsm-comment-created-internal",
        "comment_created",
        10001,
        1_772_442_900_001,
    )
    .comment(502, Some(false))
    .by(AGENT),
    row(
        "jsm-comment-created-restricted",
        "comment_created",
        10001,
        1_772_442_900_002,
    )
    .comment(503, Some(false))
    .by(AGENT),
    row(
        "jsm-comment-updated-property-internal",
        "comment_updated",
        10001,
        1_772_442_900_003,
    )
    .comment(504, Some(false))
    .by(AGENT),
    row(
        "jsm-comment-deleted-without-issue",
        "comment_deleted",
        10001,
        1_772_442_900_004,
    )
    .comment(505, Some(true)),
    row(
        "jsm-issue-created-by-customer",
        "jira:issue_created",
        10001,
        1_772_442_900_005,
    )
    .by(CUSTOMER),
    row(
        "jsm-issue-updated-participants",
        "jira:issue_updated",
        10001,
        1_772_442_900_006,
    )
    .by(AGENT)
    .changes(&[
        "customfield_10026 >[qm:synthetic:customer-2]",
        "reporter qm:synthetic:customer-1>qm:synthetic:customer-2",
    ]),
    row(
        "issue-updated-moved",
        "jira:issue_updated",
        10001,
        1_772_442_900_007,
    )
    .by(AGENT)
    .changes(&["project 10000>10001", "Key ITH-1>OPS-7"]),
    row(
        "issue-deleted",
        "jira:issue_deleted",
        10001,
        1_772_442_900_008,
    )
    .by(AGENT),
    row(
        "issue-created-anonymously",
        "jira:issue_created",
        10001,
        1_772_442_900_009,
    ),
    row(
        "attachment-created",
        "attachment_created",
        0,
        1_772_442_900_010,
    )
    .by("557058:app-1"),
    row(
        "issue-property-set",
        "issue_property_set",
        10001,
        1_772_442_900_011,
    ),
    row(
        "project-soft-deleted",
        "project_soft_deleted",
        0,
        1_772_442_900_012,
    ),
    row("user-deleted", "user_deleted", 0, 1_772_442_900_013),
    row(
        "numbers-for-ids-and-text-for-time",
        "comment_updated",
        10001,
        1_772_442_900_014,
    )
    .comment(506, Some(true))
    .by(CUSTOMER),
    row(
        "data-center-issue-updated-with-comment",
        "jira:issue_updated",
        20001,
        1_772_442_900_015,
    )
    .comment(900, None)
    .by("JIRAUSER10100")
    .changes(&["status 1>3"]),
    row(
        "data-center-comment-without-timestamp",
        "comment_created",
        20001,
        1_772_442_900_000,
    )
    .comment(901, None)
    .by("JIRAUSER10100"),
    row("unknown-kind", "sprint_closed", 0, 1_772_442_900_016),
];

fn assert_understood(folder: &Path, table: &[Expected]) {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
        .collect();
    files.sort();
    let mut named: Vec<_> = table.iter().map(|row| row.file.to_owned()).collect();
    named.sort();
    assert_eq!(files, named, "every body has its row");

    for row in table {
        let body = std::fs::read(folder.join(format!("{}.json", row.file))).unwrap();
        let event = Event::parse(&body).unwrap();
        assert_eq!(event.kind.name(), row.kind, "{}", row.file);
        let issue = event.issue.as_ref().map_or(0, |issue| issue.id.number());
        assert_eq!(issue, row.issue, "{}", row.file);
        let looked = issue_of(&body).unwrap().map_or(0, |issue| issue.number());
        assert_eq!(looked, row.issue, "{}: at a glance", row.file);
        let comment = event.comment.as_ref();
        assert_eq!(comment.map_or(0, |c| c.id), row.comment, "{}", row.file);
        assert_eq!(comment.and_then(|c| c.public), row.public, "{}", row.file);
        let actor = event.actor.as_ref().map_or("", |actor| actor.as_str());
        assert_eq!(actor, row.actor, "{}", row.file);
        let changes: Vec<_> = event
            .changes
            .iter()
            .map(|change| {
                let value = |v: &Option<String>| v.clone().unwrap_or_default();
                format!(
                    "{} {}>{}",
                    change.field,
                    value(&change.from),
                    value(&change.to)
                )
            })
            .collect();
        assert_eq!(
            changes.len(),
            row.changes.len(),
            "{}: {changes:?}",
            row.file
        );
        for (found, expected) in changes.iter().zip(row.changes) {
            assert!(found.starts_with(expected), "{}: {found}", row.file);
        }
        assert_eq!(event.at.map_or(0, |at| at.millis()), row.at, "{}", row.file);
    }
}

#[test]
fn bodies_of_our_own_writing_are_understood() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/webhooks");
    assert_understood(&folder, &OURS);
}

#[test]
fn bodies_that_hosts_really_sent_are_understood() {
    // SKIPPED-DATA webhooks
    let Some(folder) = data::folder() else {
        return;
    };
    assert_understood(&folder.join("webhooks"), &REAL);
}

#[test]
fn what_is_not_an_event_is_refused() {
    for junk in [
        "", " ", "null", "[]", "1", "\"x\"", "{", "{}x", "{\"a\":}", "\u{0}",
    ] {
        assert!(Event::parse(junk.as_bytes()).is_err(), "{junk:?}");
        assert!(issue_of(junk.as_bytes()).is_err(), "{junk:?}");
    }
    let deep = "[".repeat(100_000);
    assert!(Event::parse(deep.as_bytes()).is_err());
    assert!(issue_of(deep.as_bytes()).is_err());
}

/// JSON whose members have the names an event has, with anything inside.
fn anything() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        "\\PC{0,12}".prop_map(Into::into),
        "[0-9]{1,25}".prop_map(Into::into),
        Just("https://x/rest/api/2/issue/77/comment/5".into()),
        Just("comment_created".into()),
    ];
    let names = prop::sample::select(vec![
        "webhookEvent",
        "timestamp",
        "issue",
        "id",
        "key",
        "self",
        "fields",
        "project",
        "comment",
        "author",
        "accountId",
        "updateAuthor",
        "jsdPublic",
        "visibility",
        "properties",
        "user",
        "changelog",
        "items",
        "field",
        "from",
        "toString",
        "attachment",
        "property",
        "updated",
    ]);
    leaf.prop_recursive(4, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::hash_map(names.clone(), inner, 0..8).prop_map(|members| {
                members
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            }),
        ]
    })
}

#[test]
fn a_list_is_no_event_whatever_is_in_it() {
    for body in [r#"[["0"]]"#, r#"[{"id":"7"},null]"#, "[]", "null", "7"] {
        assert!(Event::parse(body.as_bytes()).is_err(), "{body}");
        assert!(issue_of(body.as_bytes()).is_err(), "{body}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_parser_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let parsed = Event::parse(&body).is_ok();
        prop_assert!(!parsed || issue_of(&body).is_ok());
    }

    #[test]
    fn the_glance_and_the_full_reading_agree(json in anything()) {
        let body = serde_json::to_vec(&json).unwrap();
        match Event::parse(&body) {
            Ok(event) => {
                prop_assert_eq!(issue_of(&body), Ok(event.issue.as_ref().map(|i| i.id)));
                let again = serde_json::to_vec(&event).unwrap();
                prop_assert_eq!(serde_json::from_slice::<Event>(&again).unwrap(), event);
            }
            Err(error) => prop_assert_eq!(issue_of(&body), Err(error)),
        }
    }
}
