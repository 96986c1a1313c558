//! Effects of a tenant that is switched off: they wait without being looked at, and come back.

use deskbridge::jobs::{self, Job as _, Outcome, Unpark, park, unpark};
use deskbridge::store::{Batch, CommitError, Expect, Folder, Lane, Lease};

use crate::store::bed::{self, Bed, HOLD, done, job, key, push, put, secs};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parked_jobs_come_back_once_and_in_order_embedded() {
    parked_jobs_come_back_once_and_in_order(bed::embedded()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parked_jobs_come_back_once_and_in_order_redis() {
    parked_jobs_come_back_once_and_in_order(bed::redis(&[]).await.unwrap()).await;
}

fn batch_of(outcome: Outcome, lease: Lease) -> Batch {
    let Outcome::Done(mut batch) = outcome else {
        panic!("{outcome:?}");
    };
    batch.done.push(lease);
    batch
}

async fn waiting(bed: &Bed) -> usize {
    let folder = Folder::of(&["parked"]);
    let page = bed.range(&bed.scope, &folder, None, 500, bed.now).await;
    page.unwrap().items.len()
}

/// The jobs of the given kind, lane by lane, until none is left.
async fn worked_off(bed: &Bed, kind: &str, mut each: impl FnMut(&Lease) -> Batch) -> Vec<String> {
    let mut ran = Vec::new();
    loop {
        let leases = bed.lease_all(100).await;
        let of_kind: Vec<Lease> = leases.into_iter().filter(|l| l.job.kind == kind).collect();
        if of_kind.is_empty() {
            return ran;
        }
        for lease in of_kind {
            ran.push(String::from_utf8_lossy(&lease.job.body).into_owned());
            bed.write(each(&lease)).await;
        }
    }
}

/// Runs what brings parked jobs back, until none waits; how many commits that took.
async fn brought_back(bed: &Bed, on: impl Fn() -> Expect) -> u32 {
    let mut commits = 0;
    while waiting(bed).await > 0 {
        let leases = bed.lease_all(200).await;
        let own = |lease: &Lease| lease.job.kind == Unpark::KIND;
        let lease = leases.into_iter().find(own);
        let lease = lease.expect("as long as some wait, a job brings them back");
        let work = jobs::read::<Unpark>(&lease.job).unwrap();
        let outcome = unpark(bed, &lease.job, &work, on(), bed.now).await;
        bed.write(batch_of(outcome, lease)).await;
        commits += 1;
    }
    commits
}

async fn parked_jobs_come_back_once_and_in_order(mut bed: Bed) {
    let switch = key("switch");
    let off = bed.write(put(&switch, "off")).await;
    let lane = |n: usize| match n % 4 {
        3 => Lane::UNORDERED,
        lane => Lane::of(&["issue", &lane.to_string()]),
    };
    for from in [0, 60] {
        let some = (from..from + 60).map(|n| job(&format!("{n:03}"), lane(n), bed.now));
        bed.write(push(some.collect())).await;
        bed.now = bed.now + secs(1);
    }
    let is_off = || Expect::Is(key("switch"), off);
    let parked = worked_off(&bed, "test", |lease| {
        batch_of(park(&lease.job, is_off()), lease.clone())
    });
    assert_eq!(parked.await.len(), 120);
    assert_eq!(waiting(&bed).await, 120);
    bed.now = bed.now + secs(10 * 86_400);
    assert!(bed.lease_all(100).await.is_empty(), "nothing is due");

    // One that is switched on at that very moment is not parked: it decides anew.
    let on = bed.write(put(&switch, "on")).await;
    bed.write(push(vec![job("late", Lane::UNORDERED, bed.now)]))
        .await;
    let late = bed.one().await;
    let missed = bed
        .refused(batch_of(park(&late.job, is_off()), late.clone()))
        .await;
    assert!(matches!(missed, CommitError::Conflict(0)), "{missed:?}");
    bed.write(done(vec![late])).await;

    bed.write(push(vec![Unpark::since(bed.now).envelope(bed.now)]))
        .await;
    let commits = brought_back(&bed, || Expect::Is(key("switch"), on)).await;
    assert!((3..10).contains(&commits), "{commits}");
    // What was leased and let go above.
    bed.now = bed.now + HOLD * 2;
    let ran = worked_off(&bed, "test", |lease| done(vec![lease.clone()])).await;
    assert_eq!(ran.len(), 120);
    for n in 0..3 {
        let number = |text: &String| text.rsplit(' ').next().unwrap().parse::<usize>().unwrap();
        let of_lane: Vec<usize> = ran.iter().map(number).filter(|id| id % 4 == n).collect();
        assert_eq!(of_lane.len(), 30);
        assert!(of_lane.is_sorted(), "{of_lane:?}");
    }
}
