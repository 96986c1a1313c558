//! What the client does when Jira refuses, breaks off, is slow, or answers nonsense.

use std::time::Duration;

use deskbridge::clock::{Clock, Instant};
use deskbridge::ids::IssueId;
use deskbridge::jira::adf::{Doc, Line};
use deskbridge::jira::{Attempt, HttpOptions, Jira, JiraError};
use deskbridge::tenants::{Credentials, Tenant};

use super::host::{Fault, Host};
use super::world::{REQUEST, TASK};
use super::{jira, options, posting, site, tenant};

const ISSUE: IssueId = IssueId::new(REQUEST);
const OTHER: IssueId = IssueId::new(TASK);
const READ: &str = "/rest/api/3/issue/10001";
const COMMENT: &str = "/issue/10001/comment";

fn words() -> Doc {
    Doc::new().paragraph(Line::new().text("A secure note was shared."))
}

/// A host whose fields are asked for already, so that one call is one request.
async fn warm(options: HttpOptions) -> (Host, Jira, Clock) {
    let host = Host::start().await;
    let clock = Clock::system();
    let jira = jira(options, &clock);
    let site = jira.site(tenant(1, &host.base));
    site.issue(ISSUE).await.unwrap();
    host.take_seen();
    (host, jira, clock)
}

#[tokio::test]
async fn an_answer_other_than_success_has_one_meaning() {
    let (host, site) = site().await;
    site.issue(ISSUE).await.unwrap();
    let html = "<html>not json</html>".to_owned();
    let long = format!("\"{}\"", "x".repeat(5 * 1024 * 1024));
    let location = vec![("location", format!("{}/rest/api/3/myself", host.base))];
    let cases = [
        (403, vec![], String::new(), JiraError::Forbidden),
        (404, vec![], html.clone(), JiraError::NotFound),
        (
            401,
            vec![],
            String::new(),
            JiraError::Refused { status: 401 },
        ),
        (
            410,
            vec![],
            html.clone(),
            JiraError::Refused { status: 410 },
        ),
        (
            302,
            location,
            String::new(),
            JiraError::Refused { status: 302 },
        ),
        (500, vec![], html.clone(), JiraError::Unreachable),
        (200, vec![], html, JiraError::Unreadable),
        (200, vec![], String::new(), JiraError::Unreadable),
        (
            200,
            vec![],
            "{\"id\":\"10001\"}".to_owned(),
            JiraError::Unreadable,
        ),
        (200, vec![], long, JiraError::Unreadable),
    ];
    host.take_seen();
    for (status, headers, body, expected) in cases {
        host.fault(READ, Fault::Answer(status, headers, body));
        assert_eq!(site.issue(ISSUE).await, Err(expected), "{status}");
        assert_eq!(
            host.take_calls().len(),
            1,
            "{status}: asked once, no redirect followed"
        );
    }
}

#[tokio::test]
async fn a_broken_connection_is_tried_again_by_what_changes_nothing() {
    let (host, site) = site().await;
    site.issue(ISSUE).await.unwrap();
    for fault in [
        Fault::Reset,
        Fault::Answer(502, vec![], String::new()),
        Fault::Answer(503, vec![], String::new()),
    ] {
        host.take_seen();
        host.fault(READ, fault.clone());
        assert!(site.issue(ISSUE).await.is_ok(), "{fault:?}");
        assert_eq!(host.take_calls().len(), 2, "{fault:?}");
        for _ in 0..2 {
            host.fault(READ, fault.clone());
        }
        let refused = site.issue(ISSUE).await;
        assert_eq!(refused, Err(JiraError::Unreachable), "{fault:?}");
        assert_eq!(host.take_calls().len(), 2, "{fault:?}: no third attempt");
    }
}

#[tokio::test]
async fn n40_a_comment_is_never_posted_twice_whatever_became_of_the_answer() {
    let (host, site) = site().await;
    for (key, fault, standing) in [
        ("a", Fault::Reset, 0),
        ("b", Fault::ResetAfter, 1),
        ("c", Fault::Answer(503, vec![], String::new()), 0),
        ("d", Fault::Answer(201, vec![], "<html>".to_owned()), 0),
    ] {
        host.world(|world| world.comments.clear());
        host.fault(COMMENT, fault);
        let body = words();
        let first = site.comment_once(ISSUE, posting(&body, true, key), Attempt::First);
        let error = first.await.unwrap_err();
        assert!(error.is_passing(), "{key}: {error:?}");
        let after = host.world(|world| world.comments.len());
        assert_eq!(after, standing, "{key}: sent once");
        let again = Attempt::Again {
            since: Instant::EPOCH,
        };
        for _ in 0..2 {
            let posted = site
                .comment_once(ISSUE, posting(&words(), true, key), again)
                .await;
            assert_eq!(posted.map(|id| id.0), Ok(100), "{key}");
        }
        assert_eq!(host.world(|world| world.comments.len()), 1, "{key}");
    }
}

#[tokio::test]
async fn a_retry_that_cannot_read_back_does_not_post() {
    let (host, site) = site().await;
    site.own_account().await.unwrap();
    site.comment_once(ISSUE, posting(&words(), true, "k"), Attempt::First)
        .await
        .unwrap();
    let again = Attempt::Again {
        since: Instant::EPOCH,
    };
    for path in [COMMENT, "/properties/"] {
        host.fault(path, Fault::Answer(500, vec![], String::new()));
        let retried = site
            .comment_once(ISSUE, posting(&words(), true, "k"), again)
            .await;
        assert_eq!(retried, Err(JiraError::Unreachable), "{path}");
    }
    assert_eq!(host.world(|world| world.comments.len()), 1);
}

#[tokio::test]
async fn patience_ends() {
    let short = HttpOptions {
        timeout: Duration::from_millis(300),
        ..options()
    };
    let host = Host::start().await;
    let jira = jira(short, &Clock::system());
    let site = jira.site(tenant(1, &host.base));
    host.fault("/field", Fault::Slow(Duration::from_secs(60)));
    assert_eq!(site.issue(ISSUE).await, Err(JiraError::Unreachable));
    let nobody = jira.site(tenant(2, "http://127.0.0.1:1"));
    assert_eq!(nobody.issue(ISSUE).await, Err(JiraError::Unreachable));
}

#[tokio::test]
async fn a_wait_that_jira_asks_for_is_kept_without_asking() {
    let cases = [
        // headers, what else waits: the other issue read, the other tenant
        (
            vec![
                ("retry-after", "30"),
                ("ratelimit-reason", "jira-quota-tenant-based"),
            ],
            [true, false],
        ),
        (
            vec![
                ("retry-after", "30"),
                ("ratelimit-reason", "jira-burst-based"),
            ],
            [false, false],
        ),
        (vec![("retry-after", "30")], [false, false]),
        (vec![], [false, false]),
    ];
    for (headers, others) in cases {
        let quick = HttpOptions {
            longest_wait: Duration::ZERO,
            ..options()
        };
        let (host, jira, clock) = warm(quick).await;
        let (one, two) = (tenant(1, &host.base), tenant(2, &host.base));
        let one = jira.site(one);
        let two = jira.site(two);
        let before = clock.now();
        host.refuse(READ, 429, &headers);
        let refused = one.issue(ISSUE).await.unwrap_err();
        let until = refused.retry_after().unwrap();
        assert!(until > before, "{headers:?}");
        assert_eq!(
            host.take_calls().len(),
            1,
            "a 429 is not answered by asking again"
        );

        assert_eq!(one.issue(ISSUE).await, Err(refused), "{headers:?}");
        assert!(
            host.take_calls().is_empty(),
            "{headers:?}: nothing was sent"
        );
        let held = [
            one.own_account().await.is_err(),
            two.own_account().await.is_err(),
        ];
        assert_eq!(held, others, "{headers:?}");

        clock.advance(until.since(clock.now()) + Duration::from_millis(1));
        assert!(one.issue(ISSUE).await.is_ok(), "{headers:?}");
    }
}

#[tokio::test]
async fn a_short_wait_is_waited() {
    let patient = HttpOptions {
        longest_wait: Duration::from_secs(30),
        ..options()
    };
    let (host, jira, _) = warm(patient).await;
    host.refuse(
        READ,
        429,
        &[
            ("retry-after", "0"),
            ("ratelimit-reason", "jira-burst-based"),
        ],
    );
    let site = jira.site(tenant(1, &host.base));
    assert!(site.issue(ISSUE).await.is_err());
    assert!(site.issue(ISSUE).await.is_ok());
}

#[tokio::test]
async fn writes_to_one_issue_are_spaced_and_to_others_not_held_up() {
    let quick = HttpOptions {
        longest_wait: Duration::ZERO,
        ..options()
    };
    let (host, jira, _) = warm(quick).await;
    let site = jira.site(tenant(1, &host.base));
    let mut held = 0;
    for _ in 0..150 {
        match site.add_comment(ISSUE, &words(), true, &[]).await {
            Ok(_) => {}
            Err(JiraError::RateLimited { .. }) => held += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(held >= 50, "of 150 at once, Jira takes 100 in 30 s");
    assert_eq!(host.world(|world| world.comments.len()), 150 - held);
    assert!(site.add_comment(OTHER, &words(), true, &[]).await.is_ok());
}

#[tokio::test]
async fn nothing_is_sent_without_credentials() {
    let host = Host::start().await;
    let jira = jira(options(), &Clock::system());
    let bare = Tenant {
        credentials: Credentials::default(),
        ..Tenant::clone(&tenant(1, &host.base))
    };
    let site = jira.site(bare.into());
    assert_eq!(site.issue(ISSUE).await, Err(JiraError::NoCredentials));
    let nowhere = jira.site(tenant(2, "not an address"));
    assert_eq!(nowhere.issue(ISSUE).await, Err(JiraError::NoCredentials));
    assert!(host.take_calls().is_empty());
}
