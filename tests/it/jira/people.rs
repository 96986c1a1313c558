//! Who may see an issue, as Jira says at that moment.

use std::sync::Arc;
use std::time::Duration;

use deskbridge::clock::Clock;
use deskbridge::ids::IssueId;
use deskbridge::people::{Freshness, People, PersonKind, Standing, Tie, Unreachable};
use deskbridge::tenants::{Caller, Proof, Surface, Tenant};
use futures_util::future::join_all;

use super::host::Host;
use super::world::{ANA, APP, DEV, JONATHAN, KOFI, NERO, NIRO, REQUEST, TASK, World};
use super::{account, jira, options, tenant};

const ISSUE: IssueId = IssueId::new(REQUEST);
const PLAIN: IssueId = IssueId::new(TASK);
const FIVE: Freshness = Freshness::Within(Duration::from_secs(5));

struct Setting {
    host: Host,
    clock: Clock,
    people: People,
    tenant: Arc<Tenant>,
}

impl Setting {
    async fn start() -> Self {
        let host = Host::start().await;
        let clock = Clock::system();
        let people = People::new(jira(options(), &clock));
        let tenant = tenant(1, &host.base);
        Self {
            host,
            clock,
            people,
            tenant,
        }
    }

    async fn standing(&self, of: &str, freshness: Freshness) -> Result<Standing, Unreachable> {
        let who = account(of);
        self.people
            .standing(&self.tenant, &who, ISSUE, freshness)
            .await
    }

    async fn now(&self, of: &str) -> Standing {
        self.standing(of, Freshness::Now).await.unwrap()
    }

    fn caller(&self, of: &str) -> Caller {
        Caller {
            tenant: Arc::clone(&self.tenant),
            account: account(of),
            surface: Surface::IssueActivity,
            issue: Some(ISSUE),
            proof: Proof::Session,
            proved_at: self.clock.now(),
        }
    }

    async fn pickable(&self, issue: IssueId, by: &str, query: &str) -> Vec<String> {
        let caller = self.caller(by);
        let offer = self
            .people
            .pickable(&self.tenant, issue, &caller, query)
            .await;
        let offer = offer.unwrap();
        offer.into_iter().map(|p| p.account.to_string()).collect()
    }
}

#[tokio::test]
async fn each_is_what_jira_says() {
    type Change = fn(&mut World);
    let as_it_is: Change = |_| {};
    let shared: Change = |world| world.shared_with = vec![7];
    let unreadable: Change = |world| world.shared_with = vec![99];
    let no_request: Change = |world| world.is_request = false;
    let nobody: Change = |world| {
        world.participants.clear();
        world.reporter = DEV;
    };
    let gone: Change = |world| {
        for account in [NIRO, JONATHAN, ANA] {
            world.deactivate(account);
        }
    };
    let unlicensed: Change = |world| {
        world
            .grants
            .insert((NIRO, REQUEST), vec!["BROWSE_PROJECTS", "ADD_COMMENTS"]);
        world
            .grants
            .insert((NERO, REQUEST), vec!["SERVICEDESK_AGENT"]);
    };
    let unknown: Change = |world| world.users.retain(|user| user.0 != NIRO);
    let (agent, outside) = (Standing::Agent, Standing::Outside);
    let tied = Standing::Customer;
    let cases = [
        ("as it is", as_it_is, NIRO, agent),
        ("as it is", as_it_is, NERO, agent),
        ("as it is", as_it_is, JONATHAN, tied(Tie::Reporter)),
        ("as it is", as_it_is, ANA, tied(Tie::Participant)),
        ("as it is", as_it_is, KOFI, outside),
        ("as it is", as_it_is, DEV, outside),
        ("as it is", as_it_is, APP, outside),
        ("as it is", as_it_is, "712020:stranger", outside),
        ("shared with Acme", shared, KOFI, tied(Tie::Organization)),
        ("shared with Acme", shared, DEV, outside),
        ("organization unreadable", unreadable, KOFI, outside),
        ("no request any more", no_request, JONATHAN, outside),
        ("no request any more", no_request, NIRO, agent),
        ("reporter changed", nobody, JONATHAN, outside),
        ("reporter changed", nobody, DEV, tied(Tie::Reporter)),
        ("participant removed", nobody, ANA, outside),
        ("deactivated", gone, NIRO, outside),
        ("deactivated", gone, JONATHAN, outside),
        ("deactivated", gone, ANA, outside),
        ("role lost", unlicensed, NIRO, outside),
        ("cannot browse", unlicensed, NERO, outside),
        ("not in the directory", unknown, NIRO, outside),
    ];
    for (what, change, of, expected) in cases {
        let setting = Setting::start().await;
        setting.host.world(change);
        assert_eq!(setting.now(of).await, expected, "{what}: {of}");
    }
}

#[tokio::test]
async fn a_project_without_a_service_desk_has_people_who_work_on_it_and_no_customers() {
    let setting = Setting::start().await;
    for has_service_desk in [true, false] {
        setting
            .host
            .world(|world| world.has_service_desk = has_service_desk);
        for (of, expected) in [
            (DEV, Standing::Agent),
            (NIRO, Standing::Outside),
            (JONATHAN, Standing::Outside),
        ] {
            let who = account(of);
            let standing = setting
                .people
                .standing(&setting.tenant, &who, PLAIN, Freshness::Now)
                .await;
            assert_eq!(standing, Ok(expected), "{of}");
        }
    }
    let who = account(NIRO);
    let none = IssueId::new(404);
    let standing = setting
        .people
        .standing(&setting.tenant, &who, none, Freshness::Now)
        .await;
    assert_eq!(standing, Ok(Standing::Outside), "an issue nobody can see");
}

#[tokio::test]
async fn n41_who_loses_access_is_refused_from_that_moment() {
    let setting = Setting::start().await;
    assert_eq!(setting.now(ANA).await, Standing::Customer(Tie::Participant));
    setting.host.world(|world| world.participants.clear());
    assert_eq!(setting.now(ANA).await, Standing::Outside);
    assert_eq!(setting.now(NIRO).await, Standing::Agent);
    setting.host.world(|world| world.deactivate(NIRO));
    assert_eq!(setting.now(NIRO).await, Standing::Outside);
}

#[tokio::test]
async fn an_answer_serves_as_long_as_asked_and_no_longer() {
    let setting = Setting::start().await;
    assert!(setting.standing(ANA, FIVE).await.unwrap().may_see());
    setting.host.world(|world| world.participants.clear());
    setting.host.take_seen();
    assert!(setting.standing(ANA, FIVE).await.unwrap().may_see());
    assert!(setting.host.take_calls().is_empty());
    setting.clock.advance(Duration::from_millis(5001));
    assert_eq!(setting.standing(ANA, FIVE).await, Ok(Standing::Outside));
}

#[tokio::test]
async fn if_jira_cannot_be_asked_nobody_may_anything() {
    let setting = Setting::start().await;
    assert!(setting.now(NIRO).await.may_see());
    for path in ["/permissions/check", "/issue/", "/user/bulk"] {
        for fault in [403, 500] {
            setting.host.refuse(path, fault, &[]);
            let answer = setting.standing(NIRO, Freshness::Now).await;
            assert_eq!(answer, Err(Unreachable { until: None }), "{path} {fault}");
        }
    }
    setting.host.refuse("/request/", 403, &[]);
    assert!(setting.standing(ANA, Freshness::Now).await.is_err());
    setting
        .host
        .refuse("/permissions/check", 429, &[("retry-after", "60")]);
    let answer = setting.standing(NIRO, Freshness::Now).await.unwrap_err();
    assert!(
        answer
            .until
            .is_some_and(|until| until > setting.clock.now())
    );
    let problem = deskbridge::wire::Problem::from(answer);
    assert_eq!(problem.status, 503);
}

#[tokio::test]
async fn many_who_ask_at_once_are_one_question() {
    let setting = Setting::start().await;
    setting.now(KOFI).await;
    setting.host.take_seen();
    let all = join_all((0..50).map(|_| setting.standing(NIRO, FIVE))).await;
    assert!(all.iter().all(|answer| *answer == Ok(Standing::Agent)));
    let calls = setting.host.take_calls();
    let checks = calls
        .iter()
        .filter(|call| call.contains("/permissions/check"));
    assert_eq!(checks.count(), 1, "{calls:?}");
}

#[tokio::test]
async fn tenants_share_no_answer() {
    let setting = Setting::start().await;
    let elsewhere = Host::start().await;
    elsewhere.world(|world| world.grants.clear());
    let other = tenant(2, &elsewhere.base);
    assert_eq!(setting.standing(NIRO, FIVE).await, Ok(Standing::Agent));
    let who = account(NIRO);
    let there = setting.people.standing(&other, &who, ISSUE, FIVE).await;
    assert_eq!(there, Ok(Standing::Outside));
}

#[tokio::test]
async fn n4_agents_and_people_on_the_request_can_be_chosen() {
    let setting = Setting::start().await;
    assert_eq!(
        setting.pickable(ISSUE, NIRO, "").await,
        [ANA, JONATHAN, NERO]
    );
    assert_eq!(
        setting.pickable(ISSUE, JONATHAN, "").await,
        [ANA, NIRO, NERO]
    );
    assert_eq!(setting.pickable(ISSUE, NIRO, "muller").await, [JONATHAN]);
    assert_eq!(setting.pickable(ISSUE, NIRO, "NER").await, [NERO]);
    assert_eq!(
        setting.pickable(ISSUE, NIRO, "kofi").await,
        Vec::<String>::new()
    );
    assert_eq!(setting.pickable(PLAIN, DEV, "").await, Vec::<String>::new());
    for outsider in [KOFI, DEV, "712020:stranger"] {
        let offer = setting.pickable(ISSUE, outsider, "").await;
        assert_eq!(offer, Vec::<String>::new(), "{outsider}");
    }
    setting.host.world(|world| world.shared_with = vec![7]);
    setting.clock.advance(Duration::from_secs(31));
    let offer = setting.pickable(ISSUE, KOFI, "").await;
    assert_eq!(offer, [ANA, JONATHAN, NIRO, NERO]);
}

#[tokio::test]
async fn an_offer_says_who_is_on_the_request() {
    let setting = Setting::start().await;
    let caller = setting.caller(ANA);
    let offer = setting
        .people
        .pickable(&setting.tenant, ISSUE, &caller, "")
        .await
        .unwrap();
    let marked: Vec<_> = offer
        .iter()
        .map(|p| (p.account.as_str(), p.kind, p.on_request))
        .collect();
    let expected = [
        (JONATHAN, PersonKind::Customer, true),
        (NIRO, PersonKind::Agent, true),
        (NERO, PersonKind::Agent, false),
    ];
    assert_eq!(marked, expected);
}

#[tokio::test]
async fn names_come_in_the_order_asked_and_are_kept_for_half_a_minute() {
    let setting = Setting::start().await;
    let wanted = [JONATHAN, "qm:nobody:1", NIRO, JONATHAN].map(account);
    let persons = setting
        .people
        .persons(&setting.tenant, &wanted)
        .await
        .unwrap();
    let names: Vec<_> = persons
        .iter()
        .map(|p| (p.name.as_str(), p.active))
        .collect();
    let jonathan = ("Jonathan Müller", true);
    assert_eq!(
        names,
        [jonathan, ("Former user", false), ("Niro", true), jonathan]
    );
    assert_eq!(setting.host.take_calls().len(), 1);
    setting
        .people
        .persons(&setting.tenant, &wanted)
        .await
        .unwrap();
    assert!(setting.host.take_calls().is_empty());
    setting.clock.advance(Duration::from_secs(31));
    setting
        .people
        .persons(&setting.tenant, &wanted)
        .await
        .unwrap();
    assert_eq!(setting.host.take_calls().len(), 1);

    let on = setting
        .people
        .persons_on(&setting.tenant, ISSUE, &[ANA, NERO, KOFI].map(account))
        .await
        .unwrap();
    let marked: Vec<_> = on.iter().map(|p| (p.kind, p.on_request)).collect();
    let customer = PersonKind::Customer;
    assert_eq!(
        marked,
        [
            (customer, true),
            (PersonKind::Agent, false),
            (customer, false)
        ]
    );
}
