//! Jobs are run once, in order, whatever their neighbours do.

use deskbridge::app::config::StoreKind;
use std::time::Duration;

use deskbridge::clock::Entropy;
use deskbridge::ids::{Scope, TenantId};
use deskbridge::jobs::ticks::Tick;
use deskbridge::jobs::{TRIES, WorkerOptions, tenant_lane};

use super::stage::{Stage, Trial, eventually, lane_of, quick, scaled};
use crate::harness::on_each_store;

on_each_store!(
    a_job_that_panics_is_buried_and_its_successor_runs,
    a_failing_job_leaves_its_lane_dies_at_last_and_comes_back_by_hand,
    a_wait_that_was_asked_for_is_not_shortened,
    a_loud_tenant_does_not_starve_its_neighbour,
    a_stop_in_the_middle_of_work_loses_and_repeats_nothing,
    a_decision_on_something_that_changed_is_made_anew,
    a_job_that_runs_longer_than_its_lease_keeps_it,
    a_run_without_end_counts_as_a_failed_try,
    a_tick_is_run_once_however_many_replicas_push_it,
    a_job_of_a_kind_nobody_knows_is_a_dead_letter,
);

async fn a_job_that_panics_is_buried_and_its_successor_runs(on: StoreKind) {
    let mut stage = Stage::new(on).await;
    stage.start();
    stage
        .push(vec![
            stage.trial("first", lane_of(7), &Trial::Succeed),
            stage.trial("panics", lane_of(7), &Trial::Panic),
            stage.trial("refuses", lane_of(7), &Trial::Refuse),
            stage.trial("last", lane_of(7), &Trial::Succeed),
        ])
        .await;
    stage.drained().await;
    assert_eq!(stage.ran("last").await, 1);
    assert_eq!(stage.hands.begun("panics"), 1);
    let dead = stage.dead().await;
    let expected = [
        ("panics", "the job's code panicked"),
        ("refuses", "as told"),
    ];
    assert_eq!(
        dead,
        expected.map(|(id, why)| (id.to_owned(), why.to_owned()))
    );
}

async fn a_failing_job_leaves_its_lane_dies_at_last_and_comes_back_by_hand(on: StoreKind) {
    let mut stage = Stage::new(on).await;
    stage.start();
    stage
        .push(vec![
            stage.trial("fails", lane_of(7), &Trial::FailUntilMended),
            stage.trial("behind", lane_of(7), &Trial::Succeed),
        ])
        .await;
    for run in 1..=TRIES {
        eventually("the next run", || async {
            stage.hands.begun("fails") >= run
        })
        .await;
        let behind = stage.ran("behind").await;
        if run <= 4 {
            assert_eq!(behind, 0, "the lane waits for its head; run {run}");
        }
        if run == TRIES {
            break;
        }
        eventually("the run has ended", || async {
            let health = stage.store.health(stage.clock.now()).await;
            health.oldest_due.is_none()
        })
        .await;
        stage.clock.advance(Duration::from_secs(7 * 3600));
    }
    stage.drained().await;
    assert_eq!(stage.ran("behind").await, 1);
    assert_eq!(stage.hands.begun("fails"), TRIES);
    assert_eq!(
        stage.dead().await,
        [("fails".to_owned(), "as told".to_owned())]
    );

    stage.hands.mend();
    assert_eq!(stage.redrive("fails").await, 1);
    stage.drained().await;
    assert_eq!(stage.ran("fails").await, 1);
    assert!(stage.dead().await.is_empty());
}

async fn a_wait_that_was_asked_for_is_not_shortened(on: StoreKind) {
    let mut stage = Stage::new(on).await;
    stage.start();
    let asks = stage.trial("asks", lane_of(7), &Trial::AskFor(3600));
    stage.push(vec![asks]).await;
    eventually("it was tried", || async { stage.hands.begun("asks") == 1 }).await;
    for minutes in [1, 19, 39] {
        stage.clock.advance(Duration::from_secs(minutes * 60));
        let marker = format!("marker-{minutes}");
        let after = stage.trial(&marker, lane_of(7), &Trial::Succeed);
        stage.push(vec![after]).await;
        eventually("the lane goes on", || async {
            stage.ran(&marker).await == 1
        })
        .await;
        assert_eq!(stage.hands.begun("asks"), 1);
    }
    stage.clock.advance(Duration::from_secs(2 * 60));
    stage.drained().await;
    assert_eq!(stage.hands.begun("asks"), 2);
    assert_eq!(stage.ran("asks").await, 1);
}

async fn a_loud_tenant_does_not_starve_its_neighbour(on: StoreKind) {
    let mut stage = Stage::new(on).await;
    let entropy = Entropy::system();
    let quiet = loop {
        let tenant = TenantId::random(&entropy);
        if Scope::tenant(tenant).partition() == stage.scope.partition() {
            break Scope::tenant(tenant);
        }
    };
    let loud: Vec<_> = (0..scaled(3000) as u64)
        .map(|n| stage.trial(&format!("loud-{n}"), lane_of(n % 500), &Trial::Take(2)))
        .collect();
    let count = loud.len();
    stage.push(loud).await;
    stage.start();
    eventually("the loud one is served", || async {
        !stage.hands.ended().is_empty()
    })
    .await;
    for n in 0..20 {
        let id = format!("quiet-{n}");
        let job = stage.trial(&id, lane_of(n), &Trial::Succeed);
        stage.push_for(&quiet, vec![job]).await;
    }
    eventually("the quiet one is served", || async {
        let ended = stage.hands.ended();
        ended.iter().filter(|id| id.starts_with("quiet")).count() == 20
    })
    .await;
    let ended = stage.hands.ended();
    let last = ended
        .iter()
        .rposition(|id| id.starts_with("quiet"))
        .unwrap();
    assert!(last < count * 3 / 4, "served after {last} of {count}");
    stage.drained().await;
}

async fn a_stop_in_the_middle_of_work_loses_and_repeats_nothing(on: StoreKind) {
    let mut stage = Stage::new(on).await;
    let count = scaled(400) as u64;
    let jobs: Vec<_> = (0..count)
        .map(|n| stage.trial(&format!("job-{n}"), lane_of(n % 40), &Trial::Take(5)))
        .collect();
    stage.push(jobs).await;
    let mut rounds = 0;
    while stage.store.health(stage.clock.now()).await.jobs > 0 {
        let before = stage.hands.ended().len();
        stage.start();
        eventually("some work is done", || async {
            let ended = stage.hands.ended().len();
            ended > before + 60 || ended as u64 == count
        })
        .await;
        assert!(stage.stop().await, "all that ran came to its end");
        rounds += 1;
    }
    assert!(rounds > 1, "it was stopped in the middle");
    for n in 0..count {
        assert_eq!(stage.ran(&format!("job-{n}")).await, 1);
        assert_eq!(stage.hands.begun(&format!("job-{n}")), 1);
    }
}

async fn a_decision_on_something_that_changed_is_made_anew(on: StoreKind) {
    let mut stage = Stage::new(on).await;
    stage.start();
    let count = scaled(40) as u64;
    let jobs: Vec<_> = (0..count)
        .map(|n| stage.trial(&format!("add-{n}"), lane_of(n), &Trial::Increment))
        .collect();
    stage.push(jobs).await;
    eventually("all were counted", || async {
        // One that lost ten times waits as if it had failed.
        stage.clock.advance(Duration::from_secs(1));
        stage.sum().await == count
    })
    .await;
    stage.drained().await;
    assert_eq!(stage.sum().await, count);
}

async fn a_job_that_runs_longer_than_its_lease_keeps_it(on: StoreKind) {
    let options = WorkerOptions {
        hold: Duration::from_secs(1),
        ..quick()
    };
    let mut stage = Stage::with(on, options).await;
    stage.start();
    let second = stage.another_worker();
    let slow = stage.trial("slow", lane_of(7), &Trial::Take(2500));
    stage.push(vec![slow]).await;
    stage.drained().await;
    assert_eq!(stage.hands.begun("slow"), 1);
    assert_eq!(stage.ran("slow").await, 1);
    assert!(second.stop(Duration::from_secs(5)).await);
}

async fn a_run_without_end_counts_as_a_failed_try(on: StoreKind) {
    let options = WorkerOptions {
        longest_run: Duration::from_millis(50),
        ..quick()
    };
    let mut stage = Stage::with(on, options).await;
    stage.start();
    stage
        .push(vec![
            stage.trial("endless", lane_of(7), &Trial::Take(3_600_000)),
            stage.trial("other", lane_of(8), &Trial::Succeed),
        ])
        .await;
    eventually("it was tried twice", || async {
        stage.clock.advance(Duration::from_secs(1));
        stage.hands.begun("endless") >= 2
    })
    .await;
    assert_eq!(stage.ran("endless").await, 0);
    assert_eq!(stage.ran("other").await, 1);
}

async fn a_tick_is_run_once_however_many_replicas_push_it(on: StoreKind) {
    let mut stage = Stage::new(on).await;
    stage.start();
    let replicas = [stage.another_worker(), stage.another_worker()];
    let tick = || Tick::new("nightly", "0 0 3 * * *", &Trial::Succeed).unwrap();
    for replica in &replicas {
        replica.tick(vec![tick()]);
    }
    let scope = Scope::shared(b"nightly");
    let nights = scaled(3) as u64;
    for night in 0..nights {
        stage.clock.advance(Duration::from_secs(24 * 3600));
        eventually("the night's tick", || async {
            stage.hands.ended().len() as u64 > night
        })
        .await;
    }
    stage.drained().await;
    let ended = stage.hands.ended();
    let mut ids = ended.clone();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), ended.len(), "no tick was run twice");
    for id in ids {
        assert_eq!(stage.ran_for(&scope, &id).await, 1);
    }
    for replica in replicas {
        assert!(replica.stop(Duration::from_secs(5)).await);
    }
}

async fn a_job_of_a_kind_nobody_knows_is_a_dead_letter(on: StoreKind) {
    let mut stage = Stage::new(on).await;
    stage.start();
    let mut job = stage.trial("odd", tenant_lane("odd"), &Trial::Succeed);
    job.kind = "from-a-newer-release".into();
    stage.push(vec![job]).await;
    stage.drained().await;
    assert_eq!(stage.dead().await.len(), 1);
}
