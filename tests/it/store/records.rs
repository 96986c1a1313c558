//! Records: expectations, expiry, counters, folders, feeds, limits.

use bytes::Bytes;
use deskbridge::clock::Instant;
use deskbridge::ids::Partition;
use deskbridge::store::{
    Add, Batch, CommitError, Expect, Folder, Key, Lane, Name, Topic, Until, Version,
};

use super::bed::{Bed, delete, expecting, job, key, noise, push, put, put_until, secs, text};

super::rules!(
    a_record_comes_back_with_the_version_of_its_commit,
    expectations_decide_over_the_whole_batch,
    a_record_lives_to_its_instant_and_no_longer,
    counters_add_up_to_their_limit,
    a_counter_begins_again_after_its_instant,
    folders_are_listed_in_pages,
    keys_that_look_alike_are_apart,
    shared_keys_belong_to_the_partition,
    a_feed_tells_each_change_once,
    a_feed_never_parts_the_changes_of_one_commit,
    a_feed_tells_of_expiry_after_the_sweep,
    sweeping_removes_what_expired_and_nothing_else,
    limits_of_size_are_refused_by_type,
    tenants_are_listed,
    hints_tell_what_was_woken,
    a_closed_store_refuses,
    many_tasks_count_without_losing_one,
);

async fn a_record_comes_back_with_the_version_of_its_commit(bed: Bed) {
    let (a, b) = (key("a"), key("b"));
    assert_eq!(bed.read(&a).await, None);
    let mut batch = put(&a, "one");
    batch.put.extend(put(&b, &"two ".repeat(1000)).put);
    let first = bed.write(batch).await;
    let record = bed.get(&bed.scope, &a, bed.now).await.unwrap().unwrap();
    assert_eq!((record.version, record.expires_at), (first, None));
    assert_eq!(bed.read(&b).await, Some("two ".repeat(1000)));
    let second = bed.write(put(&a, "other")).await;
    assert!(second > first);
    let keys = [b, key("none"), a.clone()];
    let many = bed.get_many(&bed.scope, &keys, bed.now).await.unwrap();
    let many: Vec<_> = many.iter().map(|r| text(r.as_ref())).collect();
    assert_eq!(
        many,
        [Some("two ".repeat(1000)), None, Some("other".into())]
    );
    // A record made anew never matches what was read before.
    bed.write(delete(&a)).await;
    assert!(bed.write(put(&a, "again")).await > second);
    assert!(matches!(
        bed.refused(expecting(Expect::Is(a, second))).await,
        CommitError::Conflict(0)
    ));
}

async fn expectations_decide_over_the_whole_batch(bed: Bed) {
    let (a, b) = (key("a"), key("b"));
    let version = bed.write(put(&a, "one")).await;
    let holds = [
        Expect::Live(a.clone()),
        Expect::Is(a.clone(), version),
        Expect::Absent(b.clone()),
    ];
    let fails = [
        Expect::Live(b.clone()),
        Expect::Is(a.clone(), Version::START),
        Expect::Is(b.clone(), version),
        Expect::Absent(a.clone()),
    ];
    for expect in &fails {
        let mut batch = put(&b, "never");
        batch.expect = holds.to_vec();
        batch.expect.push(expect.clone());
        batch.delete = vec![a.clone()];
        batch.push = vec![job("never", Lane::UNORDERED, bed.now)];
        let refusal = bed.refused(batch).await;
        assert!(matches!(refusal, CommitError::Conflict(3)), "{expect:?}");
        assert_eq!(bed.read(&b).await, None);
        assert_eq!(bed.read(&a).await.as_deref(), Some("one"));
        assert!(bed.lease_all(1).await.is_empty());
    }
    let mut batch = put(&b, "now");
    batch.expect = holds.to_vec();
    bed.write(batch).await;
    assert_eq!(bed.read(&b).await.as_deref(), Some("now"));
}

async fn a_record_lives_to_its_instant_and_no_longer(bed: Bed) {
    let a = key("a");
    let end = bed.now + secs(60);
    bed.write(put_until(&a, "one", end)).await;
    let before = Instant::from_millis(end.millis() - 1);
    assert_eq!(bed.read_at(&a, before).await.as_deref(), Some("one"));
    for after in [end, end + secs(1), end + secs(3_000_000)] {
        assert_eq!(bed.read_at(&a, after).await, None);
        let live = expecting(Expect::Live(a.clone()));
        let refusal = bed.commit(&bed.scope, &live, after).await.unwrap_err();
        assert!(matches!(refusal, CommitError::Conflict(0)));
    }
    // A sweep by a clock that is not there yet leaves it alone.
    bed.store
        .sweep(bed.scope.partition(), 1000, before)
        .await
        .unwrap();
    assert_eq!(bed.read_at(&a, before).await.as_deref(), Some("one"));
    let mut anew = put(&a, "two");
    anew.expect = vec![Expect::Absent(a.clone())];
    bed.commit(&bed.scope, &anew, end).await.unwrap();
    assert_eq!(
        bed.read_at(&a, end + secs(9_999_999)).await.as_deref(),
        Some("two"),
        "kept, so the old instant is gone"
    );
}

fn add(key: &Key, by: i64, at_most: Option<i64>) -> Batch {
    Batch {
        add: vec![Add {
            key: key.clone(),
            by,
            at_most,
            until: Until::Keep,
        }],
        ..Batch::default()
    }
}

async fn counters_add_up_to_their_limit(bed: Bed) {
    let count = key("count");
    bed.write(add(&count, 2, Some(5))).await;
    bed.write(add(&count, 3, Some(5))).await;
    assert_eq!(bed.read(&count).await.as_deref(), Some("5"));
    let mut over = add(&count, 1, Some(5));
    over.put = put(&key("other"), "never").put;
    assert!(matches!(
        bed.refused(over).await,
        CommitError::LimitReached(0)
    ));
    assert_eq!(bed.read(&key("other")).await, None);
    bed.write(add(&count, -7, Some(5))).await;
    assert_eq!(bed.read(&count).await.as_deref(), Some("-2"));
    // Twice in one batch counts twice.
    let mut twice = add(&count, 4, Some(5));
    twice.add.extend(add(&count, 4, Some(5)).add);
    let refusal = bed.refused(twice.clone()).await;
    assert!(matches!(refusal, CommitError::LimitReached(1)));
    twice.add[1].by = 3;
    bed.write(twice).await;
    assert_eq!(bed.read(&count).await.as_deref(), Some("5"));
    bed.write(put(&key("word"), "word")).await;
    for odd in [add(&key("word"), 1, None), add(&count, i64::MAX, None)] {
        let refusal = bed.refused(odd).await;
        assert!(matches!(refusal, CommitError::LimitReached(0)));
    }
}

async fn a_counter_begins_again_after_its_instant(bed: Bed) {
    let count = key("count");
    let mut first = add(&count, 5, Some(5));
    first.add[0].until = Until::At(bed.now + secs(60));
    bed.write(first.clone()).await;
    let later = bed.now + secs(60);
    first.add[0].until = Until::At(later + secs(60));
    bed.commit(&bed.scope, &first, later).await.unwrap();
    assert_eq!(bed.read_at(&count, later).await.as_deref(), Some("5"));
}

async fn folders_are_listed_in_pages(bed: Bed) {
    let folder = Folder::of(&["notes", "1"]);
    let other = Folder::of(&["notes", "10"]);
    let mut batch = Batch::default();
    for n in 0..25_u32 {
        let name = format!("{:03}", (n * 7) % 25);
        let until = if n % 5 == 0 {
            Until::At(bed.now + secs(60))
        } else {
            Until::Keep
        };
        let value = Bytes::from(name.clone());
        batch
            .put
            .push((Key::listed(&folder, &[&name]), value, until));
    }
    let value = Bytes::from_static(b"other");
    batch
        .put
        .push((Key::listed(&other, &["x"]), value, Until::Keep));
    bed.write(batch).await;
    bed.write(delete(&Key::listed(&folder, &["003"]))).await;
    let listed = async |now: Instant, limit: u16| {
        let (mut names, mut after): (Vec<String>, Option<Name>) = (Vec::new(), None);
        loop {
            let page = bed
                .range(&bed.scope, &folder, after.as_ref(), limit, now)
                .await
                .unwrap();
            assert!(page.items.len() <= usize::from(limit));
            for (name, record) in page.items {
                assert_eq!(record.value, name.as_str().as_bytes());
                names.push(name.as_str().to_owned());
            }
            after = page.next;
            if after.is_none() {
                return names;
            }
        }
    };
    let all: Vec<String> = (0..25)
        .filter(|n| *n != 3)
        .map(|n| format!("{n:03}"))
        .collect();
    for limit in [1, 4, 24, 100] {
        assert_eq!(listed(bed.now, limit).await, all);
    }
    let gone: Vec<u32> = (0..5).map(|n| n * 5 * 7 % 25).collect();
    let left: Vec<String> = (0..25)
        .filter(|n| *n != 3 && !gone.contains(n))
        .map(|n| format!("{n:03}"))
        .collect();
    assert_eq!(listed(bed.now + secs(60), 4).await, left);
}

async fn keys_that_look_alike_are_apart(bed: Bed) {
    let keys = [
        Key::point("a", &["b"]),
        Key::point("a:b", &[]),
        Key::point("a", &[]),
        Key::point("a", &[""]),
        Key::point("a", &["b/"]),
        Key::point("a", &["b", ""]),
        Key::listed(&Folder::of(&["a"]), &["b"]),
        Key::listed(&Folder::of(&["a:b"]), &[]),
        Key::listed(&Folder::of(&["a"]), &[]),
        Key::listed(&Folder::of(&[]), &["a"]),
        Key::listed(&Folder::of(&["a", "b"]), &["c"]),
        Key::listed(&Folder::of(&["a"]), &["b", "c"]),
        Key::shared("a", &["b"]),
        Key::point("é", &["|"]),
        Key::point("long", &[&"x".repeat(300)]),
        Key::point("long", &[&"x".repeat(301)]),
    ];
    for (n, key) in keys.iter().enumerate() {
        bed.write(put(key, &n.to_string())).await;
    }
    for (n, key) in keys.iter().enumerate() {
        assert_eq!(bed.read(key).await, Some(n.to_string()), "{key:?}");
    }
}

async fn shared_keys_belong_to_the_partition(bed: Bed) {
    let shared = Key::shared("install", &[&format!("{:?}", bed.scope)]);
    let mut batch = put(&shared, "tenant");
    batch.put.extend(put(&key("a"), "own").put);
    bed.write(batch).await;
    let neighbour = super::bed::neighbour(&bed.scope);
    let seen = bed.get(&neighbour, &shared, bed.now).await.unwrap();
    assert_eq!(text(seen.as_ref()).as_deref(), Some("tenant"));
    let own = bed.get(&neighbour, &key("a"), bed.now).await.unwrap();
    assert!(own.is_none());
    bed.write(delete(&shared)).await;
}

fn followed(name: &str) -> Key {
    Key::listed(&Folder::feed(&["facts"]), &[name])
}

async fn a_feed_tells_each_change_once(bed: Bed) {
    let folder = Folder::feed(&["facts"]);
    let changes = async |after: Version| {
        let found = bed.changes(&bed.scope, &folder, after, 100).await.unwrap();
        let told = found.iter().map(|change| {
            let value = text(change.record.as_ref());
            (change.name.as_str().to_owned(), value)
        });
        let last = found.last().map_or(after, |change| change.version);
        (told.collect::<Vec<_>>(), last)
    };
    bed.write(put(&followed("a"), "1")).await;
    bed.write(put(&followed("b"), "1")).await;
    bed.write(put(&followed("a"), "2")).await;
    let (told, cursor) = changes(Version::START).await;
    assert_eq!(
        told,
        [
            ("b".into(), Some("1".into())),
            ("a".into(), Some("2".into()))
        ]
    );
    assert!(changes(cursor).await.0.is_empty());
    bed.write(delete(&followed("b"))).await;
    bed.write(delete(&followed("never was"))).await;
    bed.write(put(&Key::listed(&Folder::of(&["plain"]), &["a"]), "1"))
        .await;
    let (told, cursor) = changes(cursor).await;
    assert_eq!(told, [("b".into(), None)]);
    bed.write(put(&followed("b"), "back")).await;
    assert_eq!(changes(cursor).await.0, [("b".into(), Some("back".into()))]);
    let page = bed.range(&bed.scope, &folder, None, 10, bed.now).await;
    assert_eq!(page.unwrap().items.len(), 2);
}

async fn a_feed_never_parts_the_changes_of_one_commit(bed: Bed) {
    let folder = Folder::feed(&["facts"]);
    for round in 0..3 {
        let mut batch = Batch::default();
        for n in 0..10 {
            let name = format!("{round}-{n}");
            batch.put.extend(put(&followed(&name), "x").put);
        }
        bed.write(batch).await;
    }
    let (mut after, mut told) = (Version::START, 0);
    loop {
        let found = bed.changes(&bed.scope, &folder, after, 4).await.unwrap();
        let Some(last) = found.last() else { break };
        assert_eq!(found.len() % 10, 0);
        told += found.len();
        after = last.version;
    }
    assert_eq!(told, 30);
}

async fn sweep_all(bed: &Bed, now: Instant) -> u32 {
    let mut swept = 0;
    loop {
        let some = bed.sweep(bed.scope.partition(), 7, now).await.unwrap();
        if some == 0 {
            return swept;
        }
        swept += some;
    }
}

async fn a_feed_tells_of_expiry_after_the_sweep(bed: Bed) {
    let folder = Folder::feed(&["facts"]);
    let end = bed.now + secs(60);
    let version = bed.write(put_until(&followed("a"), "1", end)).await;
    assert!(sweep_all(&bed, end).await >= 1);
    let found = bed.changes(&bed.scope, &folder, version, 10).await.unwrap();
    assert_eq!(found.len(), 1);
    assert!(found[0].record.is_none() && found[0].version > version);
    // Much later the deletion itself is forgotten.
    sweep_all(&bed, end + secs(31 * 24 * 3600)).await;
    let found = bed.changes(&bed.scope, &folder, version, 10).await.unwrap();
    assert!(found.is_empty());
}

async fn sweeping_removes_what_expired_and_nothing_else(bed: Bed) {
    let folder = Folder::of(&["links"]);
    let end = bed.now + secs(60);
    let mut batch = Batch::default();
    for n in 0..20 {
        let key = Key::listed(&folder, &[&n.to_string()]);
        let until = if n < 10 { Until::At(end) } else { Until::Keep };
        batch.put.push((key, Bytes::from_static(b"x"), until));
    }
    bed.write(batch).await;
    // Put anew with a later end: the old instant no longer counts.
    let kept = Key::listed(&folder, &["3"]);
    bed.write(put_until(&kept, "kept", end + secs(60))).await;
    assert!(sweep_all(&bed, end).await >= 9);
    let page = bed.range(&bed.scope, &folder, None, 100, bed.now).await;
    assert_eq!(page.unwrap().items.len(), 11);
    assert_eq!(bed.read_at(&kept, end).await.as_deref(), Some("kept"));
}

async fn limits_of_size_are_refused_by_type(bed: Bed) {
    let put = |name: &str, size| (key(name), Bytes::from(noise(size)), Until::Keep);
    let mut batch = Batch {
        put: vec![put("a", 256 * 1024)],
        ..Batch::default()
    };
    bed.write(batch.clone()).await;
    batch.put = vec![put("a", 256 * 1024 + 1)];
    assert!(matches!(
        bed.refused(batch.clone()).await,
        CommitError::TooLarge(_)
    ));
    batch.put = (0..5).map(|n| put(&n.to_string(), 220 * 1024)).collect();
    assert!(matches!(
        bed.refused(batch.clone()).await,
        CommitError::TooLarge(_)
    ));
    batch.put = (0..129).map(|n| put(&n.to_string(), 1)).collect();
    assert!(matches!(
        bed.refused(batch.clone()).await,
        CommitError::TooLarge(_)
    ));
    batch.put.truncate(128);
    bed.write(batch).await;
}

async fn tenants_are_listed(bed: Bed) {
    let mut scopes = vec![bed.scope];
    for _ in 0..4 {
        scopes.push(super::bed::neighbour(&bed.scope));
    }
    for scope in &scopes {
        for _ in 0..2 {
            let batch = put(&key("a"), "x");
            bed.commit(scope, &batch, bed.now).await.unwrap();
        }
    }
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let p = bed.scope.partition();
        let page = bed.tenants(p, after.as_ref(), 2).await.unwrap();
        after = page.last().copied();
        if after.is_none() {
            break;
        }
        found.extend(page);
    }
    for scope in &scopes {
        let times = found.iter().filter(|t| Some(**t) == scope.owner()).count();
        assert_eq!(times, 1);
    }
}

async fn hints_tell_what_was_woken(bed: Bed) {
    let mut hints = bed.hints();
    let topic = Topic::of(&["live", &format!("{:?}", bed.scope)]);
    let mut batch = push(vec![job("a", Lane::UNORDERED, bed.now)]);
    batch.wake = vec![topic.clone()];
    bed.write(batch).await;
    let jobs = Topic::jobs(bed.scope.partition());
    let mut wanted = vec![topic, jobs];
    let told = async {
        while !wanted.is_empty() {
            let hint = hints.recv().await.unwrap();
            wanted.retain(|topic| *topic != hint);
        }
    };
    tokio::time::timeout(secs(10), told).await.unwrap();
    assert!(Partition::all().any(|p| p == bed.scope.partition()));
}

async fn a_closed_store_refuses(bed: Bed) {
    bed.write(put(&key("a"), "x")).await;
    bed.close().await;
    assert!(bed.get(&bed.scope, &key("a"), bed.now).await.is_err());
    assert!(matches!(
        bed.refused(put(&key("a"), "y")).await,
        CommitError::Unavailable(_)
    ));
    assert!(!bed.health(bed.now).await.reachable);
}

async fn many_tasks_count_without_losing_one(bed: Bed) {
    let count = key("count");
    bed.write(put(&count, "0")).await;
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (store, scope, now, count) = (bed.store.clone(), bed.scope, bed.now, count.clone());
            tokio::spawn(async move {
                let mut won = 0;
                while won < 10 {
                    let record = store.get(&scope, &count, now).await.unwrap().unwrap();
                    let before: u32 = text(Some(&record)).unwrap().parse().unwrap();
                    let mut batch = put(&count, &(before + 1).to_string());
                    batch.expect = vec![Expect::Is(count.clone(), record.version)];
                    match store.commit(&scope, &batch, now).await {
                        Ok(_) => won += 1,
                        Err(refusal) => assert!(matches!(refusal, CommitError::Conflict(0))),
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(bed.read(&count).await.as_deref(), Some("80"));
}
