//! How the APIs and webhooks spell people, issues and comments.

use serde_json::{Map, Value, json};

use super::{Comment, Issue, Person, Project, Site, to_text, to_wiki};
use crate::moment::{desk_time, jira_time};
use crate::token::encode;

/// The fields of an issue that this site knows, as `GET /field` lists them.
pub const FIELDS: [(&str, &str, &str); 17] = [
    ("summary", "Summary", "string"),
    ("description", "Description", "string"),
    ("issuetype", "Issue Type", "issuetype"),
    ("status", "Status", "status"),
    ("priority", "Priority", "priority"),
    ("project", "Project", "project"),
    ("reporter", "Reporter", "user"),
    ("creator", "Creator", "user"),
    ("assignee", "Assignee", "user"),
    ("created", "Created", "datetime"),
    ("updated", "Updated", "datetime"),
    ("labels", "Labels", "array"),
    ("comment", "Comment", "comments-page"),
    ("issuelinks", "Linked Issues", "issuelinks"),
    (
        "customfield_10002",
        "Organizations",
        "sd-customer-organizations",
    ),
    ("customfield_10010", "Request Type", "vp-origin"),
    (
        "customfield_10026",
        "Request participants",
        "sd-request-participants",
    ),
];

pub struct Shapes<'a> {
    pub site: &'a Site,
}

impl Shapes<'_> {
    fn rest(&self, path: &str) -> String {
        format!("{}/rest/api/3/{path}", self.site.base_url)
    }

    pub fn avatars(&self, person: &Person) -> Value {
        let url = format!("{}/avatars/{}.svg", self.site.base_url, person.slug);
        json!({"16x16": url, "24x24": url, "32x32": url, "48x48": url})
    }

    pub fn user(&self, account: &str) -> Value {
        let Some(person) = self.site.person(account) else {
            return json!({
                "self": self.rest(&format!("user?accountId={}", encode(account))),
                "accountId": account, "accountType": "unknown", "active": false,
                "displayName": "Former user",
            });
        };
        let mut user = json!({
            "self": self.rest(&format!("user?accountId={}", encode(account))),
            "accountId": account,
            "accountType": person.account_type,
            "avatarUrls": self.avatars(person),
            "displayName": person.name,
            "active": person.active,
            "timeZone": "Etc/UTC",
        });
        // Jira shows addresses of Atlassian accounts to nobody unless their owner allows it.
        if person.account_type == "customer" {
            user["emailAddress"] = json!(person.email);
        }
        user
    }

    /// A user as the service desk API writes one.
    pub fn customer(&self, account: &str) -> Value {
        let user = self.user(account);
        let mut customer = json!({
            "accountId": account,
            "displayName": user["displayName"],
            "active": user["active"],
            "timeZone": "Etc/UTC",
            "_links": {
                "self": user["self"],
                "jiraRest": user["self"],
                "avatarUrls": user["avatarUrls"],
            },
        });
        if let Some(mail) = user.get("emailAddress") {
            customer["emailAddress"] = mail.clone();
        }
        customer
    }

    pub fn project(&self, project: &Project) -> Value {
        let mut shape = json!({
            "self": self.rest(&format!("project/{}", project.id)),
            "id": project.id.to_string(),
            "key": project.key,
            "name": project.name,
            "projectTypeKey": if project.service_desk.is_some() { "service_desk" } else { "software" },
            "simplified": false,
            "avatarUrls": {},
        });
        for (name, held) in [
            ("archived", project.fate.archived),
            ("deleted", project.fate.trashed),
        ] {
            if held {
                shape[name] = json!(true);
            }
        }
        shape
    }

    fn named(&self, path: &str, name: &str) -> Value {
        let id = 10_000 + name.bytes().map(u64::from).sum::<u64>() % 1000;
        json!({"self": self.rest(&format!("{path}/{id}")), "id": id.to_string(), "name": name})
    }

    pub fn status(&self, name: &str) -> Value {
        let (key, id, category) = match name {
            "Resolved" | "Done" => ("done", 3, "Done"),
            "To Do" | "Waiting for support" => ("new", 2, "To Do"),
            _ => ("indeterminate", 4, "In Progress"),
        };
        let mut status = self.named("status", name);
        status["statusCategory"] = json!({
            "self": self.rest(&format!("statuscategory/{id}")),
            "id": id, "key": key, "name": category, "colorName": "blue-gray",
        });
        status
    }

    /// All fields of an issue, in the form of version 3.
    pub fn fields(&self, issue: &Issue) -> Map<String, Value> {
        let mut kind = self.named("issuetype", &issue.kind);
        kind["subtask"] = json!(false);
        let mut fields = json!({
            "summary": issue.summary,
            "description": issue.description,
            "issuetype": kind,
            "status": self.status(&issue.status),
            "priority": self.named("priority", &issue.priority),
            "project": self.project(self.site.project_of(issue)),
            "reporter": self.user(&issue.reporter),
            "creator": self.user(&issue.creator),
            "assignee": issue.assignee.as_ref().map(|a| self.user(a)),
            "created": jira_time(issue.created),
            "updated": jira_time(issue.updated),
            "labels": issue.labels,
            "issuelinks": self.links(issue),
            "comment": {
                "self": self.rest(&format!("issue/{}/comment", issue.id)),
                "startAt": 0, "maxResults": issue.comments.len(), "total": issue.comments.len(),
                "comments": issue.comments.iter().map(|c| self.comment(issue, c)).collect::<Vec<_>>(),
            },
        });
        if let Some(request) = &issue.request {
            let people: Vec<_> = request.participants.iter().map(|p| self.user(p)).collect();
            let shared = self.site.organizations.iter();
            let shared: Vec<_> = shared
                .filter(|o| request.organizations.contains(&o.id))
                .map(|o| json!({"id": o.id.to_string(), "name": o.name}))
                .collect();
            fields["customfield_10002"] = json!(shared);
            fields["customfield_10026"] = json!(people);
            fields["customfield_10010"] = json!({
                "requestType": {"id": request.request_type.to_string()},
                "_links": {"web": self.portal_url(issue)},
            });
        }
        match fields {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }

    pub fn portal_url(&self, issue: &Issue) -> String {
        let desk = self.site.project_of(issue).service_desk.unwrap_or_default();
        let base = &self.site.base_url;
        format!("{base}/servicedesk/customer/portal/{desk}/{}", issue.key)
    }

    /// An issue bean; `only` names the wanted fields, `None` gives all.
    pub fn issue(&self, issue: &Issue, only: Option<&[String]>) -> Value {
        let mut fields = self.fields(issue);
        if let Some(only) = only {
            let all = only.iter().any(|f| f == "*all" || f == "*navigable");
            let dropped: Vec<_> = only.iter().filter_map(|f| f.strip_prefix('-')).collect();
            fields.retain(|name, _| {
                !dropped.contains(&name.as_str())
                    && (all || only.len() == dropped.len() || only.contains(name))
            });
        }
        json!({
            "expand": "renderedFields,names,schema,operations,changelog",
            "id": issue.id.to_string(),
            "self": self.rest(&format!("issue/{}", issue.id)),
            "key": issue.key,
            "fields": fields,
        })
    }

    pub fn comment(&self, issue: &Issue, comment: &Comment) -> Value {
        json!({
            "self": self.rest(&format!("issue/{}/comment/{}", issue.id, comment.id)),
            "id": comment.id.to_string(),
            "author": self.user(&comment.author),
            "updateAuthor": self.user(&comment.author),
            "body": comment.body,
            "created": jira_time(comment.created),
            "updated": jira_time(comment.updated),
            "jsdPublic": comment.public,
            "jsdAuthorCanSeeRequest": self.site.sees_request(&comment.author, issue),
        })
    }

    /// A comment as webhooks carry it: version 2, the body in wiki markup.
    pub fn webhook_comment(&self, issue: &Issue, comment: &Comment) -> Value {
        let mut shape = self.comment(issue, comment);
        shape["body"] = json!(to_wiki(&comment.body));
        shape["self"] = json!(format!(
            "{}/rest/api/2/issue/{}/comment/{}",
            self.site.base_url, issue.id, comment.id
        ));
        shape
    }

    /// An issue as webhooks carry it; events about comments carry fewer fields.
    pub fn webhook_issue(&self, issue: &Issue, reduced: bool) -> Value {
        let mut shape = self.issue(issue, None);
        shape["self"] = json!(format!(
            "{}/rest/api/2/issue/{}",
            self.site.base_url, issue.id
        ));
        shape["fields"]["description"] = json!(to_text(&issue.description));
        if let Some(fields) = shape["fields"].as_object_mut() {
            let kept = [
                "summary",
                "issuetype",
                "project",
                "assignee",
                "priority",
                "status",
            ];
            fields
                .retain(|name, _| name != "comment" && (!reduced || kept.contains(&name.as_str())));
        }
        if let Some(shape) = shape.as_object_mut() {
            shape.remove("expand");
        }
        shape
    }

    pub fn request(&self, issue: &Issue) -> Value {
        let request = issue.request.clone().unwrap_or_default();
        let desk = self.site.project_of(issue).service_desk.unwrap_or_default();
        let base = &self.site.base_url;
        json!({
            "_expands": ["participant", "status", "sla", "requestType", "serviceDesk", "comment"],
            "issueId": issue.id.to_string(),
            "issueKey": issue.key,
            "summary": issue.summary,
            "requestTypeId": request.request_type.to_string(),
            "serviceDeskId": desk.to_string(),
            "createdDate": desk_time(issue.created),
            "reporter": self.customer(&issue.reporter),
            "requestFieldValues": [
                {"fieldId": "summary", "label": "What do you need?", "value": issue.summary},
            ],
            "currentStatus": {
                "status": issue.status,
                "statusCategory": "INDETERMINATE",
                "statusDate": desk_time(issue.updated),
            },
            "_links": {
                "self": format!("{base}/rest/servicedeskapi/request/{}", issue.id),
                "jiraRest": self.rest(&format!("issue/{}", issue.id)),
                "web": self.portal_url(issue),
                "agent": format!("{base}/browse/{}", issue.key),
            },
        })
    }

    pub fn request_comment(&self, issue: &Issue, comment: &Comment) -> Value {
        json!({
            "id": comment.id.to_string(),
            "body": to_wiki(&comment.body),
            "public": comment.public,
            "author": self.customer(&comment.author),
            "created": desk_time(comment.created),
            "_links": {"self": format!(
                "{}/rest/servicedeskapi/request/{}/comment/{}",
                self.site.base_url, issue.id, comment.id
            )},
        })
    }
}
