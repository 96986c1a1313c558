//! What can happen on the site. Each change says which events it causes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Comment, Event, Fate, Issue, Notice, Project, Request, Shapes, Site, paragraphs};
use crate::moment::now_millis;

#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    #[error("there is no {0}")]
    NotFound(&'static str),
    #[error("{0}")]
    Invalid(String),
}

/// A new issue.
#[derive(Debug, Default)]
pub struct Draft {
    pub project: String,
    pub summary: String,
    pub description: String,
    pub reporter: String,
    pub assignee: Option<String>,
    pub participants: Vec<String>,
}

pub(super) type Changed<T> = Result<(T, Vec<Event>), SiteError>;

impl Site {
    pub(super) fn stamp(
        &self,
        name: &str,
        actor: &str,
        issue: Option<u64>,
        mut body: Value,
    ) -> Event {
        body["timestamp"] = json!(now_millis());
        body["webhookEvent"] = json!(name);
        Event {
            name: name.to_owned(),
            actor: actor.to_owned(),
            issue,
            body,
        }
    }

    pub(super) fn issue_event(&self, name: &str, kind: &str, actor: &str, issue: &Issue) -> Event {
        let shapes = Shapes { site: self };
        let body = json!({
            "issue_event_type_name": kind,
            "user": shapes.user(actor),
            "issue": shapes.webhook_issue(issue, false),
        });
        self.stamp(name, actor, Some(issue.id), body)
    }

    fn comment_event(&self, name: &str, actor: &str, issue: &Issue, comment: &Comment) -> Event {
        let shapes = Shapes { site: self };
        let body = json!({
            "comment": shapes.webhook_comment(issue, comment),
            "issue": shapes.webhook_issue(issue, true),
            "eventType": "primaryAction",
        });
        self.stamp(name, actor, Some(issue.id), body)
    }

    pub fn add_comment(
        &mut self,
        issue: u64,
        author: &str,
        body: Value,
        public: bool,
        properties: BTreeMap<String, Value>,
    ) -> Changed<u64> {
        let id = self.next_id();
        let now = now_millis();
        let comment = Comment {
            id,
            author: author.to_owned(),
            body,
            created: now,
            updated: now,
            public,
            properties,
        };
        let held = self
            .issues
            .get_mut(&issue)
            .ok_or(SiteError::NotFound("issue"))?;
        held.updated = now;
        held.comments.push(comment.clone());
        let issue = held.clone();
        let mut commented =
            self.issue_event("jira:issue_updated", "issue_commented", author, &issue);
        let shape = Shapes { site: self }.webhook_comment(&issue, &comment);
        commented.body["comment"] = shape;
        let created = self.comment_event("comment_created", author, &issue, &comment);
        Ok((id, vec![created, commented]))
    }

    pub fn edit_comment(&mut self, id: u64, actor: &str, body: Value) -> Changed<()> {
        let now = now_millis();
        let comment = self.comment_mut(id).ok_or(SiteError::NotFound("comment"))?;
        comment.body = body;
        comment.updated = now;
        let (issue, comment) = self.comment(id).ok_or(SiteError::NotFound("comment"))?;
        Ok((
            (),
            vec![self.comment_event("comment_updated", actor, issue, comment)],
        ))
    }

    pub fn delete_comment(&mut self, id: u64, actor: &str) -> Changed<()> {
        let (issue, comment) = self.comment(id).ok_or(SiteError::NotFound("comment"))?;
        let event = self.comment_event("comment_deleted", actor, issue, comment);
        let issue = issue.id;
        if let Some(issue) = self.issues.get_mut(&issue) {
            issue.comments.retain(|c| c.id != id);
        }
        Ok(((), vec![event]))
    }

    pub fn comment_mut(&mut self, id: u64) -> Option<&mut Comment> {
        self.issues
            .values_mut()
            .find_map(|issue| issue.comments.iter_mut().find(|c| c.id == id))
    }

    pub fn create_issue(&mut self, draft: &Draft) -> Changed<u64> {
        let account = |who: &str| self.person(who).map(|p| p.account.clone());
        let project = self
            .project(&draft.project)
            .ok_or(SiteError::NotFound("project"))?
            .clone();
        let reporter = account(&draft.reporter)
            .ok_or_else(|| SiteError::Invalid("reporter is nobody".into()))?;
        let assignee = draft.assignee.as_deref().and_then(account);
        let participants: Vec<_> = draft
            .participants
            .iter()
            .filter_map(|p| account(p))
            .collect();
        let key = self.next_key(&project);
        let id = self.next_id();
        let now = now_millis();
        let service = project.service_desk.is_some();
        let issue = Issue {
            id,
            project: project.id,
            key,
            summary: draft.summary.clone(),
            description: paragraphs(&draft.description),
            kind: if service { "Service Request" } else { "Task" }.to_owned(),
            status: if service {
                "Waiting for support"
            } else {
                "To Do"
            }
            .to_owned(),
            priority: "Medium".to_owned(),
            labels: Vec::new(),
            creator: reporter.clone(),
            reporter: reporter.clone(),
            assignee,
            created: now,
            updated: now,
            request: service.then(|| Request {
                request_type: 1,
                participants,
                ..Request::default()
            }),
            comments: Vec::new(),
            properties: BTreeMap::new(),
            only: None,
            fate: Fate::default(),
            lost: None,
        };
        self.issues.insert(id, issue.clone());
        let event = self.issue_event("jira:issue_created", "issue_created", &reporter, &issue);
        Ok((id, vec![event]))
    }

    /// The key of the next issue of a project.
    pub(super) fn next_key(&self, project: &Project) -> String {
        let taken = self
            .issues
            .values()
            .filter(|i| i.project == project.id)
            .filter_map(|i| i.key.rsplit('-').next()?.parse::<u64>().ok());
        format!("{}-{}", project.key, 1 + taken.max().unwrap_or(0))
    }

    /// Changes single fields: `summary`, `status`, `priority`, `assignee`, `reporter`, `labels`.
    pub fn edit_issue(
        &mut self,
        id: u64,
        actor: &str,
        changes: &BTreeMap<String, Value>,
    ) -> Changed<()> {
        let mut issue = self
            .issues
            .get(&id)
            .ok_or(SiteError::NotFound("issue"))?
            .clone();
        let mut items = Vec::new();
        for (field, value) in changes {
            let to = value.as_str().unwrap_or_default();
            let person = self.person(to).map(|p| p.account.clone());
            let before = match field.as_str() {
                "summary" => Some(std::mem::replace(&mut issue.summary, to.to_owned())),
                "status" => Some(std::mem::replace(&mut issue.status, to.to_owned())),
                "priority" => Some(std::mem::replace(&mut issue.priority, to.to_owned())),
                "assignee" => std::mem::replace(&mut issue.assignee, person.clone()),
                "reporter" => {
                    let to = person.clone().ok_or(SiteError::NotFound("reporter"))?;
                    Some(std::mem::replace(&mut issue.reporter, to))
                }
                "labels" => {
                    let to = serde_json::from_value(value.clone()).unwrap_or_default();
                    Some(std::mem::replace(&mut issue.labels, to).join(" "))
                }
                other => return Err(SiteError::Invalid(format!("field {other} cannot be set"))),
            };
            let name = |account: &str| {
                let person = self.person(account);
                person.map_or_else(|| account.to_owned(), |p| p.name.clone())
            };
            items.push(json!({
                "field": field, "fieldId": field, "fieldtype": "jira",
                "from": before, "fromString": before.as_deref().map(name),
                "to": person.as_deref().unwrap_or(to), "toString": name(to),
            }));
        }
        issue.updated = now_millis();
        self.issues.insert(id, issue.clone());
        let mut event = self.issue_event("jira:issue_updated", "issue_generic", actor, &issue);
        let number = self.next_id().to_string();
        event.body["changelog"] = json!({"id": number, "items": items});
        Ok(((), vec![event]))
    }

    pub fn delete_issue(&mut self, id: u64, actor: &str) -> Changed<()> {
        let issue = self
            .issues
            .remove(&id)
            .ok_or(SiteError::NotFound("issue"))?;
        let mut events =
            vec![self.issue_event("jira:issue_deleted", "issue_deleted", actor, &issue)];
        for comment in &issue.comments {
            events.push(self.comment_event("comment_deleted", actor, &issue, comment));
        }
        Ok(((), events))
    }

    pub fn set_participant(
        &mut self,
        id: u64,
        actor: &str,
        account: &str,
        present: bool,
    ) -> Changed<()> {
        let account = self
            .person(account)
            .ok_or(SiteError::NotFound("user"))?
            .account
            .clone();
        let issue = self
            .issues
            .get_mut(&id)
            .ok_or(SiteError::NotFound("issue"))?;
        let request = issue
            .request
            .as_mut()
            .ok_or(SiteError::NotFound("request"))?;
        let held = request.participants.contains(&account);
        if held == present {
            return Ok(((), Vec::new()));
        }
        request.participants.retain(|p| *p != account);
        if present {
            request.participants.push(account);
        }
        issue.updated = now_millis();
        let issue = issue.clone();
        let mut event = self.issue_event("jira:issue_updated", "issue_generic", actor, &issue);
        event.body["changelog"] = json!({"id": self.next_id().to_string(), "items": [{
            "field": "Request participants", "fieldId": "customfield_10026",
            "fieldtype": "custom", "from": null, "fromString": null, "to": null, "toString": null,
        }]});
        Ok(((), vec![event]))
    }

    pub fn set_issue_property(
        &mut self,
        id: u64,
        actor: &str,
        key: &str,
        value: Option<&Value>,
    ) -> Changed<bool> {
        let issue = self
            .issues
            .get_mut(&id)
            .ok_or(SiteError::NotFound("issue"))?;
        let (name, had) = match value {
            Some(value) => (
                "issue_property_set",
                issue
                    .properties
                    .insert(key.to_owned(), value.clone())
                    .is_some(),
            ),
            None => (
                "issue_property_deleted",
                issue.properties.remove(key).is_some(),
            ),
        };
        let issue = issue.clone();
        let body = json!({
            "issue": Shapes { site: self }.webhook_issue(&issue, true),
            "property": {"key": key, "value": value},
        });
        Ok((had, vec![self.stamp(name, actor, Some(id), body)]))
    }

    pub fn add_notice(&mut self, issue: &str, subject: &str, text: &str, to: Vec<String>) {
        self.notices.push(Notice {
            at: now_millis(),
            issue: issue.to_owned(),
            subject: subject.to_owned(),
            text: text.to_owned(),
            to,
        });
    }
}
