//! The client and the people against the playground: a site that the app is installed on by the
//! signed way, that checks each token, and that fails when told to.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use deskbridge::clock::{Clock, Entropy, Instant};
use deskbridge::doors::connect::{ConnectConfig, SitePattern, descriptor, jwt, qsh};
use deskbridge::ids::{AccountId, IssueId};
use deskbridge::jira::adf::{Announcement, Language, Named};
use deskbridge::jira::{
    Attempt, CredentialSource, HttpOptions, Jira, JiraError, NoCredentials, Notice, Site,
};
use deskbridge::people::{Freshness, People, Standing, Tie, Unreachable};
use deskbridge::tenants::{Credentials, Tenant};
use deskbridge_playground::{Fault, Host, HostOptions, Moment};
use poem::endpoint::make_sync;
use poem::listener::{Acceptor as _, Listener as _, TcpListener};
use poem::web::Json;
use poem::{EndpointExt as _, Route, Server, get};
use reqwest::Method;
use reqwest::header::HeaderValue;
use serde_json::{Value, json};
use url::Url;

use super::{account, options, posting, tenant};

const KEY: &str = "deskbridge-test";

/// Signs as the Connect door does; the secret is what the site gave at the installation.
struct Signed;

#[async_trait]
impl CredentialSource for Signed {
    async fn authorise(
        &self,
        tenant: &Tenant,
        method: &Method,
        url: &Url,
        now: Instant,
    ) -> Result<HeaderValue, NoCredentials> {
        let claims = json!({
            "iss": KEY, "iat": now.seconds(), "exp": now.seconds() + 180,
            "qsh": qsh::qsh(method.as_str(), url.path(), "", url.query()),
        });
        let token = jwt::sign(&claims, tenant.credentials.expose());
        HeaderValue::from_str(&format!("JWT {token}")).map_err(|_| NoCredentials)
    }
}

struct Installed {
    host: Host,
    site: Site,
    people: People,
    tenant: Arc<Tenant>,
    clock: Clock,
    request: IssueId,
}

/// The app as far as a host sees it when it installs it: a descriptor, and a yes to everything.
async fn app() -> Url {
    let listener = TcpListener::bind("127.0.0.1:0")
        .into_acceptor()
        .await
        .unwrap();
    let address = listener.local_addr()[0].to_string();
    let base: Url = address.replace("socket://", "http://").parse().unwrap();
    let config = ConnectConfig {
        app_key: KEY.to_owned(),
        public_url: base.clone(),
        key_server: base.clone(),
        token_server: base.clone(),
        bridge_script: base.clone(),
        sites: Vec::<SitePattern>::new(),
        secret_overlap: Duration::ZERO,
        retention: Duration::ZERO,
    };
    let document: Value = descriptor::render(&config);
    let yes = make_sync(|_| poem::http::StatusCode::NO_CONTENT);
    let routes = Route::new()
        .at(
            descriptor::PATH,
            get(make_sync(move |_| Json(document.clone()))),
        )
        .at("/*rest", yes)
        .boxed();
    tokio::spawn(Server::new_with_acceptor(listener).run(routes));
    base.join(descriptor::PATH).unwrap()
}

impl Installed {
    async fn start(options: HttpOptions) -> Self {
        let host = Host::start(HostOptions::default()).await.unwrap();
        let app = host.install(app().await.as_str()).await.unwrap();
        let clock = Clock::system();
        let entropy = Entropy::seeded(1);
        let jira = Jira::new(options, Arc::new(Signed), clock.clone(), entropy).unwrap();
        let mut tenant = Tenant::clone(&tenant(1, &host.base_url));
        tenant.credentials = Credentials::new(app.shared_secret.into_bytes());
        let tenant = Arc::new(tenant);
        Self {
            site: jira.site(Arc::clone(&tenant)),
            people: People::new(jira),
            request: IssueId::new(10_101),
            host,
            tenant,
            clock,
        }
    }

    fn who(&self, slug: &str) -> AccountId {
        account(&self.host.account(slug))
    }

    async fn now(&self, slug: &str) -> Result<Standing, Unreachable> {
        let who = self.who(slug);
        self.people
            .standing(&self.tenant, &who, self.request, Freshness::Now)
            .await
    }

    fn strike(&self, fault: Fault) {
        self.host.set_faults(vec![fault]);
    }

    async fn control(&self, verb_and_path: &str, body: Value) -> Value {
        let (verb, path) = verb_and_path.split_once(' ').unwrap();
        let http = deskbridge::jira::http::client(&HttpOptions::default()).unwrap();
        let url = format!("{}/__control/{path}", self.tenant.site.base_url);
        let request = http.request(Method::from_bytes(verb.as_bytes()).unwrap(), url);
        let answer = match body {
            Value::Null => request.send().await.unwrap(),
            body => request.json(&body).send().await.unwrap(),
        };
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        let text = answer.text().await.unwrap();
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    async fn comments(&self) -> Vec<Value> {
        let path = format!("GET comments?issue={}", self.request);
        let answer = self.control(&path, Value::Null).await;
        let list = answer.as_array().or(answer["comments"].as_array());
        let bodies = list.unwrap().iter();
        let ours = bodies.filter(|c| c["properties"].to_string().contains("deskbridge."));
        ours.cloned().collect()
    }

    fn announcement(&self) -> Announcement {
        let named = |slug: &str, name: &str| Named {
            account: self.who(slug),
            name: name.to_owned(),
            portal_only: self.who(slug).as_str().starts_with("qm:"),
        };
        Announcement {
            author: named("niro", "Niro"),
            readers: vec![named("nero", "Nero"), named("jonathan", "Jonathan")],
            panel: "https://site.example/browse/ITH-1".parse().unwrap(),
            language: Language::default(),
        }
    }
}

fn fault(path: &str, status: u16) -> Fault {
    Fault {
        path: Some(path.to_owned()),
        status: Some(status),
        times: Some(1),
        ..Fault::default()
    }
}

#[tokio::test]
async fn everybody_is_what_the_site_says() {
    let all = Installed::start(options()).await;
    for (slug, expected) in [
        ("niro", Standing::Agent),
        ("nero", Standing::Agent),
        ("ada", Standing::Outside),
        ("jonathan", Standing::Customer(Tie::Reporter)),
        ("ana", Standing::Customer(Tie::Participant)),
        ("kofi", Standing::Outside),
        ("app", Standing::Outside),
    ] {
        assert_eq!(all.now(slug).await, Ok(expected), "{slug}");
    }
}

#[tokio::test]
async fn n41_access_lost_without_any_event_is_seen_at_once() {
    let all = Installed::start(options()).await;
    let issue = all.request;
    let participants = format!("POST issues/{issue}/participants");
    let body = json!({"account": "ana", "present": false});
    all.control(&participants, body).await;
    assert_eq!(all.now("ana").await, Ok(Standing::Outside));
    all.control("POST people/nero", json!({"active": false}))
        .await;
    assert_eq!(all.now("nero").await, Ok(Standing::Outside));
    let access = format!("POST issues/{issue}/access");
    all.control(&access, json!({"only": ["nero"]})).await;
    assert_eq!(all.now("niro").await, Ok(Standing::Outside));
}

#[tokio::test]
async fn n14_the_announcement_stands_on_the_issue_once_whatever_fails() {
    let all = Installed::start(options()).await;
    let path = format!("/rest/api/3/issue/{}/comment", all.request);
    let body = all.announcement().comment();
    let post = |key: &'static str, attempt| {
        all.site
            .comment_once(all.request, posting(&body, true, key), attempt)
    };
    let after = Fault {
        reset: true,
        moment: Moment::After,
        status: None,
        ..fault(&path, 0)
    };
    let before = Fault {
        moment: Moment::Before,
        ..after.clone()
    };
    let faults = [("a", after), ("b", before), ("c", fault(&path, 500))];
    for (count, (key, fault)) in faults.into_iter().enumerate() {
        all.strike(fault);
        let broken = post(key, Attempt::First).await;
        assert_eq!(broken, Err(JiraError::Unreachable), "{key}");
        let again = Attempt::Again {
            since: all.clock.now() - Duration::from_secs(60),
        };
        let first = post(key, again).await.unwrap();
        assert_eq!(post(key, again).await, Ok(first), "{key}");
        assert_eq!(all.comments().await.len(), count + 1, "{key}");
    }
    let standing = all.comments().await[0].to_string();
    assert!(standing.contains("Secure Notes"), "{standing}");
    assert!(standing.contains(all.who("nero").as_str()));
}

#[tokio::test]
async fn n13_a_mail_reaches_whom_it_names() {
    let all = Installed::start(options()).await;
    let announcement = all.announcement();
    let notice = Notice {
        subject: "Secure note on ITH-1".to_owned(),
        text: announcement.text(),
        html: announcement.html(),
        to: vec![all.who("jonathan")],
    };
    all.site.notify(all.request, &notice).await.unwrap();
    let mails = all.control("GET notices?issue=ITH-1", Value::Null).await;
    let mails = mails.to_string();
    assert!(mails.contains("has shared a secure note with Nero and Jonathan."));
    assert!(mails.contains(all.who("jonathan").as_str()), "{mails}");
}

#[tokio::test]
async fn a_site_in_trouble_lets_nobody_in_and_recovers_by_itself() {
    let short = HttpOptions {
        timeout: Duration::from_secs(2),
        ..options()
    };
    let all = Installed::start(short).await;
    assert!(all.now("niro").await.is_ok());
    let check = "/rest/api/3/permissions/check";
    let reset = Fault {
        reset: true,
        status: None,
        times: None,
        ..fault(check, 0)
    };
    let slow = Fault {
        delay: 60_000,
        status: None,
        times: None,
        ..fault(check, 0)
    };
    let down = Fault {
        times: None,
        ..fault("/rest/*", 503)
    };
    for trouble in [reset, slow, down] {
        all.strike(trouble.clone());
        for slug in ["niro", "jonathan"] {
            assert!(all.now(slug).await.is_err(), "{slug}: {trouble:?}");
        }
        all.host.set_faults(Vec::new());
        assert!(all.now("niro").await.is_ok(), "{trouble:?}");
    }
    all.strike(Fault {
        retry_after: Some(120),
        reason: Some("jira-quota-tenant-based".to_owned()),
        ..fault(check, 429)
    });
    let until = all.now("niro").await.unwrap_err().until.unwrap();
    assert_eq!(
        all.now("jonathan").await,
        Err(Unreachable { until: Some(until) })
    );
}
