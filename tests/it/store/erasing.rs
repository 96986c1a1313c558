//! Erasing a tenant: all of it, in parts, beside others who notice nothing.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use deskbridge::clock::{Clock, Entropy};
use deskbridge::ids::Scope;
use deskbridge::store::{
    Add, Batch, CommitError, Envelope, Erasing, Folder, JobKey, Key, Lane, Lease, Reason,
    RedisOptions, Spared, Until, Version,
};
use deskbridge::vault::shred::ShredKeys;

use super::bed::{self, Bed, HOLD, done, ids, job, neighbour, push, secs};
use super::kill::scaled;
use super::server::Server;

super::rules!(
    everything_of_a_tenant_goes_and_nothing_of_another,
    what_is_spared_stays_and_ends_with_the_last_commit,
    an_erasure_goes_on_where_it_stopped_and_never_stops_a_lease,
    what_comes_in_behind_an_erasure_is_found_by_its_next_walk,
    a_tenant_that_was_erased_begins_anew,
);

fn lane(name: &str) -> Lane {
    Lane::of(&["issue", name])
}

fn point(name: &str) -> Key {
    Key::point("erase", &[name])
}

fn folders() -> [Folder; 2] {
    [Folder::of(&["some"]), Folder::feed(&["told", "of"])]
}

/// Records of every sort, each with `mark` in it.
fn records(mark: &str, now: deskbridge::clock::Instant) -> Batch {
    let value = |text: &str| Bytes::from(format!("{mark} {text}"));
    let mut batch = Batch {
        put: vec![
            (point("kept"), value("kept"), Until::Keep),
            (point("ends"), value("ends"), Until::At(now + secs(9000))),
            (point(mark), value(&"long ".repeat(500)), Until::Keep),
        ],
        add: vec![Add {
            key: point("count"),
            by: 7,
            at_most: None,
            until: Until::Keep,
        }],
        ..Batch::default()
    };
    for folder in folders() {
        for n in 0..20 {
            let key = Key::listed(&folder, &[mark, &n.to_string()]);
            let until = match n % 3 {
                0 => Until::Keep,
                1 => Until::At(now + secs(9000)),
                // Reaped at once; its folder still has the name.
                _ => Until::At(now - secs(5)),
            };
            batch.put.push((key, value(&n.to_string()), until));
        }
    }
    batch
}

fn work(mark: &str, id: &str, lane: Lane, due: deskbridge::clock::Instant) -> Envelope {
    Envelope {
        body: Bytes::from(format!("{mark} {id}")),
        ..job(&format!("{mark}-{id}"), lane, due)
    }
}

/// Something of all that a tenant can have; gives back the leases that are still held.
async fn fill(bed: &Bed, scope: &Scope, mark: &str) -> Vec<Lease> {
    let now = bed.now;
    let commit = async |batch: Batch| bed.commit(scope, &batch, now).await.unwrap();
    commit(records(mark, now)).await;
    commit(Batch {
        delete: folders()
            .iter()
            .map(|folder| Key::listed(folder, &[mark, "3"]))
            .collect(),
        ..Batch::default()
    })
    .await;
    commit(push(
        ["finished", "dead", "retried", "apart", "held"]
            .map(|id| work(mark, id, lane(id), now))
            .to_vec(),
    ))
    .await;
    let leases = bed.lease(scope.partition(), 100, HOLD, now).await.unwrap();
    let own = leases.into_iter().filter(|lease| lease.job.scope == *scope);
    let mut held = Vec::new();
    for lease in own {
        let later = now + secs(60);
        let mut batch = Batch::default();
        match lease.job.id.as_str().rsplit('-').next().unwrap() {
            "finished" => batch.done.push(lease),
            "dead" => batch.bury.push((lease, Reason(mark.to_owned()))),
            "retried" => batch.retry.push((lease, later)),
            "apart" => batch.retry_apart.push((lease, later)),
            "held" => held.push(lease),
            _ => {}
        }
        commit(batch).await;
    }
    assert_eq!(held.len(), 1);
    let waiting = [
        work(mark, "held-next", lane("held"), now),
        work(mark, "1", lane("a"), now),
        work(mark, "2", lane("a"), now),
        work(mark, "3", lane("a"), now + secs(90)),
        work(mark, "loose", Lane::UNORDERED, now),
        work(mark, "late", Lane::UNORDERED, now + secs(90)),
    ];
    commit(push(waiting.to_vec())).await;
    held
}

async fn erase(bed: &Bed, scope: &Scope, spared: &Spared, limit: u16) {
    let (tenant, mut at) = (scope.owner().unwrap(), Erasing::default());
    for _ in 0..10_000 {
        let next = bed.erase(&tenant, spared, at, limit, bed.now).await;
        match next.unwrap() {
            Some(next) => at = next,
            None => return,
        }
    }
    panic!("an erasure does not end");
}

/// What can be read of a tenant, as text.
async fn readable(bed: &Bed, scope: &Scope, mark: &str) -> Vec<String> {
    let mut out = Vec::new();
    for name in ["kept", "ends", mark, "count"] {
        let found = bed.get(scope, &point(name), bed.now).await.unwrap();
        out.extend(found.map(|record| format!("{record:?}")));
    }
    for folder in folders() {
        let page = bed.range(scope, &folder, None, 100, bed.now).await;
        out.extend(page.unwrap().items.iter().map(|item| format!("{item:?}")));
        let told = bed.changes(scope, &folder, Version::START, 100).await;
        out.extend(told.unwrap().iter().map(|change| format!("{change:?}")));
    }
    let dead = bed.dead(scope, None, 100).await.unwrap();
    out.extend(dead.iter().map(|dead| format!("{dead:?}")));
    out
}

/// All jobs that can be had of a tenant at a later time, in the order in which they come.
async fn all_jobs(bed: &Bed, scope: &Scope) -> Vec<String> {
    let mut out = Vec::new();
    let later = bed.now + secs(3600);
    loop {
        let leases = bed.lease(scope.partition(), 100, HOLD, later).await;
        let leases = leases.unwrap();
        if leases.is_empty() {
            return out;
        }
        for lease in leases {
            let scope = lease.job.scope;
            out.push(format!("{:?} {}", scope.owner(), lease.job.id.as_str()));
            let batch = done(vec![lease]);
            bed.commit(&scope, &batch, later).await.unwrap();
        }
    }
}

async fn listed(bed: &Bed, scope: &Scope) -> bool {
    let tenants = bed.tenants(scope.partition(), None, 100).await.unwrap();
    tenants.contains(&scope.owner().unwrap())
}

async fn everything_of_a_tenant_goes_and_nothing_of_another(bed: Bed) {
    let other = neighbour(&bed.scope);
    let held = fill(&bed, &bed.scope, "mine").await;
    fill(&bed, &other, "theirs").await;
    let theirs = readable(&bed, &other, "theirs").await;
    assert!(theirs.len() > 40, "{}", theirs.len());
    erase(&bed, &bed.scope, &Spared::default(), 7).await;
    assert_eq!(readable(&bed, &bed.scope, "mine").await, [""; 0]);
    let lost = bed.refused(done(held)).await;
    assert!(matches!(lost, CommitError::LeaseLost(0)), "{lost:?}");
    assert!(listed(&bed, &bed.scope).await, "it has not ended");
    bed.write(Batch {
        last: true,
        ..Batch::default()
    })
    .await;
    assert!(!listed(&bed, &bed.scope).await);

    assert_eq!(readable(&bed, &other, "theirs").await, theirs);
    assert!(listed(&bed, &other).await);
    let jobs = all_jobs(&bed, &other).await;
    let own = format!("{:?}", other.owner());
    assert!(jobs.iter().all(|job| job.starts_with(&own)), "{jobs:?}");
    assert_eq!(jobs.len(), 9, "{jobs:?}");
    let place = |id: &str| jobs.iter().position(|job| job.ends_with(id)).unwrap();
    assert!(place("theirs-1") < place("theirs-2") && place("theirs-2") < place("theirs-3"));
    assert!(place("theirs-held") < place("theirs-held-next"));
    assert_eq!(bed.health(bed.now).await.jobs, 0);
}

async fn what_is_spared_stays_and_ends_with_the_last_commit(bed: Bed) {
    fill(&bed, &bed.scope, "mine").await;
    let eraser = job("eraser", Lane::UNORDERED, bed.now);
    bed.write(push(vec![eraser.clone()])).await;
    let leases = bed.lease_all(100).await;
    let own = |lease: &Lease| lease.job.id.as_str() == "eraser";
    let lease = leases.into_iter().find(own).unwrap();
    let spared = Spared {
        records: vec![point("kept")],
        job: Some(JobKey::of(&["eraser"])),
    };
    erase(&bed, &bed.scope, &spared, 5).await;
    let left = readable(&bed, &bed.scope, "mine").await;
    assert_eq!(left.len(), 1, "{left:?}");
    bed.write(push(vec![eraser.clone()])).await;
    assert!(bed.lease_all(10).await.is_empty(), "it is known and held");
    assert!(bed.extend(&lease, HOLD, bed.now).await.unwrap());
    bed.write(Batch {
        delete: vec![point("kept")],
        done: vec![lease],
        last: true,
        ..Batch::default()
    })
    .await;
    assert!(readable(&bed, &bed.scope, "mine").await.is_empty());
    assert!(!listed(&bed, &bed.scope).await);
    bed.write(push(vec![eraser])).await;
    assert_eq!(
        ids(&bed.lease_all(10).await),
        ["eraser"],
        "nobody remembers"
    );
}

async fn an_erasure_goes_on_where_it_stopped_and_never_stops_a_lease(bed: Bed) {
    let other = neighbour(&bed.scope);
    fill(&bed, &bed.scope, "mine").await;
    fill(&bed, &other, "theirs").await;
    let tenant = bed.scope.owner().unwrap();
    let (spared, mut at, mut calls) = (Spared::default(), Erasing::default(), 0_u64);
    while let Some(next) = bed.erase(&tenant, &spared, at, 2, bed.now).await.unwrap() {
        // As whoever goes on in another process finds it.
        let written = serde_json::to_string(&next).unwrap();
        at = serde_json::from_str(&written).unwrap();
        calls += 1;
        let when = bed.now + secs(1000 * calls);
        let leases = bed.lease(bed.scope.partition(), 3, secs(1), when).await;
        for lease in leases.unwrap() {
            assert!(!lease.job.body.is_empty());
        }
    }
    assert!(calls > 10, "two at a time: {calls}");
    assert!(readable(&bed, &bed.scope, "mine").await.is_empty());
    assert!(!readable(&bed, &other, "theirs").await.is_empty());
}

async fn what_comes_in_behind_an_erasure_is_found_by_its_next_walk(bed: Bed) {
    fill(&bed, &bed.scope, "mine").await;
    let tenant = bed.scope.owner().unwrap();
    let (spared, mut at, mut calls) = (Spared::default(), Erasing::default(), 0);
    while let Some(next) = bed.erase(&tenant, &spared, at, 10, bed.now).await.unwrap() {
        (at, calls) = (next, calls + 1);
        if calls == 3 {
            bed.write(records("mine", bed.now)).await;
            let late = ["a", "b"].map(|id| work("mine", &format!("late-{id}"), lane(id), bed.now));
            bed.write(push(late.to_vec())).await;
        }
    }
    assert!(readable(&bed, &bed.scope, "mine").await.is_empty());
    assert_eq!(all_jobs(&bed, &bed.scope).await, [""; 0]);
}

async fn a_tenant_that_was_erased_begins_anew(bed: Bed) {
    for _ in 0..3 {
        fill(&bed, &bed.scope, "mine").await;
        assert!(listed(&bed, &bed.scope).await);
        erase(&bed, &bed.scope, &Spared::default(), 50).await;
        bed.write(Batch {
            last: true,
            ..Batch::default()
        })
        .await;
    }
    // The room that it had is free: nothing is counted that is no more.
    let many =
        |from: usize| (from..from + 100).map(|n| job(&n.to_string(), Lane::UNORDERED, bed.now));
    for from in (0..bed::BACKLOG.jobs).step_by(100) {
        bed.write(push(many(usize::try_from(from).unwrap()).collect()))
            .await;
    }
    let full = bed
        .refused(push(vec![job("more", Lane::UNORDERED, bed.now)]))
        .await;
    assert!(matches!(full, CommitError::Full), "{full:?}");
}

/// Every byte of the files in a folder and those in it.
fn bytes_below(folder: &Path) -> Vec<u8> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            out.extend(bytes_below(&path));
        } else {
            // One that is gone by now holds nothing.
            out.extend(std::fs::read(&path).unwrap_or_default());
        }
    }
    out
}

/// Where in `bytes` any of the `marks` begins, with what is around it.
fn traces(bytes: &[u8], marks: &[&[u8]]) -> Vec<String> {
    let at = |mark: &[u8]| bytes.windows(mark.len()).position(|window| window == mark);
    let found = marks.iter().filter_map(|mark| at(mark));
    found
        .map(|at| {
            let around = &bytes[at.saturating_sub(60)..(at + 60).min(bytes.len())];
            String::from_utf8_lossy(around).into_owned()
        })
        .collect()
}

/// Fills the store with tenants side by side, erases one, and waits until its name and its mark
/// are in no file any more; those of the others are.
async fn leaves_no_byte(bed: &Bed, folder: &Path) {
    let others: Vec<Scope> = (0..4).map(|_| neighbour(&bed.scope)).collect();
    for round in 0..scaled(60) {
        for scope in others.iter().chain([&bed.scope]) {
            let mark = if *scope == bed.scope {
                "zebra-4711"
            } else {
                "others-0815"
            };
            let mut batch = Batch::default();
            let size = usize::try_from(round * 37 % 900).unwrap();
            for n in 0..10 {
                let text = format!("{mark} {}", "x".repeat(size + n));
                let name = format!("{}-{round}-{n}", (round * 7919 + 13) % 101);
                let value = Bytes::from(text);
                batch.put.push((point(&name), value, Until::Keep));
            }
            batch.push = vec![work(mark, &round.to_string(), lane(mark), bed.now)];
            bed.commit(scope, &batch, bed.now).await.unwrap();
        }
    }
    fill(bed, &bed.scope, "zebra-4711").await;
    let name = bed.scope.owner().unwrap();
    let text = name.to_string();
    let marks: [&[u8]; 3] = [b"zebra-4711", &text.as_bytes()[..21], name.as_bytes()];
    assert!(traces(&bytes_below(folder), &marks).len() > 1);
    erase(bed, &bed.scope, &Spared::default(), 100).await;
    bed.write(Batch {
        last: true,
        ..Batch::default()
    })
    .await;
    let mut left = Vec::new();
    for _ in 0..600 {
        left = traces(&bytes_below(folder), &marks);
        if left.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(left, [""; 0]);
    let theirs = others[0].owner().unwrap().to_string();
    assert_eq!(
        traces(&bytes_below(folder), &[b"others-0815", theirs.as_bytes()]).len(),
        2
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_byte_of_an_erased_tenant_is_left_in_the_file_and_its_log() {
    let bed = bed::embedded();
    let folder = bed.folder.as_ref().unwrap().path().to_owned();
    leaves_no_byte(&bed, &folder).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_byte_of_an_erased_tenant_is_left_in_the_append_only_file() {
    // Otherwise the server packs what it rewrites.
    let options = ["--aof-use-rdb-preamble", "no"];
    let bed = bed::redis(&options).await.unwrap();
    let folder = bed.server.as_ref().unwrap().folder.path().to_owned();
    leaves_no_byte(&bed, &folder).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_shred_keys_of_one_owner_go_and_no_others_on_the_server() {
    let server = Server::start(&["--aof-use-rdb-preamble", "no"]);
    let clock = Clock::system();
    let options = RedisOptions::new(&server.url());
    let keys = ShredKeys::in_redis(&options, &clock).await.unwrap();
    let entropy = Entropy::system();
    let owner: [u8; 16] = entropy.bytes();
    // As like it as can be: another in the bits that its printed id shares with what follows.
    let mut alike = owner;
    alike[15] ^= 1;
    let mut all = Vec::new();
    for n in 0..scaled(300) {
        let begins = if n % 3 == 0 { alike } else { owner };
        let id = [&begins[..], &entropy.bytes::<16>()].concat();
        let key: [u8; 32] = entropy.bytes();
        keys.put(&id, &key).await.unwrap();
        all.push((id, key));
    }
    let (gone, kept): (Vec<_>, Vec<_>) = all.iter().partition(|(id, _)| id.starts_with(&owner));
    let count = keys.shred_all(&owner).await.unwrap();
    assert_eq!(count, u64::try_from(gone.len()).unwrap());
    assert_eq!(keys.shred_all(&owner).await.unwrap(), 0);
    for (id, _) in &gone {
        assert_eq!(keys.get(id).await.unwrap(), None);
    }
    for (id, key) in &kept {
        assert_eq!(keys.get(id).await.unwrap(), Some(*key));
    }
    let listed = keys.orphans(clock.now() + secs(1)).await.unwrap();
    assert_eq!(listed.len(), kept.len());
    let marks: Vec<&[u8]> = gone.iter().map(|(_, key)| &key[..]).collect();
    let mut left = vec![String::new()];
    for _ in 0..600 {
        left = traces(&bytes_below(server.folder.path()), &marks);
        if left.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(left.len(), 0);
}
