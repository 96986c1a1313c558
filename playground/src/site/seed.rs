//! The people and issues every site starts with.

use std::collections::{BTreeMap, BTreeSet};

use super::{Fate, Issue, Organization, Person, Project, Request, Role, Site, paragraphs};
use crate::moment::now_millis;

const HOUR: i64 = 3_600_000;

/// slug, account, name, role, account type, hue
type Row = (
    &'static str,
    &'static str,
    &'static str,
    Role,
    &'static str,
    u16,
);

const PEOPLE: [Row; 7] = [
    (
        "niro",
        "712020:4f1c6f0e-1a52-4c3e-9d2b-6a1d0f2e7b11",
        "Niro Feldmann",
        Role::Agent,
        "atlassian",
        262,
    ),
    (
        "nero",
        "712020:8b7e2d64-0c19-47a5-8f3a-2f5b9c1d6e22",
        "Nero Okafor",
        Role::Agent,
        "atlassian",
        172,
    ),
    (
        "ada",
        "712020:c2a95b10-7e4d-4b6f-a1c8-3d9e5f7a8b33",
        "Ada Winter",
        Role::Admin,
        "atlassian",
        216,
    ),
    (
        "jonathan",
        "qm:6e0b1d5c-92f7-4a38-b6e4-7c1a2d3f4e44:64a7f0c2d15b8e3a90417c55",
        "Jonathan Reyes",
        Role::Customer,
        "customer",
        24,
    ),
    (
        "ana",
        "712020:19d4e7a8-5b3c-4f62-8e0d-a7b6c5d4e355",
        "Ana Silva",
        Role::Customer,
        "atlassian",
        330,
    ),
    (
        "kofi",
        "qm:6e0b1d5c-92f7-4a38-b6e4-7c1a2d3f4e44:64a7f0c2d15b8e3a90417c66",
        "Kofi Mensah",
        Role::Customer,
        "customer",
        96,
    ),
    (
        "app",
        "557058:f58131cb-b67d-43c7-b30d-6b58d40bd077",
        "Secure Notes",
        Role::App,
        "app",
        200,
    ),
];

struct Seed {
    id: u64,
    project: u64,
    key: &'static str,
    kind: &'static str,
    status: &'static str,
    priority: &'static str,
    reporter: &'static str,
    assignee: Option<&'static str>,
    participants: &'static [&'static str],
    organizations: &'static [u64],
    summary: &'static str,
    description: &'static str,
    hours_ago: i64,
}

const ISSUES: [Seed; 7] = [
    Seed {
        id: 10101,
        project: 10000,
        key: "ITH-1",
        kind: "Service Request",
        status: "In Progress",
        priority: "High",
        reporter: "jonathan",
        assignee: Some("niro"),
        participants: &["ana"],
        organizations: &[],
        summary: "Cannot sign in to the billing console",
        description: "Since this morning the billing console refuses my password.\n\
            I need access before the invoices go out on Friday. Could you send me a new one?",
        hours_ago: 3,
    },
    Seed {
        id: 10102,
        project: 10000,
        key: "ITH-2",
        kind: "Service Request",
        status: "Waiting for support",
        priority: "Medium",
        reporter: "ana",
        assignee: Some("nero"),
        participants: &[],
        organizations: &[2],
        summary: "API key for the shipping sandbox",
        description: "Our new integration needs an API key for the sandbox.",
        hours_ago: 9,
    },
    Seed {
        id: 10103,
        project: 10000,
        key: "ITH-3",
        kind: "Incident",
        status: "Waiting for customer",
        priority: "Highest",
        reporter: "kofi",
        assignee: Some("niro"),
        participants: &[],
        organizations: &[],
        summary: "VPN drops every ten minutes",
        description: "The connection drops every ten minutes since the update on Monday.",
        hours_ago: 26,
    },
    Seed {
        id: 10104,
        project: 10000,
        key: "ITH-4",
        kind: "Service Request",
        status: "Resolved",
        priority: "Low",
        reporter: "jonathan",
        assignee: Some("nero"),
        participants: &[],
        organizations: &[1],
        summary: "Second monitor for the Leeds office",
        description: "Could we order one more monitor like the last one?",
        hours_ago: 120,
    },
    Seed {
        id: 10105,
        project: 10000,
        key: "ITH-5",
        kind: "Incident",
        status: "Waiting for support",
        priority: "High",
        reporter: "ada",
        assignee: None,
        participants: &[],
        organizations: &[],
        summary: "Certificate of the mail gateway ends next week",
        description: "The new certificate is ready; the passphrase has to reach whoever installs it.",
        hours_ago: 48,
    },
    Seed {
        id: 10201,
        project: 10001,
        key: "DEV-1",
        kind: "Task",
        status: "To Do",
        priority: "Medium",
        reporter: "nero",
        assignee: Some("nero"),
        participants: &[],
        organizations: &[],
        summary: "Rotate the deploy keys",
        description: "Every quarter. The last time was in August.",
        hours_ago: 200,
    },
    Seed {
        id: 10202,
        project: 10001,
        key: "DEV-2",
        kind: "Bug",
        status: "In Progress",
        priority: "High",
        reporter: "niro",
        assignee: Some("niro"),
        participants: &[],
        organizations: &[],
        summary: "Billing console locks accounts too early",
        description: "Three attempts lock the account; the policy says ten.",
        hours_ago: 2,
    },
];

fn account(slug: &str) -> String {
    let row = PEOPLE.iter().find(|p| p.0 == slug);
    row.map(|p| p.1.to_owned()).unwrap_or_default()
}

fn person(row: &Row) -> Person {
    let mail = match row.0 {
        "jonathan" => "jonathan@acme.example",
        "ana" => "ana@globex.example",
        "kofi" => "kofi@mail.example",
        "app" => "",
        _ => "",
    };
    let email = if mail.is_empty() && row.3 != Role::App {
        format!("{}@ithelp.example", row.0)
    } else {
        mail.to_owned()
    };
    Person {
        slug: row.0.to_owned(),
        account: row.1.to_owned(),
        name: row.2.to_owned(),
        email,
        role: row.3,
        account_type: row.4,
        active: true,
        hue: row.5,
    }
}

fn issue(seed: &Seed, now: i64) -> Issue {
    let request = (seed.project == 10000).then(|| Request {
        request_type: if seed.kind == "Incident" { 2 } else { 1 },
        participants: seed.participants.iter().map(|p| account(p)).collect(),
        organizations: seed.organizations.iter().copied().collect(),
    });
    let created = now - seed.hours_ago * HOUR;
    Issue {
        id: seed.id,
        project: seed.project,
        key: seed.key.to_owned(),
        summary: seed.summary.to_owned(),
        description: paragraphs(seed.description),
        kind: seed.kind.to_owned(),
        status: seed.status.to_owned(),
        priority: seed.priority.to_owned(),
        labels: Vec::new(),
        reporter: account(seed.reporter),
        creator: account(seed.reporter),
        assignee: seed.assignee.map(account),
        created,
        updated: created,
        request,
        comments: Vec::new(),
        properties: BTreeMap::new(),
        only: None,
        fate: Fate::default(),
        lost: None,
    }
}

impl Site {
    pub fn seeded(base_url: &str) -> Site {
        let now = now_millis();
        let organization = |id, name: &str, member: &str| Organization {
            id,
            name: name.to_owned(),
            members: BTreeSet::from([account(member)]),
        };
        let mut site = Site {
            base_url: base_url.to_owned(),
            locale: "en_US".to_owned(),
            people: PEOPLE.iter().map(person).collect(),
            projects: vec![
                Project {
                    id: 10000,
                    key: "ITH".into(),
                    name: "IT Help".into(),
                    service_desk: Some(1),
                    fate: Fate::default(),
                },
                Project {
                    id: 10001,
                    key: "DEV".into(),
                    name: "Development".into(),
                    service_desk: None,
                    fate: Fate::default(),
                },
            ],
            organizations: vec![
                organization(1, "Acme", "jonathan"),
                organization(2, "Globex", "ana"),
            ],
            issues: ISSUES.iter().map(|s| (s.id, issue(s, now))).collect(),
            notices: Vec::new(),
            app_properties: BTreeMap::new(),
            links: Vec::new(),
            closed: BTreeSet::new(),
            reported: Vec::new(),
            last_id: 10_500,
        };
        site.say(
            10101,
            "niro",
            "Hello Jonathan, I am looking into it. Your account was locked \
            after three attempts; I will set a new password.",
            now - 2 * HOUR,
        );
        site.say(
            10101,
            "jonathan",
            "Thank you. Ana reads along, she approves our access.",
            now - HOUR,
        );
        site.say(
            10103,
            "niro",
            "Could you tell me which version the client shows?",
            now - 20 * HOUR,
        );
        site
    }

    fn say(&mut self, issue: u64, slug: &str, text: &str, at: i64) {
        let id = self.next_id();
        if let Some(issue) = self.issues.get_mut(&issue) {
            issue.updated = at;
            issue.comments.push(super::Comment {
                id,
                author: account(slug),
                body: paragraphs(text),
                created: at,
                updated: at,
                public: true,
                properties: BTreeMap::new(),
            });
        }
    }
}
