//! What the small Jira knows: one service project with a request, one software project.

use std::collections::HashMap;

use serde_json::{Value, json};

pub const NIRO: &str = "712020:niro";
pub const NERO: &str = "712020:nero";
/// An Atlassian account with a licence for software only.
pub const DEV: &str = "712020:dev";
/// Administers Jira, and may work on nothing.
pub const ADMIN: &str = "712020:admin";
pub const APP: &str = "557058:bridge";
/// A portal-only customer of Acme.
pub const JONATHAN: &str = "qm:6d1f:5be24ad8b1653240376955d2";
/// A customer with an Atlassian account, of Globex.
pub const ANA: &str = "712020:ana";
pub const KOFI: &str = "qm:6d1f:5be24ad8b1653240376955d9";

/// Jonathan's request.
pub const REQUEST: u64 = 10_001;
/// An issue of the software project.
pub const TASK: u64 = 20_001;

pub struct World {
    /// account, name, account type, active
    pub users: Vec<(&'static str, &'static str, &'static str, bool)>,
    /// Which permissions an account holds on which issue.
    pub grants: HashMap<(&'static str, u64), Vec<&'static str>>,
    pub reporter: &'static str,
    pub participants: Vec<&'static str>,
    /// Organizations the request is shared with.
    pub shared_with: Vec<u64>,
    pub members: HashMap<u64, Vec<&'static str>>,
    /// Whether the issue is a request at all.
    pub is_request: bool,
    /// Whether Jira Service Management is installed.
    pub has_service_desk: bool,
    pub comments: Vec<Value>,
    pub mails: Vec<Value>,
    pub page: usize,
}

impl Default for World {
    fn default() -> Self {
        let agent = vec![
            "BROWSE_PROJECTS",
            "ADD_COMMENTS",
            "EDIT_ISSUES",
            "SERVICEDESK_AGENT",
        ];
        let customer = vec!["BROWSE_PROJECTS", "ADD_COMMENTS"];
        let mut grants = HashMap::new();
        grants.insert((NIRO, REQUEST), agent.clone());
        grants.insert((NERO, REQUEST), agent);
        grants.insert((ANA, REQUEST), customer.clone());
        grants.insert((JONATHAN, REQUEST), customer.clone());
        grants.insert((DEV, REQUEST), customer.clone());
        grants.insert((DEV, TASK), customer);
        Self {
            users: vec![
                (NIRO, "Niro", "atlassian", true),
                (NERO, "Nero", "atlassian", true),
                (DEV, "Dev", "atlassian", true),
                (APP, "deskbridge", "app", true),
                (JONATHAN, "Jonathan Müller", "customer", true),
                (ANA, "Ana", "atlassian", true),
                (KOFI, "Kofi", "customer", true),
            ],
            grants,
            reporter: JONATHAN,
            participants: vec![ANA],
            shared_with: Vec::new(),
            members: HashMap::from([(7, vec![KOFI])]),
            is_request: true,
            has_service_desk: true,
            comments: Vec::new(),
            mails: Vec::new(),
            page: 50,
        }
    }
}

type Answer = (u16, Value);

impl World {
    pub fn deactivate(&mut self, account: &str) {
        for user in self.users.iter_mut().filter(|u| u.0 == account) {
            user.3 = false;
        }
    }

    pub fn answer(
        &mut self,
        method: &str,
        path: &str,
        query: &[(String, String)],
        body: Option<&Value>,
    ) -> Answer {
        let parts: Vec<&str> = path.trim_start_matches("/rest/").split('/').collect();
        match (method, parts.as_slice()) {
            ("GET", ["api", "3", "myself"]) => (200, self.user(APP)),
            ("GET", ["api", "3", "field"]) => (200, self.fields()),
            ("GET", ["api", "3", "issue", id]) => self.issue(id),
            ("GET", ["api", "3", "user", "bulk"]) => (200, self.users(query)),
            ("GET", ["api", "3", "user", "assignable", "search"]) => (200, self.assignable(query)),
            ("POST", ["api", "3", "permissions", "check"]) => self.permissions(body.unwrap()),
            ("POST", ["api", "3", "search", "jql"]) => (200, search(body.unwrap())),
            ("GET", ["api", "3", "issue", _, "comment"]) => (200, self.list_comments(query)),
            ("POST", ["api", "3", "issue", _, "comment"]) => (201, self.comment(body.unwrap())),
            ("GET", ["api", "3", "comment", id, "properties", key]) => self.property(id, key),
            ("POST", ["api", "3", "issue", _, "notify"]) => {
                self.mails.push(body.unwrap().clone());
                (204, Value::Null)
            }
            ("GET", ["servicedeskapi", "request", id]) => self.request(id),
            ("GET", ["servicedeskapi", "request", _, "participant"]) => {
                (200, self.desk_page(&self.participants, query))
            }
            ("GET", ["servicedeskapi", "organization", id, "user"]) => {
                match self.members.get(&id.parse().unwrap()) {
                    Some(members) => (200, self.desk_page(members, query)),
                    None => (403, Value::Null),
                }
            }
            _ => (404, json!({"errorMessages": [], "errors": {}})),
        }
    }

    fn user(&self, account: &str) -> Value {
        let user = self.users.iter().find(|u| u.0 == account);
        user.map_or(Value::Null, |(account, name, kind, active)| {
            json!({
                "accountId": account, "accountType": kind, "displayName": name, "active": active,
                "avatarUrls": {"48x48": "https://avatar.example/48.png"}, "self": "https://x",
            })
        })
    }

    fn desk_user(&self, account: &str) -> Value {
        let user = self.users.iter().find(|u| u.0 == account);
        user.map_or(Value::Null, |(account, name, _, active)| {
            json!({"accountId": account, "displayName": name, "active": active, "_links": {}})
        })
    }

    fn fields(&self) -> Value {
        let organizations = json!({
            "id": "customfield_10002", "name": "Organizations", "custom": true,
            "schema": {"type": "array", "custom": "com.atlassian.servicedesk:sd-customer-organizations", "customId": 10002},
        });
        let summary = json!({"id": "summary", "name": "Summary", "schema": {"type": "string", "system": "summary"}});
        let thumbnail = json!({"id": "thumbnail", "name": "Images"});
        match self.has_service_desk {
            true => json!([summary, thumbnail, organizations]),
            false => json!([summary, thumbnail]),
        }
    }

    fn issue(&self, id: &str) -> Answer {
        let (key, project) = match id.parse() {
            Ok(REQUEST) => (
                "ITH-1",
                json!({"id": "10000", "key": "ITH", "projectTypeKey": "service_desk"}),
            ),
            Ok(TASK) => (
                "DEV-1",
                json!({"id": "20000", "key": "DEV", "projectTypeKey": "software"}),
            ),
            _ => return (404, json!({"errorMessages": ["none"], "errors": {}})),
        };
        let shared: Vec<_> = self
            .shared_with
            .iter()
            .map(|id| json!({"id": id.to_string(), "name": "An organization"}))
            .collect();
        let fields = json!({
            "project": project, "summary": "The printer smokes", "reporter": self.user(self.reporter),
            "assignee": self.user(NIRO), "customfield_10002": shared,
        });
        (
            200,
            json!({"id": id, "key": key, "self": "https://x", "fields": fields}),
        )
    }

    fn users(&self, query: &[(String, String)]) -> Value {
        let wanted = query.iter().filter(|(name, _)| name == "accountId");
        let values: Vec<_> = wanted
            .map(|(_, account)| self.user(account))
            .filter(|u| !u.is_null())
            .collect();
        json!({"maxResults": values.len(), "startAt": 0, "total": values.len(), "isLast": true, "values": values})
    }

    fn assignable(&self, query: &[(String, String)]) -> Value {
        let of = |name: &str| {
            query
                .iter()
                .find(|(n, _)| n == name)
                .map(|(_, v)| v.as_str())
        };
        let issue: u64 = of("issueId").unwrap().parse().unwrap();
        let begin = of("query").unwrap().to_lowercase();
        let works = |account| {
            let held = self.grants.get(&(account, issue));
            held.is_some_and(|held| issue == TASK || held.contains(&"SERVICEDESK_AGENT"))
        };
        let users = self.users.iter().filter(|user| works(user.0) && user.3);
        let users = users.filter(|user| user.1.to_lowercase().starts_with(&begin));
        users.map(|user| self.user(user.0)).collect()
    }

    fn permissions(&self, body: &Value) -> Answer {
        let account = body["accountId"].as_str().unwrap();
        let global = body["globalPermissions"].as_array().unwrap();
        let global: Vec<_> = global.iter().filter(|_| account == ADMIN).collect();
        let mut granted = Vec::new();
        for asked in body["projectPermissions"].as_array().unwrap() {
            for permission in asked["permissions"].as_array().unwrap() {
                let permission = permission.as_str().unwrap();
                if permission == "SERVICEDESK_AGENT" && !self.has_service_desk {
                    return (
                        400,
                        json!({"errorMessages": ["Unrecognized permission"], "errors": {}}),
                    );
                }
                let issues: Vec<_> = asked["issues"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|id| {
                        let held = self
                            .grants
                            .iter()
                            .find(|((a, i), _)| *a == account && Some(*i) == id.as_u64());
                        held.is_some_and(|(_, held)| held.contains(&permission))
                    })
                    .cloned()
                    .collect();
                granted.push(json!({"permission": permission, "issues": issues, "projects": []}));
            }
        }
        (
            200,
            json!({"globalPermissions": global, "projectPermissions": granted}),
        )
    }

    fn request(&self, id: &str) -> Answer {
        if !self.is_request || id.parse() != Ok(REQUEST) {
            let body = json!({"errorMessage": "none", "i18nErrorMessage": {"i18nKey": "x", "parameters": []}});
            return (404, body);
        }
        (
            200,
            json!({
                "issueId": id, "issueKey": "ITH-1", "requestTypeId": "11", "serviceDeskId": "3",
                "reporter": self.desk_user(self.reporter), "requestFieldValues": [],
                "participants": self.desk_page(&self.participants, &[]),
                "_links": {"web": "https://site.example/servicedesk/customer/portal/3/ITH-1"},
            }),
        )
    }

    fn desk_page(&self, accounts: &[&str], query: &[(String, String)]) -> Value {
        let start = query
            .iter()
            .find(|(n, _)| n == "start")
            .map_or(0, |(_, v)| v.parse().unwrap());
        let values: Vec<_> = accounts
            .iter()
            .skip(start)
            .take(self.page)
            .map(|a| self.desk_user(a))
            .collect();
        json!({
            "start": start, "limit": self.page, "size": values.len(),
            "isLastPage": start + values.len() >= accounts.len(), "values": values, "_links": {},
        })
    }

    fn comment(&mut self, body: &Value) -> Value {
        let mut comment = json!({
            "id": (100 + self.comments.len()).to_string(), "author": self.user(APP),
            "body": body["body"], "created": "2026-11-22T10:30:27.000+0000", "jsdPublic": true,
        });
        let answer = comment.clone();
        comment["properties"] = body["properties"].clone();
        self.comments.insert(0, comment);
        answer
    }

    fn list_comments(&self, query: &[(String, String)]) -> Value {
        let start = query
            .iter()
            .find(|(n, _)| n == "startAt")
            .map_or(0, |(_, v)| v.parse().unwrap());
        let mut comments: Vec<_> = self
            .comments
            .iter()
            .skip(start)
            .take(self.page)
            .cloned()
            .collect();
        for comment in &mut comments {
            comment.as_object_mut().unwrap().remove("properties");
        }
        json!({"comments": comments, "total": self.comments.len(), "startAt": start, "maxResults": self.page})
    }

    fn property(&self, id: &str, key: &str) -> Answer {
        let comment = self.comments.iter().find(|c| c["id"] == id);
        let all = comment.and_then(|c| c["properties"].as_array());
        match all.and_then(|all| all.iter().find(|p| p["key"] == key)) {
            Some(property) => (200, property.clone()),
            None => (404, json!({"errorMessages": ["none"], "errors": {}})),
        }
    }
}

/// Three pages of two issues; a token is the number of the page.
fn search(body: &Value) -> Value {
    let page: u64 = body["nextPageToken"]
        .as_str()
        .map_or(0, |token| token.parse().unwrap());
    let issues: Vec<_> = (0..2)
        .map(|n| json!({"id": (1 + 2 * page + n).to_string(), "key": "ITH-1", "fields": {}}))
        .collect();
    match page {
        2 => json!({"issues": issues, "isLast": true}),
        _ => json!({"issues": issues, "nextPageToken": (page + 1).to_string()}),
    }
}
