use crate::clock::Instant;
use crate::jira::event::{Event, EventKind};
use crate::jobs::{Happened, Listener, fan_out};
use crate::store::Envelope;

/// What an event means to rooms: nothing, one or several things.
pub fn happened_in(event: &Event) -> Vec<Happened> {
    if let (EventKind::ProjectDeleted, Some(project)) = (&event.kind, event.project) {
        return vec![Happened::ProjectDeleted { project }];
    }
    let Some(issue) = event.issue.as_ref().map(|issue| issue.id) else {
        return Vec::new();
    };
    let comment = event.comment.as_ref().map(|comment| comment.id);
    match (&event.kind, comment) {
        (EventKind::IssueCreated, _) => vec![Happened::IssueCreated { issue }],
        (EventKind::IssueUpdated, _) => {
            let mut all = vec![Happened::IssueUpdated { issue }];
            if event.moved() {
                let project = event.project;
                all.push(Happened::IssueMoved { issue, project });
            }
            all
        }
        (EventKind::IssueDeleted, _) => vec![Happened::IssueDeleted { issue }],
        (EventKind::CommentCreated, Some(comment)) => {
            vec![Happened::CommentCreated { issue, comment }]
        }
        (EventKind::CommentUpdated, Some(comment)) => {
            vec![Happened::CommentUpdated { issue, comment }]
        }
        (EventKind::CommentDeleted, Some(comment)) => {
            vec![Happened::CommentDeleted { issue, comment }]
        }
        _ => Vec::new(),
    }
}

/// The effects of an event: who is told of what. `source` names the event, so that whoever is
/// told is told once.
pub fn effects(event: &Event, source: &str, listeners: &[Listener], now: Instant) -> Vec<Envelope> {
    happened_in(event)
        .iter()
        .flat_map(|happened| fan_out(happened, source, listeners, now))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A body, and the names of what happened in it.
    #[test]
    fn what_bodies_mean() {
        let table: [(&str, &[&str]); 11] = [
            (
                r#"{"webhookEvent":"project_deleted","project":{"id":10000}}"#,
                &["project-deleted"],
            ),
            (
                r#"{"webhookEvent":"project_soft_deleted","project":{"id":10000}}"#,
                &[],
            ),
            (
                r#"{"webhookEvent":"jira:issue_deleted","issue":{"id":"7"}}"#,
                &["issue-deleted"],
            ),
            (
                r#"{"webhookEvent":"jira:issue_created","issue":{"id":"7"}}"#,
                &["issue-created"],
            ),
            (
                r#"{"webhookEvent":"jira:issue_updated","issue":{"id":"7"},
                    "changelog":{"items":[{"field":"labels","toString":"x"}]}}"#,
                &["issue-updated"],
            ),
            (
                r#"{"webhookEvent":"jira:issue_updated","issue":{"id":"7"},
                    "changelog":{"items":[{"field":"project","from":"1","to":"2"}]}}"#,
                &["issue-updated", "issue-moved"],
            ),
            (
                r#"{"webhookEvent":"comment_created","issue":{"id":"7"},"comment":{"id":"1"}}"#,
                &["comment-created"],
            ),
            (
                r#"{"webhookEvent":"comment_deleted","comment":
                    {"id":"1","self":"https://x/rest/api/2/issue/7/comment/1"}}"#,
                &["comment-deleted"],
            ),
            (
                r#"{"webhookEvent":"comment_created","comment":{"id":"1"}}"#,
                &[],
            ),
            (
                r#"{"webhookEvent":"worklog_created","issue":{"id":"7"}}"#,
                &[],
            ),
            (r#"{"issue":{"id":"7"}}"#, &[]),
        ];
        for (body, expected) in table {
            let event = Event::parse(body.as_bytes()).unwrap();
            let names: Vec<_> = happened_in(&event).iter().map(Happened::name).collect();
            assert_eq!(names, expected, "{body}");
        }
    }
}
