//! What becomes of issues, projects and accounts besides being edited: moved, cloned, linked,
//! archived, thrown into the trash, erased. Events as Jira sends them; where Jira sends none, there
//! is none.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::change::Changed;
use super::{Event, Issue, Project, Request, Shapes, Site, SiteError};
use crate::moment::now_millis;

/// What became of an issue or a project.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fate {
    pub archived: bool,
    /// Of a project: it lies in the trash, and nobody gets at its issues.
    pub trashed: bool,
    /// The app is shut out: by a security level, or because the project's role lost it.
    pub app_out: bool,
}

/// One issue's tie to another: `from` does to `to` what the kind says (*duplicates*, *clones*).
#[derive(Clone, Debug)]
pub struct Link {
    pub id: u64,
    /// `Duplicate` or `Cloners`.
    pub kind: &'static str,
    pub from: u64,
    pub to: u64,
}

impl Link {
    fn shape(&self) -> Value {
        let (number, outward, inward) = match self.kind {
            "Cloners" => ("10001", "clones", "is cloned by"),
            _ => ("10002", "duplicates", "is duplicated by"),
        };
        json!({"id": number, "name": self.kind, "outward": outward, "inward": inward})
    }
}

impl Shapes<'_> {
    /// The field `issuelinks` of an issue.
    pub fn links(&self, issue: &Issue) -> Value {
        let shown = |id: u64| {
            let other = self.site.issues.get(&id)?;
            Some(json!({
                "id": id.to_string(), "key": other.key,
                "self": format!("{}/rest/api/3/issue/{id}", self.site.base_url),
                "fields": {"summary": other.summary, "status": self.status(&other.status)},
            }))
        };
        let links = self.site.links.iter().filter_map(|link| {
            let (side, other) = match issue.id {
                id if id == link.from => ("outwardIssue", link.to),
                id if id == link.to => ("inwardIssue", link.from),
                _ => return None,
            };
            let mut shape = json!({"id": link.id.to_string(), "type": link.shape()});
            shape["self"] = json!(format!(
                "{}/rest/api/3/issueLink/{}",
                self.site.base_url, link.id
            ));
            shape[side] = shown(other)?;
            Some(shape)
        });
        links.collect()
    }

    /// A project as its events carry it: the id is a number there.
    fn project_event(&self, project: &Project) -> Value {
        let mut shape = self.project(project);
        shape["id"] = json!(project.id);
        shape
    }
}

impl Site {
    /// Whether the issue can be had at all: nothing in the trash can.
    pub fn is_there(&self, issue: &Issue) -> bool {
        !self.project_of(issue).fate.trashed
    }

    /// Whether the app gets at the issue.
    pub fn app_sees(&self, issue: &Issue) -> bool {
        self.is_there(issue) && !issue.fate.app_out && !self.project_of(issue).fate.app_out
    }

    pub fn is_archived(&self, issue: &Issue) -> bool {
        issue.fate.archived || self.project_of(issue).fate.archived
    }

    /// Moves an issue to another project, where it gets a new key.
    pub fn move_issue(&mut self, id: u64, actor: &str, project: &str) -> Changed<()> {
        let to = self
            .project(project)
            .ok_or(SiteError::NotFound("project"))?;
        let to = to.clone();
        let issue = self.issues.get(&id).ok_or(SiteError::NotFound("issue"))?;
        let (from, old_key) = (self.project_of(issue).clone(), issue.key.clone());
        let key = self.next_key(&to);
        let Some(issue) = self.issues.get_mut(&id) else {
            return Err(SiteError::NotFound("issue"));
        };
        issue.project = to.id;
        issue.key.clone_from(&key);
        issue.updated = now_millis();
        issue.request = to.service_desk.and(issue.request.take());
        let issue = issue.clone();
        let items = json!([
            {"field": "project", "fieldtype": "jira", "fieldId": "project",
             "from": from.id.to_string(), "fromString": from.name,
             "to": to.id.to_string(), "toString": to.name},
            {"field": "Key", "fieldtype": "jira",
             "from": null, "fromString": old_key, "to": null, "toString": key},
        ]);
        Ok((
            (),
            vec![self.updated_event("issue_moved", actor, &issue, &items)],
        ))
    }

    /// Takes the request type of an issue away, or gives it one.
    pub fn set_request_type(&mut self, id: u64, actor: &str, kind: Option<u64>) -> Changed<()> {
        let issue = self
            .issues
            .get_mut(&id)
            .ok_or(SiteError::NotFound("issue"))?;
        let before = issue.request.as_ref().map(|r| r.request_type.to_string());
        let held = issue.request.take().or_else(|| issue.lost.take());
        match kind {
            Some(kind) => {
                let request = held.unwrap_or_default();
                issue.request = Some(Request {
                    request_type: kind,
                    ..request
                });
            }
            None => issue.lost = held,
        }
        issue.updated = now_millis();
        let issue = issue.clone();
        let to = kind.map(|kind| kind.to_string());
        let items = json!([{
            "field": "Request Type", "fieldtype": "custom", "fieldId": "customfield_10010",
            "from": before, "fromString": before, "to": to, "toString": to,
        }]);
        Ok((
            (),
            vec![self.updated_event("issue_generic", actor, &issue, &items)],
        ))
    }

    /// A copy of an issue with a link to it, and with its properties, as some hosts do it.
    pub fn clone_issue(&mut self, id: u64, actor: &str) -> Changed<u64> {
        let original = self
            .issues
            .get(&id)
            .ok_or(SiteError::NotFound("issue"))?
            .clone();
        let (copy, now) = (self.next_id(), now_millis());
        let key = self.next_key(&self.project_of(&original).clone());
        let issue = Issue {
            id: copy,
            key,
            summary: format!("CLONE - {}", original.summary),
            created: now,
            updated: now,
            comments: Vec::new(),
            ..original.clone()
        };
        self.issues.insert(copy, issue.clone());
        let mut events =
            vec![self.issue_event("jira:issue_created", "issue_created", actor, &issue)];
        let copied: BTreeMap<String, Value> = issue.properties.clone();
        for (name, value) in &copied {
            events.extend(self.set_issue_property(copy, actor, name, Some(value))?.1);
        }
        events.extend(self.link("Cloners", copy, id, actor)?.1);
        Ok((copy, events))
    }

    pub fn link(&mut self, kind: &'static str, from: u64, to: u64, actor: &str) -> Changed<u64> {
        if !self.issues.contains_key(&from) || !self.issues.contains_key(&to) {
            return Err(SiteError::NotFound("issue"));
        }
        let id = self.next_id();
        let link = Link { id, kind, from, to };
        let shape = link.shape();
        let body = json!({"issueLink": {
            "id": id, "sourceIssueId": from, "destinationIssueId": to, "systemLink": false,
            "issueLinkType": {
                "id": shape["id"].as_str().and_then(|id| id.parse::<u64>().ok()),
                "name": kind, "outwardName": shape["outward"], "inwardName": shape["inward"],
                "isSubTaskLinkType": false, "isSystemLinkType": false,
            },
        }});
        self.links.push(link);
        Ok((id, vec![self.stamp("issuelink_created", actor, None, body)]))
    }

    /// Closes an issue as a duplicate of another.
    pub fn merge(&mut self, id: u64, into: u64, actor: &str) -> Changed<()> {
        let mut events = self.link("Duplicate", id, into, actor)?.1;
        let closed = BTreeMap::from([("status".to_owned(), json!("Resolved"))]);
        events.extend(self.edit_issue(id, actor, &closed)?.1);
        Ok(((), events))
    }

    /// Jira tells apps nothing when an issue is archived or brought back.
    pub fn archive_issue(&mut self, id: u64, archived: bool) -> Changed<()> {
        let issue = self
            .issues
            .get_mut(&id)
            .ok_or(SiteError::NotFound("issue"))?;
        issue.fate.archived = archived;
        Ok(((), Vec::new()))
    }

    /// `archived`, `unarchived`, `trashed` or `restored`.
    pub fn set_project(&mut self, project: &str, what: &str, actor: &str) -> Changed<()> {
        let id = self
            .project(project)
            .ok_or(SiteError::NotFound("project"))?
            .id;
        let found = self.projects.iter_mut().find(|p| p.id == id);
        let project = found.ok_or(SiteError::NotFound("project"))?;
        let name = match what {
            "archived" => "project_archived",
            "unarchived" => "project_restored_archived",
            "trashed" => "project_soft_deleted",
            "restored" => "project_restored_deleted",
            other => return Err(SiteError::Invalid(format!("a project is not {other}"))),
        };
        match what {
            "archived" | "unarchived" => project.fate.archived = what == "archived",
            _ => project.fate.trashed = what == "trashed",
        }
        let project = project.clone();
        Ok(((), vec![self.project_told(name, actor, &project)]))
    }

    /// Deletes a project for good, its issues with it: of those nothing is told.
    pub fn delete_project(&mut self, project: &str, actor: &str) -> Changed<()> {
        let gone = self
            .project(project)
            .ok_or(SiteError::NotFound("project"))?;
        let gone = gone.clone();
        let event = self.project_told("project_deleted", actor, &gone);
        self.issues.retain(|_, issue| issue.project != gone.id);
        self.projects.retain(|project| project.id != gone.id);
        Ok(((), vec![event]))
    }

    /// Erases an account, as Atlassian does: no name, not active; what it wrote stays.
    pub fn erase_person(&mut self, account: &str, actor: &str) -> Changed<()> {
        let found = self.person(account).ok_or(SiteError::NotFound("user"))?;
        let account = found.account.clone();
        if let Some(person) = self.people.iter_mut().find(|p| p.account == account) {
            person.active = false;
            "Former user".clone_into(&mut person.name);
            person.email.clear();
        }
        self.closed.insert(account.clone());
        let body = json!({"user": Shapes { site: self }.user(&account)});
        Ok(((), vec![self.stamp("user_deleted", actor, None, body)]))
    }

    /// Gives a portal-only customer an Atlassian account of the same name and address: another
    /// account, which stands on the requests in place of the old one.
    pub fn migrate_person(&mut self, account: &str) -> Changed<String> {
        let old = self
            .person(account)
            .ok_or(SiteError::NotFound("user"))?
            .clone();
        let new = super::Person {
            slug: format!("{}-new", old.slug),
            account: format!("712020:migrated-{}", self.next_id()),
            account_type: "atlassian",
            ..old.clone()
        };
        for issue in self.issues.values_mut() {
            if issue.reporter == old.account {
                issue.reporter.clone_from(&new.account);
            }
            let participants = issue.request.iter_mut().flat_map(|r| &mut r.participants);
            participants
                .filter(|p| **p == old.account)
                .for_each(|p| p.clone_from(&new.account));
        }
        for organization in &mut self.organizations {
            if organization.members.remove(&old.account) {
                organization.members.insert(new.account.clone());
            }
        }
        if let Some(person) = self.people.iter_mut().find(|p| p.account == old.account) {
            person.active = false;
        }
        let account = new.account.clone();
        self.people.push(new);
        Ok((account, Vec::new()))
    }

    fn project_told(&self, name: &str, actor: &str, project: &Project) -> Event {
        let body = json!({"project": Shapes { site: self }.project_event(project)});
        self.stamp(name, actor, None, body)
    }

    fn updated_event(&mut self, kind: &str, actor: &str, issue: &Issue, items: &Value) -> Event {
        let mut event = self.issue_event("jira:issue_updated", kind, actor, issue);
        event.body["changelog"] = json!({"id": self.next_id().to_string(), "items": items});
        event
    }
}
