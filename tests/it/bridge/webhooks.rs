//! From a delivery to its effects.

use deskbridge::app::config::StoreKind;
use std::collections::HashMap;

use deskbridge::clock::Entropy;
use deskbridge::ids::{Scope, TenantId};

use super::stage::{Stage, effect_of, scaled, updated};
use crate::harness::on_each_store;

on_each_store!(
    w2_the_same_identifier_twice_is_acknowledged_and_run_once,
    w2_duplicates_that_arrive_at_once_are_run_once,
    one_identifier_of_two_sites_is_two_events,
    events_of_an_issue_take_effect_in_the_order_of_their_arrival,
    what_cannot_be_understood_or_is_too_large_is_refused_and_not_stored,
    a_body_of_megabytes_is_acknowledged_and_takes_effect,
    an_event_that_cannot_be_read_later_holds_up_nobody,
);

async fn w2_the_same_identifier_twice_is_acknowledged_and_run_once(on: StoreKind) {
    let mut stage = Stage::new(on).await;
    for _ in 0..3 {
        assert_eq!(stage.deliver("d-1", &updated(7, 1)).await, 200);
    }
    stage.start();
    stage.drained().await;
    assert_eq!(stage.ran(&effect_of("d-1")).await, 1);

    // Long done, and told again all the same.
    assert_eq!(stage.deliver("d-1", &updated(7, 1)).await, 200);
    assert_eq!(stage.deliver("d-2", &updated(7, 2)).await, 200);
    stage.drained().await;
    assert_eq!(stage.ran(&effect_of("d-1")).await, 1);
    assert_eq!(stage.ran(&effect_of("d-2")).await, 1);
    assert!(stage.dead().await.is_empty());
}

async fn w2_duplicates_that_arrive_at_once_are_run_once(on: StoreKind) {
    let mut stage = Stage::new(on).await;
    stage.start();
    let deliveries = scaled(100);
    let mut answers = Vec::new();
    for n in 0..deliveries {
        for _ in 0..4 {
            let inbox = stage.inbox.clone();
            let (tenant, now) = (stage.tenant, stage.clock.now());
            let body = updated(n as u64 % 10, n as u64).into();
            answers.push(tokio::spawn(async move {
                inbox.accept(tenant, &format!("d-{n}"), body, now).await
            }));
        }
    }
    for answer in answers {
        assert_eq!(answer.await.unwrap(), Ok(()));
    }
    stage.drained().await;
    for n in 0..deliveries {
        assert_eq!(stage.ran(&effect_of(&format!("d-{n}"))).await, 1, "{n}");
    }
}

async fn one_identifier_of_two_sites_is_two_events(on: StoreKind) {
    let mut stage = Stage::new(on).await;
    let other = TenantId::random(&Entropy::system());
    stage.start();
    assert_eq!(stage.deliver("d-1", &updated(7, 1)).await, 200);
    let body = updated(7, 1);
    assert_eq!(stage.deliver_to(other, "d-1", body.as_bytes()).await, 200);
    stage.drained().await;
    assert_eq!(stage.ran(&effect_of("d-1")).await, 1);
    let scope = Scope::tenant(other);
    assert_eq!(stage.ran_for(&scope, &effect_of("d-1")).await, 1);
}

async fn events_of_an_issue_take_effect_in_the_order_of_their_arrival(on: StoreKind) {
    let mut stage = Stage::new(on).await;
    stage.start();
    let (issues, each) = (10_u64, scaled(50) as u64);
    for n in 0..each {
        for issue in 0..issues {
            let delivery = format!("{issue}-{n}");
            assert_eq!(stage.deliver(&delivery, &updated(issue, n)).await, 200);
        }
    }
    stage.drained().await;
    let mut effects: HashMap<String, u64> = HashMap::new();
    for issue in 0..issues {
        for n in 0..each {
            effects.insert(effect_of(&format!("{issue}-{n}")), issue);
        }
    }
    let mut order: HashMap<u64, Vec<String>> = HashMap::new();
    for id in stage.hands.ended() {
        if let Some(issue) = effects.get(&id) {
            order.entry(*issue).or_default().push(id);
        }
    }
    for issue in 0..issues {
        let expected: Vec<_> = (0..each)
            .map(|n| effect_of(&format!("{issue}-{n}")))
            .collect();
        assert_eq!(order[&issue], expected, "issue {issue}");
    }
}

async fn what_cannot_be_understood_or_is_too_large_is_refused_and_not_stored(on: StoreKind) {
    let stage = Stage::new(on).await;
    for junk in ["", "not json", "[]", "{\"issue\":"] {
        assert_eq!(stage.deliver("junk", junk).await, 400, "{junk:?}");
    }
    let oversized = vec![b' '; deskbridge::inbox::BODY_LIMIT + 1];
    let answer = stage.deliver_to(stage.tenant, "large", &oversized).await;
    assert_eq!(answer, 413);
    assert_eq!(stage.store.health(stage.clock.now()).await.jobs, 0);
}

async fn a_body_of_megabytes_is_acknowledged_and_takes_effect(on: StoreKind) {
    let mut stage = Stage::new(on).await;
    stage.start();
    let noise: String = (0..300_000_u64)
        .map(|n| format!("{:x}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
        .collect();
    let body = updated(7, 1).replace("\"key\"", &format!("\"noise\":\"{noise}\",\"key\""));
    assert_eq!(stage.deliver("large", &body).await, 200);
    stage.drained().await;
    assert_eq!(stage.ran(&effect_of("large")).await, 1);
}

async fn an_event_that_cannot_be_read_later_holds_up_nobody(on: StoreKind) {
    let mut stage = Stage::new(on).await;
    stage.start();
    // Well-formed at a glance; the bytes inside the text are not.
    let mut poison = updated(7, 1).into_bytes();
    let at = poison.iter().position(|b| *b == b'T').unwrap();
    poison[at] = 0xFF;
    assert_eq!(stage.deliver_to(stage.tenant, "bad", &poison).await, 200);
    assert_eq!(stage.deliver("good", &updated(7, 2)).await, 200);
    stage.drained().await;
    assert_eq!(stage.ran(&effect_of("good")).await, 1);
    let dead = stage.dead().await;
    assert_eq!(
        dead,
        [("event/bad".to_owned(), "the body is not JSON".to_owned())]
    );
}
