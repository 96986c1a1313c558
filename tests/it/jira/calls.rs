//! What each call gives.

use std::collections::HashSet;

use deskbridge::clock::Instant;
use deskbridge::ids::{IssueId, ProjectId};
use deskbridge::jira::adf::{Doc, Line};
use deskbridge::jira::{
    ANNOUNCEMENT, AccountKind, Attempt, JiraError, OrganizationId, ProjectKind, ServiceDeskId,
};
use serde_json::json;

use super::world::{ADMIN, ANA, APP, DEV, JONATHAN, KOFI, NERO, NIRO, REQUEST, TASK};
use super::{account, posting, site};

const ISSUE: IssueId = IssueId::new(REQUEST);

fn words(text: &str) -> Doc {
    Doc::new().paragraph(Line::new().text(text))
}

#[tokio::test]
async fn an_issue_names_its_project_and_whom_it_is_shared_with() {
    let (host, site) = site().await;
    host.world(|world| world.shared_with = vec![7, 8]);
    let issue = site.issue(ISSUE).await.unwrap();
    assert_eq!((issue.id, issue.key.as_str()), (ISSUE, "ITH-1"));
    assert_eq!(issue.project.id, ProjectId::new(10_000));
    assert_eq!(issue.project.kind, ProjectKind::Service);
    assert_eq!(issue.reporter, Some(account(JONATHAN)));
    assert_eq!(issue.organizations, [OrganizationId(7), OrganizationId(8)]);
    let task = site.issue(IssueId::new(TASK)).await.unwrap();
    assert_eq!(task.project.kind, ProjectKind::Other);
    let none = site.issue(IssueId::new(1)).await;
    assert_eq!(none, Err(JiraError::NotFound));
    let asked = host.take_calls();
    let fields = asked.iter().filter(|call| *call == "GET /rest/api/3/field");
    assert_eq!(fields.count(), 1, "which field it is does not change");
}

#[tokio::test]
async fn requests_carry_the_apps_proof_and_name_the_product() {
    let (host, site) = site().await;
    site.issue(ISSUE).await.unwrap();
    for seen in host.take_seen() {
        let proof = format!("JWT {}.{}", seen.method, seen.path);
        assert_eq!(seen.headers["authorization"], proof);
        let agent = seen.headers["user-agent"].to_str().unwrap();
        assert!(agent.starts_with("deskbridge/"), "{agent}");
        assert!(!seen.headers.contains_key("x-experimentalapi"));
    }
}

#[tokio::test]
async fn permissions_not_granted_are_denied() {
    let (_host, site) = site().await;
    let (known, unknown) = (ISSUE, IssueId::new(404));
    let wanted = ["BROWSE_PROJECTS", "SERVICEDESK_AGENT"];
    let held = site
        .permissions(&account(DEV), &wanted, &[known, unknown], &[])
        .await
        .unwrap();
    assert!(held.on_issue("BROWSE_PROJECTS", known));
    assert!(!held.on_issue("BROWSE_PROJECTS", unknown));
    assert!(!held.on_issue("SERVICEDESK_AGENT", known));
    assert!(!held.on_issue("ADMINISTER", known));
    assert!(!held.on_project("BROWSE_PROJECTS", ProjectId::new(REQUEST)));
}

#[tokio::test]
async fn an_administrator_is_who_the_site_says_is_one() {
    let (_host, site) = site().await;
    for (who, is_one) in [(ADMIN, true), (NIRO, false)] {
        let held = site.administers(&account(who), None).await.unwrap();
        assert_eq!(held.site, is_one, "{who}");
    }
}

#[tokio::test]
async fn more_issues_than_jira_takes_are_asked_in_turns() {
    let (host, site) = site().await;
    let mut issues: Vec<_> = (1..=2000).map(IssueId::new).collect();
    issues.push(ISSUE);
    let held = site
        .permissions(&account(NIRO), &["BROWSE_PROJECTS"], &issues, &[])
        .await
        .unwrap();
    assert!(held.on_issue("BROWSE_PROJECTS", ISSUE));
    let sizes: Vec<_> = host
        .take_seen()
        .iter()
        .map(|seen| {
            let body = seen.body.as_ref().unwrap();
            body["projectPermissions"][0]["issues"]
                .as_array()
                .unwrap()
                .len()
        })
        .collect();
    assert_eq!(sizes, [1000, 1000, 1]);
}

#[tokio::test]
async fn a_request_comes_with_all_its_participants() {
    let (host, site) = site().await;
    let many: Vec<&'static str> = vec![NIRO, NERO, DEV, ANA, KOFI];
    for page in [1, 2, 5, 50] {
        host.world(|world| {
            world.participants.clone_from(&many);
            world.page = page;
        });
        let request = site.request(ISSUE).await.unwrap().unwrap();
        let got: Vec<_> = request
            .participants
            .iter()
            .map(|p| p.account.as_str())
            .collect();
        assert_eq!(got, many, "pages of {page}");
        assert_eq!(request.service_desk, Some(ServiceDeskId(3)));
        assert_eq!(request.reporter.unwrap().kind, AccountKind::Customer);
        let portal = request.web_url.unwrap();
        assert_eq!(portal.path(), "/servicedesk/customer/portal/3/ITH-1");
    }
    assert_eq!(site.request(IssueId::new(TASK)).await, Ok(None));
}

#[tokio::test]
async fn accounts_are_asked_for_together_and_the_unknown_left_out() {
    let (host, site) = site().await;
    let mut wanted: Vec<_> = (0..100).map(|n| account(&format!("qm:x:{n}"))).collect();
    wanted.extend([account(NIRO), account(JONATHAN)]);
    let users = site.users(&wanted).await.unwrap();
    let got: HashSet<_> = users.iter().map(|u| (u.account.as_str(), u.kind)).collect();
    let expected = [
        (NIRO, AccountKind::Atlassian),
        (JONATHAN, AccountKind::Customer),
    ];
    assert_eq!(got, HashSet::from(expected));
    assert_eq!(host.take_calls().len(), 3);
    assert_eq!(site.users(&[]).await, Ok(Vec::new()));
    assert!(host.take_calls().is_empty());
}

#[tokio::test]
async fn agents_are_found_by_the_beginning_of_their_name() {
    let (_host, site) = site().await;
    for (query, expected) in [("", vec![NIRO, NERO]), ("ni", vec![NIRO]), ("dev", vec![])] {
        let found = site.assignable(ISSUE, query, 50).await.unwrap();
        let found: Vec<_> = found.iter().map(|user| user.account.as_str()).collect();
        assert_eq!(found, expected, "{query}");
    }
}

#[tokio::test]
async fn a_search_follows_its_pages_and_says_when_there_was_more() {
    let (host, site) = site().await;
    let found = site
        .search("project = ITH", &["updated"], 10)
        .await
        .unwrap();
    let ids: Vec<_> = found.issues.iter().map(|issue| issue.id.number()).collect();
    assert_eq!(
        (ids.as_slice(), found.complete),
        (&[1, 2, 3, 4, 5, 6][..], true)
    );
    let found = site.search("project = ITH", &["updated"], 2).await.unwrap();
    assert_eq!((found.issues.len(), found.complete), (4, false));
    let first = &host.take_seen()[0];
    let body = json!({"jql": "project = ITH", "fields": ["updated"], "maxResults": 100});
    assert_eq!(first.body, Some(body));
}

#[tokio::test]
async fn a_search_that_turns_in_circles_ends() {
    let (host, site) = site().await;
    for _ in 0..3 {
        let page = json!({"issues": [{"id": "1"}], "nextPageToken": "1"}).to_string();
        host.fault("search/jql", super::host::Fault::Answer(200, vec![], page));
    }
    let found = site.search("project = ITH", &["id"], 100).await.unwrap();
    assert_eq!((found.issues.len(), found.complete), (2, false));
}

#[tokio::test]
async fn a_comment_is_internal_only_when_it_says_so() {
    let (host, site) = site().await;
    let key = json!({"key": "k"});
    for (public, expected) in [
        (true, json!([{"key": ANNOUNCEMENT, "value": key}])),
        (
            false,
            json!([
                {"key": ANNOUNCEMENT, "value": key},
                {"key": "sd.public.comment", "value": {"internal": true}},
            ]),
        ),
    ] {
        let properties = [(ANNOUNCEMENT, key.clone())];
        let body = words("A secure note was shared.");
        site.add_comment(ISSUE, &body, public, &properties)
            .await
            .unwrap();
        let posted = host.world(|world| world.comments[0].clone());
        assert_eq!(posted["properties"], expected);
        assert_eq!(posted["body"], body.to_value());
    }
}

#[tokio::test]
async fn n39_a_retry_finds_the_comment_it_already_posted() {
    let (host, site) = site().await;
    host.world(|world| world.page = 2);
    let again = Attempt::Again {
        since: Instant::EPOCH,
    };
    let body = words("A secure note was shared.");
    let mut posted = Vec::new();
    for key in ["one", "two", "three", "four", "five"] {
        let once = site.comment_once(ISSUE, posting(&body, true, key), Attempt::First);
        posted.push(once.await.unwrap());
    }
    for (at, key) in ["one", "two", "three", "four", "five"]
        .into_iter()
        .enumerate()
    {
        let found = site
            .comment_once(ISSUE, posting(&body, true, key), again)
            .await;
        assert_eq!(found, Ok(posted[at]), "{key}");
    }
    assert_eq!(host.world(|world| world.comments.len()), 5);
    let fresh = site
        .comment_once(ISSUE, posting(&body, true, "six"), again)
        .await;
    assert!(!posted.contains(&fresh.unwrap()));
    assert_eq!(host.world(|world| world.comments.len()), 6);
}

#[tokio::test]
async fn only_comments_of_the_app_count_and_only_recent_ones() {
    let (host, site) = site().await;
    let comment = |id: &str, author: &str, created: &str| {
        json!({"id": id, "author": {"accountId": author}, "created": created,
               "properties": [{"key": ANNOUNCEMENT, "value": {"key": "k"}}]})
    };
    host.world(|world| {
        world.comments = vec![
            comment("3", NIRO, "2026-11-22T10:00:03.000+0000"),
            comment("2", APP, "2026-11-22T12:00:02.000+0200"),
            comment("1", APP, "2026-11-22T09:00:00.000+0000"),
        ];
    });
    let since = |seconds: i64| Instant::from_seconds(1_795_341_600 + seconds);
    let found = site
        .find_comment(ISSUE, "k", since(0), vec![])
        .await
        .unwrap();
    assert_eq!(found.map(|id| id.0), Some(2));
    assert_eq!(
        site.find_comment(ISSUE, "k", since(3), vec![]).await,
        Ok(None)
    );
    assert_eq!(
        site.find_comment(ISSUE, "other", since(0), vec![]).await,
        Ok(None)
    );
}
