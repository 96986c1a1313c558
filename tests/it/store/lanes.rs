//! Jobs: order, leases, retries, fairness, dead letters.

use bytes::Bytes;
use deskbridge::store::{Batch, CommitError, JobKey, Lane, Lease, Reason};

use super::bed::{Bed, HOLD, done, elsewhere, ids, job, key, neighbour, push, put, secs};

super::rules!(
    a_lane_gives_out_one_job_at_a_time_in_order,
    lanes_and_unordered_jobs_do_not_wait_for_each_other,
    a_job_is_not_given_out_before_it_is_due,
    a_retried_head_holds_its_lane,
    a_job_that_leaves_its_lane_lets_the_others_go_on,
    a_buried_job_lies_dead_until_redriven,
    a_hold_that_ends_gives_the_job_to_the_next,
    an_extended_hold_lasts,
    a_lease_settles_once,
    a_known_id_is_not_pushed_again,
    followers_of_a_head_are_leased_with_it,
    a_loud_tenant_does_not_starve_another,
    lanes_of_a_tenant_take_turns,
    a_full_backlog_refuses_pushes_but_not_work,
    health_tells_how_long_work_has_waited,
    many_workers_keep_the_order_of_each_lane,
);

fn lane(name: &str) -> Lane {
    Lane::of(&["issue", name])
}

async fn settle_in_order(bed: &Bed, expected: &[&str]) {
    for id in expected {
        let leases = bed.lease_all(10).await;
        assert_eq!(ids(&leases), [*id]);
        bed.write(done(leases)).await;
    }
    assert!(bed.lease_all(10).await.is_empty());
}

async fn a_lane_gives_out_one_job_at_a_time_in_order(bed: Bed) {
    let jobs = ["c", "a", "b"].map(|id| job(id, lane("1"), bed.now));
    bed.write(push(jobs.to_vec())).await;
    bed.write(push(vec![job("0", lane("1"), bed.now)])).await;
    for id in ["c", "a", "b", "0"] {
        let leases = bed.lease_all(10).await;
        assert_eq!(ids(&leases), [id]);
        let lease = &leases[0];
        assert_eq!((lease.attempt, lease.in_lane()), (1, true));
        assert_eq!(lease.job.body, format!("body of {id}"));
        assert_eq!(lease.job.kind, "test");
        assert_eq!(lease.job.lane, lane("1"));
        assert_eq!(lease.job.pushed_at, bed.now);
        assert!(bed.lease_all(10).await.is_empty());
        bed.write(done(leases)).await;
    }
    assert!(bed.lease_at(10, bed.now + HOLD * 2).await.is_empty());
}

async fn lanes_and_unordered_jobs_do_not_wait_for_each_other(bed: Bed) {
    let mut jobs = vec![job("a1", lane("a"), bed.now), job("a2", lane("a"), bed.now)];
    jobs.push(job("b1", lane("b"), bed.now));
    jobs.push(job("u1", Lane::UNORDERED, bed.now));
    jobs.push(job("u2", Lane::UNORDERED, bed.now));
    bed.write(push(jobs)).await;
    let leases = bed.lease_all(10).await;
    assert_eq!(ids(&leases), ["a1", "b1", "u1", "u2"]);
    assert!(!leases[2].in_lane());
}

async fn a_job_is_not_given_out_before_it_is_due(bed: Bed) {
    let due = bed.now + secs(60);
    let jobs = vec![
        job("late", lane("1"), due),
        job("behind", lane("1"), bed.now),
        job("alone", Lane::UNORDERED, due),
    ];
    bed.write(push(jobs)).await;
    let early = due - std::time::Duration::from_millis(1);
    assert!(bed.lease_at(10, early).await.is_empty());
    assert_eq!(ids(&bed.lease_at(10, due).await), ["late", "alone"]);
}

async fn a_retried_head_holds_its_lane(bed: Bed) {
    let jobs = ["a", "b"].map(|id| job(id, lane("1"), bed.now));
    bed.write(push(jobs.to_vec())).await;
    let again = bed.now + secs(15);
    let lease = bed.one().await;
    let retry = Batch {
        retry: vec![(lease, again)],
        ..Batch::default()
    };
    bed.write(retry).await;
    assert!(bed.lease_all(10).await.is_empty());
    let leases = bed.lease_at(10, again).await;
    assert_eq!(ids(&leases), ["a"]);
    assert_eq!(leases[0].attempt, 2);
    bed.write(done(leases)).await;
    settle_in_order(&bed, &["b"]).await;
}

async fn a_job_that_leaves_its_lane_lets_the_others_go_on(bed: Bed) {
    let jobs = ["a", "b"].map(|id| job(id, lane("1"), bed.now));
    bed.write(push(jobs.to_vec())).await;
    let again = bed.now + secs(300);
    let lease = bed.one().await;
    let leave = Batch {
        retry_apart: vec![(lease, again)],
        ..Batch::default()
    };
    bed.write(leave).await;
    settle_in_order(&bed, &["b"]).await;
    bed.write(push(vec![job("c", lane("1"), bed.now)])).await;
    let leases = bed.lease_at(10, again).await;
    assert_eq!(ids(&leases), ["a", "c"]);
    let lease = leases[0].clone();
    assert_eq!((lease.attempt, lease.in_lane()), (2, false));
    assert_eq!(
        lease.job.lane,
        lane("1"),
        "it still says where it came from"
    );
    let later = again + secs(60);
    let batch = Batch {
        retry: vec![(lease, later)],
        ..Batch::default()
    };
    bed.write(batch).await;
    let leases = bed.lease_at(10, later).await;
    let again: Vec<_> = leases.iter().filter(|l| !l.in_lane()).collect();
    assert_eq!((again.len(), again[0].attempt), (1, 3));
}

async fn a_buried_job_lies_dead_until_redriven(bed: Bed) {
    let jobs = ["a", "b", "c"].map(|id| job(id, lane("1"), bed.now));
    bed.write(push(jobs.to_vec())).await;
    let lease = bed.one().await;
    let bury = Batch {
        bury: vec![(lease, Reason("it never works".into()))],
        put: put(&key("seen"), "yes").put,
        ..Batch::default()
    };
    bed.write(bury).await;
    assert_eq!(bed.read(&key("seen")).await.as_deref(), Some("yes"));
    let dead = bed.dead(&bed.scope, None, 10).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].id.as_str(), "a");
    assert_eq!(dead[0].reason, "it never works");
    assert_eq!(
        (dead[0].attempts, dead[0].kind.as_str(), dead[0].died_at),
        (1, "test", bed.now)
    );
    let after = bed.dead(&bed.scope, Some(&dead[0].id), 10).await.unwrap();
    assert!(after.is_empty());
    let other = bed.dead(&neighbour(&bed.scope), None, 10).await.unwrap();
    assert!(other.is_empty());
    // A dead id is known.
    bed.write(push(vec![job("a", lane("1"), bed.now)])).await;
    let wanted = ["a", "b", "none"].map(|id| JobKey::of(&[id]));
    let count = bed.redrive(&bed.scope, &wanted, bed.now).await.unwrap();
    assert_eq!(count, 1);
    assert!(bed.dead(&bed.scope, None, 10).await.unwrap().is_empty());
    settle_in_order(&bed, &["b", "c", "a"]).await;
}

async fn a_hold_that_ends_gives_the_job_to_the_next(bed: Bed) {
    let jobs = ["a", "b"].map(|id| job(id, lane("1"), bed.now));
    bed.write(push(jobs.to_vec())).await;
    let first = bed.one().await;
    assert_eq!(first.held_until, bed.now + HOLD);
    let end = bed.now + HOLD;
    let early = end - std::time::Duration::from_millis(1);
    assert!(bed.lease_at(10, early).await.is_empty());
    let second = bed.lease_at(10, end).await;
    assert_eq!((ids(&second), second[0].attempt), (vec!["a"], 2));
    for batch in settlements(&first, bed.now) {
        assert!(matches!(
            bed.refused(batch).await,
            CommitError::LeaseLost(0)
        ));
    }
    assert!(!bed.extend(&first, HOLD, end).await.unwrap());
    bed.write(done(second)).await;
    settle_in_order(&bed, &["b"]).await;
}

fn settlements(lease: &Lease, at: deskbridge::clock::Instant) -> [Batch; 4] {
    let batch = Batch::default;
    [
        done(vec![lease.clone()]),
        Batch {
            retry: vec![(lease.clone(), at)],
            ..batch()
        },
        Batch {
            retry_apart: vec![(lease.clone(), at)],
            ..batch()
        },
        Batch {
            bury: vec![(lease.clone(), Reason("x".into()))],
            ..batch()
        },
    ]
}

async fn an_extended_hold_lasts(bed: Bed) {
    bed.write(push(vec![job("a", lane("1"), bed.now)])).await;
    let lease = bed.one().await;
    let later = bed.now + secs(20);
    assert!(bed.extend(&lease, HOLD, later).await.unwrap());
    assert!(bed.lease_at(10, bed.now + HOLD).await.is_empty());
    assert_eq!(ids(&bed.lease_at(10, later + HOLD).await), ["a"]);
    assert!(!bed.extend(&lease, HOLD, later).await.unwrap());
}

async fn a_lease_settles_once(bed: Bed) {
    for id in ["a", "b", "c", "d"] {
        bed.write(push(vec![job(id, lane("1"), bed.now)])).await;
        let lease = bed.one().await;
        for first in 0..4 {
            let [one, ..] = &settlements(&lease, bed.now)[first..] else {
                unreachable!()
            };
            let answer = bed.commit(&bed.scope, one, bed.now).await;
            assert_eq!(answer.is_ok(), first == 0, "{id} {first}");
        }
    }
    // Retried, then given to somebody else.
    bed.write(push(vec![job("e", lane("1"), bed.now)])).await;
    let lease = bed.one().await;
    for (n, batch) in settlements(&lease, bed.now)[1..].iter().enumerate() {
        let answer = bed.commit(&bed.scope, batch, bed.now).await;
        assert_eq!(answer.is_ok(), n == 0);
    }
    let again = bed.one().await;
    assert!(matches!(
        bed.refused(done(vec![again.clone(), lease])).await,
        CommitError::LeaseLost(1)
    ));
    bed.write(done(vec![again])).await;
}

async fn a_known_id_is_not_pushed_again(bed: Bed) {
    let push_a = async |now| {
        let mut batch = push(vec![job("a", Lane::UNORDERED, now)]);
        batch.push[0].body = Bytes::from_static(b"other");
        bed.commit(&bed.scope, &batch, now).await.unwrap();
    };
    bed.write(push(vec![job("a", Lane::UNORDERED, bed.now)]))
        .await;
    push_a(bed.now).await;
    let lease = bed.one().await;
    assert_eq!(lease.job.body, "body of a");
    push_a(bed.now).await;
    assert!(bed.lease_all(10).await.is_empty());
    bed.write(done(vec![lease])).await;
    let end = bed.now + secs(48 * 3600);
    for still in [bed.now, end - secs(1)] {
        push_a(still).await;
        assert!(bed.lease_at(10, still).await.is_empty());
    }
    // Another tenant's id is another id.
    let other = neighbour(&bed.scope);
    let batch = push(vec![job("a", Lane::UNORDERED, bed.now)]);
    bed.commit(&other, &batch, bed.now).await.unwrap();
    push_a(end).await;
    assert_eq!(ids(&bed.lease_at(10, end).await), ["a"]);
}

async fn followers_of_a_head_are_leased_with_it(bed: Bed) {
    let mut jobs: Vec<_> = ["a", "b", "c", "d", "e"]
        .map(|id| job(id, lane("audit"), bed.now))
        .to_vec();
    jobs[3].kind = "other".into();
    bed.write(push(jobs)).await;
    let head = bed.one().await;
    let next = |lease: Lease, max| {
        let store = bed.store.clone();
        async move { store.lease_next(&lease, max, HOLD, bed.now).await.unwrap() }
    };
    let one = next(head.clone(), 1).await;
    assert_eq!(ids(&one), ["b"]);
    let rest = next(one[0].clone(), 10).await;
    assert_eq!(ids(&rest), ["c"], "it stops before another kind");
    assert!(next(head.clone(), 10).await.is_empty(), "b is held");
    // Settling the head alone leaves the lane to those who hold what follows.
    bed.write(done(vec![head.clone()])).await;
    assert!(bed.lease_all(10).await.is_empty());
    assert!(next(head, 10).await.is_empty());
    bed.write(done([one, rest].concat())).await;
    settle_in_order(&bed, &["d", "e"]).await;
}

async fn a_loud_tenant_does_not_starve_another(bed: Bed) {
    let quiet = neighbour(&bed.scope);
    for n in 0..200 {
        let id = format!("loud-{n}");
        bed.write(push(vec![job(&id, Lane::UNORDERED, bed.now)]))
            .await;
    }
    let p = bed.scope.partition();
    for round in 0..20 {
        let batch = push(vec![job(&format!("quiet-{round}"), lane("1"), bed.now)]);
        bed.commit(&quiet, &batch, bed.now).await.unwrap();
        let mut found = false;
        for _ in 0..3 {
            let leases = bed.store.lease(p, 1, HOLD, bed.now).await.unwrap();
            let own: Vec<_> = leases
                .into_iter()
                .filter(|l| l.job.scope == quiet)
                .collect();
            if !own.is_empty() {
                bed.commit(&quiet, &done(own), bed.now).await.unwrap();
                found = true;
                break;
            }
        }
        assert!(found, "round {round}: within three turns");
    }
    let left = bed.lease_all(1000).await.len();
    assert!(
        (140..=200).contains(&left),
        "the loud one was served too: {left}"
    );
}

async fn lanes_of_a_tenant_take_turns(bed: Bed) {
    for n in 0..20 {
        let jobs = ["a", "b"].map(|l| job(&format!("{l}{n:02}"), lane(l), bed.now));
        bed.write(push(jobs.to_vec())).await;
    }
    let mut served = Vec::new();
    for _ in 0..40 {
        let lease = bed.one().await;
        served.push(lease.job.id.as_str().to_owned());
        bed.write(done(vec![lease])).await;
    }
    let expected: Vec<String> = (0..20)
        .flat_map(|n| [format!("a{n:02}"), format!("b{n:02}")])
        .collect();
    assert_eq!(served, expected);
}

async fn a_full_backlog_refuses_pushes_but_not_work(bed: Bed) {
    // A body of a tenth of the limit.
    let large = |n: u32| {
        let mut envelope = job(&format!("large-{n}"), lane("1"), bed.now);
        envelope.body = Bytes::from(vec![7; 199_000]);
        envelope
    };
    for n in 0..10 {
        bed.write(push(vec![large(n)])).await;
    }
    assert!(matches!(
        bed.refused(push(vec![large(10)])).await,
        CommitError::Full
    ));
    let other = elsewhere(&bed.scope);
    let batch = push(vec![large(10)]);
    bed.commit(&other, &batch, bed.now).await.unwrap();
    let mut work = done(vec![bed.one().await]);
    work.push = vec![large(11), large(12)];
    bed.write(work).await;
    assert!(matches!(
        bed.refused(push(vec![job("small", lane("2"), bed.now)]))
            .await,
        CommitError::Full
    ));
    for _ in 0..2 {
        bed.write(done(vec![bed.one().await])).await;
    }
    bed.write(push(vec![job("small", lane("2"), bed.now)]))
        .await;
}

async fn health_tells_how_long_work_has_waited(bed: Bed) {
    let health = bed.health(bed.now).await;
    assert!(health.reachable);
    assert_eq!((health.oldest_due, health.jobs, health.dead), (None, 0, 0));
    let jobs = vec![
        job("late", lane("1"), bed.now + secs(20)),
        job("now", lane("2"), bed.now),
        job("behind", lane("2"), bed.now),
    ];
    bed.write(push(jobs)).await;
    let later = bed.now + secs(60);
    assert_eq!(bed.health(later).await.oldest_due, Some(secs(60)));
    let lease = bed.one().await;
    let bury = Batch {
        bury: vec![(lease, Reason("x".into()))],
        ..Batch::default()
    };
    bed.write(bury).await;
    let behind = bed.one().await;
    assert_eq!(behind.job.id.as_str(), "behind");
    let health = bed.health(later).await;
    assert!(health.oldest_due <= Some(secs(40)), "{health:?}");
    assert_eq!((health.jobs, health.dead), (2, 1));
}

async fn many_workers_keep_the_order_of_each_lane(bed: Bed) {
    for n in 0..25 {
        let jobs = ["a", "b", "c", "d"].map(|l| job(&format!("{l}{n:02}"), lane(l), bed.now));
        bed.write(push(jobs.to_vec())).await;
    }
    let (told, mut hear) = tokio::sync::mpsc::unbounded_channel();
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let (store, scope, now, told) = (bed.store.clone(), bed.scope, bed.now, told.clone());
            tokio::spawn(async move {
                loop {
                    let leases = store.lease(scope.partition(), 2, HOLD, now).await.unwrap();
                    for lease in leases {
                        told.send(lease.job.id.as_str().to_owned()).unwrap();
                        let done = done(vec![lease]);
                        store.commit(&scope, &done, now).await.unwrap();
                    }
                    if store.health(now).await.jobs == 0 {
                        return;
                    }
                }
            })
        })
        .collect();
    drop(told);
    let mut run: Vec<String> = Vec::new();
    while let Some(id) = hear.recv().await {
        run.push(id);
    }
    for worker in workers {
        worker.await.unwrap();
    }
    // A stable sort by lane leaves each lane in the order in which it was run.
    let mut by_lane = run.clone();
    by_lane.sort_by(|one, other| one[..1].cmp(&other[..1]));
    run.sort();
    assert_eq!(by_lane, run);
    assert_eq!(run.len(), 100);
}
