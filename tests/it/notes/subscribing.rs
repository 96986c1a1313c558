//! The first note of an audience: refused until somebody of it has subscribed, and asked of
//! nobody afterwards.

use deskbridge::app::config::StoreKind;
use deskbridge::audit::Action;
use deskbridge::store::Key;
use serde_json::{Value, json};

use super::bed::{Answer, Bed, Person};
use super::{TEXT, posted, sealed, shared};
use crate::harness::on_each_store;

on_each_store!(
    n7_the_first_note_waits_until_somebody_has_subscribed,
    n8_later_users_are_asked_nothing,
    n9_customers_are_asked_once_though_agents_have_subscribed,
    n10_two_first_users_at_once_make_one_registration_and_two_notes,
    n11_a_note_that_came_before_the_subscription_left_nothing,
    an_administrator_subscribes_for_both_and_nobody_else_does,
);

const ROUTE: &str = "/api/subscription";

async fn subscribe(person: &Person<'_>) -> Answer {
    person.post(ROUTE, &json!({})).await
}

async fn is_subscribed(person: &Person<'_>) -> bool {
    let state = person.get("/api/state").await.ok();
    state["subscribed"].as_bool().unwrap()
}

fn assert_asked(answer: &Answer) {
    assert_eq!(answer.status, 403, "{}", answer.body);
    assert_eq!(answer.json()["field"], "subscription");
}

/// Who subscribed the audience.
async fn registered(bed: &Bed, audience: &str) -> Option<Value> {
    let found = bed
        .stored(&Key::point("notes-subscribed", &[audience]))
        .await;
    found.map(|record| record["a"].clone())
}

async fn n7_the_first_note_waits_until_somebody_has_subscribed(on: StoreKind) {
    let bed = Bed::unsubscribed(on, 0).await;
    let niro = bed.person("niro", "ITH-1");
    let browser = niro.browser().await;
    assert!(!is_subscribed(&niro).await);
    let note = sealed(&niro, &browser, &[&bed.account("nero")], TEXT).await;
    assert_asked(&posted(&niro, &note).await);
    assert_eq!(niro.cards().await, Vec::<Value>::new());

    assert_eq!(subscribe(&niro).await.status, 204);
    assert!(is_subscribed(&niro).await);
    assert_eq!(posted(&niro, &note).await.status, 201);
    assert_eq!(registered(&bed, "agents").await, Some(json!(niro.account)));
    bed.until("it is written down", async || {
        bed.audited(Action::Subscribed).await == 1
    })
    .await;
}

async fn n8_later_users_are_asked_nothing(on: StoreKind) {
    let bed = Bed::unsubscribed(on, 300).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-2"));
    subscribe(&niro).await.ok();
    assert!(is_subscribed(&nero).await);
    let browser = nero.browser().await;
    shared(&nero, &browser, &[&niro.account]).await;
    // Whoever presses the button once more, on a page that is behind, has done no harm.
    assert_eq!(subscribe(&nero).await.status, 204);
    assert_eq!(registered(&bed, "agents").await, Some(json!(niro.account)));
}

async fn n9_customers_are_asked_once_though_agents_have_subscribed(on: StoreKind) {
    let bed = Bed::unsubscribed(on, 300).await;
    let niro = bed.person("niro", "ITH-1");
    subscribe(&niro).await.ok();
    let jonathan = bed.person("jonathan", "ITH-1");
    assert!(!is_subscribed(&jonathan).await);
    let browser = jonathan.browser().await;
    let note = sealed(&jonathan, &browser, &[&niro.account], TEXT).await;
    assert_asked(&posted(&jonathan, &note).await);
    subscribe(&jonathan).await.ok();
    assert_eq!(posted(&jonathan, &note).await.status, 201);

    let ana = bed.person("ana", "ITH-2");
    assert!(is_subscribed(&ana).await);
    shared(&ana, &ana.browser().await, &[&niro.account]).await;
    let customers = registered(&bed, "customers").await;
    assert_eq!(customers, Some(json!(jonathan.account)));
}

async fn n10_two_first_users_at_once_make_one_registration_and_two_notes(on: StoreKind) {
    let bed = Bed::unsubscribed(on, 300).await;
    // On Redis each asks a replica of their own.
    let other = match on {
        StoreKind::Redis => Some(bed.replica(|_| {}).await),
        StoreKind::Embedded => None,
    };
    let (niro, mut nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-2"));
    if let Some(other) = &other {
        nero = nero.at(other);
    }
    let (one, two) = (niro.browser().await, nero.browser().await);
    let first = sealed(&niro, &one, &[&nero.account], TEXT).await;
    let second = sealed(&nero, &two, &[&niro.account], TEXT).await;
    let add = async |person: &Person<'_>, note| {
        let subscribed = subscribe(person).await.status;
        (subscribed, posted(person, note).await.status)
    };
    let both = tokio::join!(add(&niro, &first), add(&nero, &second));
    assert_eq!(both, ((204, 201), (204, 201)));
    assert!(registered(&bed, "agents").await.is_some());
    bed.until("it is written down", async || {
        bed.audited(Action::NoteCreated).await == 2
    })
    .await;
    assert_eq!(bed.audited(Action::Subscribed).await, 1);
}

async fn n11_a_note_that_came_before_the_subscription_left_nothing(on: StoreKind) {
    let bed = Bed::unsubscribed(on, 0).await;
    let niro = bed.person("niro", "ITH-1");
    let (browser, nero) = (niro.browser().await, bed.account("nero"));
    let refused = sealed(&niro, &browser, &[&nero], TEXT).await;
    assert_asked(&posted(&niro, &refused).await);
    let id = refused.id.to_string();
    for record in ["note", "note-sealed"] {
        assert!(bed.raw(&Key::point(record, &[&id])).await.is_none());
    }
    let shred = super::shred_id(&bed, &refused);
    assert!(
        bed.running
            .parts()
            .shred
            .get(&shred)
            .await
            .unwrap()
            .is_none()
    );

    // Jobs of an issue run in order: what the refused note had left would be told first.
    subscribe(&niro).await.ok();
    let kept = shared(&niro, &browser, &[&nero]).await;
    bed.until("the comment", async || !bed.comments("ITH-1").is_empty())
        .await;
    assert_eq!(bed.comments("ITH-1").len(), 1);
    let cards = niro.cards().await;
    assert_eq!(cards.len(), 1);
    assert_eq!(cards[0]["id"], kept.id.to_string());
}

async fn an_administrator_subscribes_for_both_and_nobody_else_does(on: StoreKind) {
    let bed = Bed::unsubscribed(on, 300).await;
    let both = json!({"audience": "both"});
    for (person, body) in [
        (bed.person("niro", "ITH-1"), &both),
        (
            bed.person("niro", "ITH-1"),
            &json!({"audience": "customers"}),
        ),
        (
            bed.person("jonathan", "ITH-1"),
            &json!({"audience": "agents"}),
        ),
        (bed.outside("niro"), &both),
    ] {
        assert_eq!(person.post(ROUTE, body).await.status, 403);
        assert_eq!(person.get(ROUTE).await.status, 403);
    }
    let ada = bed.outside("ada");
    let nobody = json!({"agents": false, "customers": false});
    assert_eq!(ada.get(ROUTE).await.ok(), nobody);
    // The admin page belongs to nobody's issue: it has to say for whom.
    let unsaid = subscribe(&ada).await;
    assert_eq!(
        (unsaid.status, unsaid.json()["field"].clone()),
        (400, json!("audience"))
    );

    // One audience is there already; the other is added, and the first stays as it was.
    subscribe(&bed.person("niro", "ITH-1")).await.ok();
    assert_eq!(ada.post(ROUTE, &both).await.status, 204);
    let everybody = json!({"agents": true, "customers": true});
    assert_eq!(ada.get(ROUTE).await.ok(), everybody);
    let niro = json!(bed.account("niro"));
    assert_eq!(registered(&bed, "agents").await, Some(niro));
    let customers = registered(&bed, "customers").await;
    assert_eq!(customers, Some(json!(ada.account)));
    assert!(is_subscribed(&bed.person("jonathan", "ITH-1")).await);
}
