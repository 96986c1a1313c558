use chrono::DateTime;
use serde_json::Value;

use super::{CHANGE_LENGTH, Change, CommentRef, Event, EventKind, IssueRef, Unreadable, sieve};
use crate::clock::Instant;
use crate::ids::{AccountId, IssueId, ProjectId};

/// More changes than any screen of Jira makes at once.
const CHANGES: usize = 200;

pub(super) fn event(body: &[u8]) -> Result<Event, Unreadable> {
    let json = sieve::read(body, sieve::EVENT).map_err(|_| Unreadable::NotJson)?;
    if !json.is_object() {
        return Err(Unreadable::NotAnObject);
    }
    let kind = EventKind::named(json["webhookEvent"].as_str().unwrap_or_default());
    let comment = &json["comment"];
    Ok(Event {
        at: happened_at(&json),
        issue: issue(&json),
        comment: comment_ref(comment),
        attachment: number(&json["attachment"]["id"]),
        property: text(&json["property"]["key"]),
        project: project(&json),
        person: kind
            .name()
            .starts_with("user_")
            .then(|| account(&json["user"]))
            .flatten(),
        actor: actor(&kind, &json),
        changes: changes(&json["changelog"]["items"]),
        kind,
    })
}

/// By the same rules as the full reading, so that both always agree.
pub(super) fn issue_of(body: &[u8]) -> Result<Option<IssueId>, Unreadable> {
    let json = sieve::read(body, sieve::GLANCE).map_err(|_| Unreadable::NotJson)?;
    if !json.is_object() {
        return Err(Unreadable::NotAnObject);
    }
    Ok(issue(&json).map(|issue| issue.id))
}

fn issue(json: &Value) -> Option<IssueRef> {
    let issue = &json["issue"];
    if let Some(id) = number(&issue["id"]) {
        return Some(IssueRef {
            id: IssueId::new(id),
            key: text(&issue["key"]),
            project_id: number(&issue["fields"]["project"]["id"]).map(ProjectId::new),
        });
    }
    let id = json["comment"]["self"]
        .as_str()
        .and_then(issue_in_address)?;
    Some(IssueRef {
        id,
        key: None,
        project_id: None,
    })
}

/// The issue in `.../issue/10040/comment/10019`. Only a number counts: the part may be a key.
fn issue_in_address(address: &str) -> Option<IssueId> {
    let (_, rest) = address.split_once("/issue/")?;
    rest.split(['/', '?']).next()?.parse().ok()
}

fn comment_ref(comment: &Value) -> Option<CommentRef> {
    Some(CommentRef {
        id: number(&comment["id"])?,
        author: account(&comment["author"]),
        public: public(comment),
    })
}

/// Most cautious first: a restriction or an internal mark wins over `jsdPublic`.
fn public(comment: &Value) -> Option<bool> {
    let marked_internal = comment["properties"].as_array().is_some_and(|properties| {
        properties.iter().any(|property| {
            property["key"] == "sd.public.comment" && property["value"]["internal"] == true
        })
    });
    if marked_internal || comment["visibility"].is_object() {
        return Some(false);
    }
    comment["jsdPublic"].as_bool()
}

fn actor(kind: &EventKind, json: &Value) -> Option<AccountId> {
    if kind.name().starts_with("user_") {
        return None;
    }
    let inside = match kind {
        EventKind::CommentCreated => account(&json["comment"]["author"]),
        EventKind::CommentUpdated => account(&json["comment"]["updateAuthor"]),
        EventKind::AttachmentCreated => account(&json["attachment"]["author"]),
        _ => None,
    };
    inside.or_else(|| account(&json["user"]))
}

/// Cloud names people by `accountId`; Data Center by `key`, in its oldest bodies by `name`.
fn account(person: &Value) -> Option<AccountId> {
    ["accountId", "key", "name"]
        .iter()
        .find_map(|field| person[*field].as_str())
        .and_then(|id| id.parse().ok())
}

fn project(json: &Value) -> Option<ProjectId> {
    number(&json["project"]["id"])
        .or_else(|| number(&json["issue"]["fields"]["project"]["id"]))
        .map(ProjectId::new)
}

fn changes(items: &Value) -> Vec<Change> {
    let items = items.as_array().map(Vec::as_slice).unwrap_or_default();
    let read = |item: &Value| {
        let field = text(&item["fieldId"]).or_else(|| text(&item["field"]))?;
        Some(Change {
            field,
            from: first_text(item, ["tmpFromAccountId", "from", "fromString"]),
            to: first_text(item, ["tmpToAccountId", "to", "toString"]),
        })
    };
    items.iter().filter_map(read).take(CHANGES).collect()
}

/// Fields that hold people may carry the account beside a name in `from` and `to`.
fn first_text(item: &Value, names: [&str; 3]) -> Option<String> {
    names.iter().find_map(|name| text(&item[*name]))
}

fn happened_at(json: &Value) -> Option<Instant> {
    json["timestamp"]
        .as_i64()
        .map(Instant::from_millis)
        .or_else(|| {
            json["timestamp"]
                .as_str()?
                .parse()
                .ok()
                .map(Instant::from_millis)
        })
        .or_else(|| date(json["comment"]["updated"].as_str()?))
        .or_else(|| date(json["issue"]["fields"]["updated"].as_str()?))
}

pub(super) fn date(text: &str) -> Option<Instant> {
    let parsed = DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z").ok()?;
    Some(Instant::from_millis(parsed.timestamp_millis()))
}

/// Ids are decimal text; some hosts send numbers.
fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok(),
        _ => None,
    }
}

fn text(value: &Value) -> Option<String> {
    value
        .as_str()
        .filter(|text| !text.is_empty())
        .map(|text| text.chars().take(CHANGE_LENGTH).collect())
}
