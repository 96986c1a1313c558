//! What becomes of a site's notes when the app is switched off there, or leaves.

use std::time::Duration;

use bytes::Bytes;
use deskbridge::app::config::StoreKind;
use deskbridge::ids::{NoteId, Scope, TenantId};
use deskbridge::store::{Batch, Envelope, Erasing, Folder, JobKey, Key, Lane, Until};
use deskbridge::tenants::{SETTLED, Shred, TenantState};

use super::bed::Bed;
use super::{TEXT, read, shared};
use crate::harness::on_each_store;

on_each_store!(
    what_is_announced_while_switched_off_waits_untried_and_goes_out_at_once,
    a_reinstall_within_retention_finds_every_note_again,
    after_retention_nothing_of_the_site_is_left,
    shredding_goes_on_after_a_crash_and_whoever_installs_meanwhile_is_another_tenant,
);

const DAY: Duration = Duration::from_secs(86_400);

/// As the host's descriptor address is.
fn descriptor(bed: &Bed) -> String {
    format!("{}/atlassian-connect.json", bed.url)
}

/// Time passes for the bridge and for the site.
fn pass(bed: &Bed, time: Duration) {
    bed.host.advance(time);
    bed.clock.advance(time);
}

async fn state(bed: &Bed, tenant: &TenantId) -> Option<TenantState> {
    let found = bed.running.parts().tenants.closed(tenant, bed.clock.now());
    found.await.unwrap().map(|seen| seen.tenant.state)
}

async fn listed(bed: &Bed, tenant: &TenantId) -> bool {
    let partition = Scope::tenant(*tenant).partition();
    let tenants = bed.store.tenants(partition, None, 100).await.unwrap();
    tenants.contains(tenant)
}

fn shred_id(tenant: &TenantId, note: &NoteId) -> Vec<u8> {
    [&tenant.as_bytes()[..], note.as_bytes()].concat()
}

/// What the tenant and its notes are found by in bytes: words that every store shows as they are,
/// and others that some show packed or in another spelling.
fn names(bed: &Bed, notes: &[NoteId]) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    // Where ids are run together, the last character depends on what follows.
    let mut shown = vec![bed.tenant.to_string().as_bytes()[..21].to_vec()];
    shown.extend(notes.iter().map(|note| note.to_string().into_bytes()));
    for slug in ["niro", "nero"] {
        shown.push(bed.account(slug).as_str().as_bytes().to_vec());
    }
    let app = bed.host.installed().unwrap();
    shown.push(app.client_key.into_bytes());
    let mut hidden = vec![bed.tenant.as_bytes().to_vec()];
    hidden.extend(notes.iter().map(|note| note.as_bytes().to_vec()));
    hidden.push(bed.host.base_url.clone().into_bytes());
    (shown, hidden)
}

/// Those of `names` that are somewhere in the files.
fn found<'a>(bed: &Bed, names: &'a [Vec<u8>]) -> Vec<std::borrow::Cow<'a, str>> {
    let bytes = bed.dump();
    let there = |name: &&Vec<u8>| bytes.windows(name.len()).any(|window| window == &name[..]);
    let found = names.iter().filter(there);
    found.map(|name| String::from_utf8_lossy(name)).collect()
}

async fn what_is_announced_while_switched_off_waits_untried_and_goes_out_at_once(on: StoreKind) {
    let bed = Bed::with(on, 30).await;
    let niro = bed.person("niro", "ITH-1");
    let browser = niro.browser().await;
    let nero = bed.account("nero");
    for _ in 0..3 {
        shared(&niro, &browser, &[&nero]).await;
    }
    bed.host.set_enabled(false).unwrap();
    bed.until("the app is off", async || {
        state(&bed, &bed.tenant).await == Some(TenantState::Disabled)
    })
    .await;
    pass(&bed, Duration::from_secs(31));
    let parked = async || {
        let folder = Folder::of(&["parked"]);
        let now = bed.clock.now();
        let page = bed.store.range(&bed.scope(), &folder, None, 100, now).await;
        page.unwrap().items.len()
    };
    bed.until("all wait", async || parked().await == 3).await;
    let held = bed.store.health(bed.clock.now()).await;
    // Days later nobody has tried, and nothing is due.
    pass(&bed, 5 * DAY);
    bed.until("what else was due is done", async || {
        bed.store.health(bed.clock.now()).await.oldest_due.is_none()
    })
    .await;
    assert_eq!(parked().await, 3);
    assert_eq!(bed.store.health(bed.clock.now()).await.dead, held.dead);
    assert!(bed.comments("ITH-1").is_empty());

    bed.host.set_enabled(true).unwrap();
    bed.until("the comments", async || bed.comments("ITH-1").len() == 3)
        .await;
    bed.until("none waits", async || parked().await == 0).await;
}

async fn a_reinstall_within_retention_finds_every_note_again(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let (author, reader) = (niro.browser().await, nero.browser().await);
    let note = shared(&niro, &author, &[&nero.account]).await;
    bed.host.uninstall().await.unwrap();
    assert_eq!(niro.get("/api/state").await.status, 401);
    let Some(TenantState::Uninstalled { at, shred_at }) = state(&bed, &bed.tenant).await else {
        panic!("still installed");
    };
    assert_eq!(shred_at.since(at), 30 * DAY);
    pass(&bed, 5 * DAY);
    bed.host.install(&descriptor(&bed)).await.unwrap();
    let nero = bed.person("nero", "ITH-1");
    let found = nero.get("/api/state").await.ok();
    assert_eq!(found["tenant"], bed.tenant.to_string());
    assert_eq!(read(&nero, &reader, &note).await.as_deref(), Some(TEXT));

    // The day on which it would have been shredded comes, and nothing happens.
    pass(&bed, 40 * DAY);
    bed.until("what was due is done", async || {
        bed.store.health(bed.clock.now()).await.oldest_due.is_none()
    })
    .await;
    pass(&bed, DAY);
    let niro = bed.person("niro", "ITH-1");
    assert_eq!(niro.cards().await[0]["state"], "expired");
    assert_eq!(state(&bed, &bed.tenant).await, Some(TenantState::Active));
}

/// Another tenant of the same partition, with a record, a job that waits and a shred key.
async fn neighbour(bed: &Bed) -> (Scope, Vec<u8>) {
    let entropy = &bed.running.parts().entropy;
    let other = loop {
        let scope = Scope::tenant(TenantId::random(entropy));
        if scope.partition() == bed.scope().partition() {
            break scope;
        }
    };
    let job = Envelope {
        id: JobKey::of(&["theirs"]),
        kind: "theirs".into(),
        lane: Lane::of(&["theirs"]),
        due: bed.clock.now() + 400 * DAY,
        body: Bytes::from_static(b"theirs"),
    };
    let batch = Batch {
        put: vec![(theirs(), Bytes::from_static(b"theirs"), Until::Keep)],
        push: vec![job],
        ..Batch::default()
    };
    let now = bed.clock.now();
    bed.store.commit(&other, &batch, now).await.unwrap();
    let id = shred_id(&other.owner().unwrap(), &NoteId::random(entropy));
    bed.running.parts().shred.put(&id, &[9; 32]).await.unwrap();
    (other, id)
}

fn theirs() -> Key {
    Key::listed(&Folder::feed(&["theirs"]), &["1"])
}

async fn assert_untouched(bed: &Bed, (other, shred): &(Scope, Vec<u8>)) {
    let now = bed.clock.now();
    let record = bed.store.get(other, &theirs(), now).await.unwrap();
    assert_eq!(&record.unwrap().value[..], b"theirs");
    let key = bed.running.parts().shred.get(shred).await.unwrap();
    assert_eq!(key, Some([9; 32]));
    assert!(listed(bed, &other.owner().unwrap()).await);
    let later = now + 401 * DAY;
    let hold = Duration::from_secs(5);
    let leases = bed.store.lease(other.partition(), 100, hold, later).await;
    let mine = |lease: &deskbridge::store::Lease| lease.job.scope == *other;
    assert!(leases.unwrap().iter().any(mine), "their job waits");
}

/// Lets the retention of the uninstalled tenant end, and waits until it is no more.
async fn shredded(bed: &Bed) {
    let tenant = bed.tenant;
    bed.until("it begins", async || {
        matches!(
            state(bed, &tenant).await,
            Some(TenantState::Shredding { .. }) | None
        )
    })
    .await;
    pass(bed, SETTLED);
    bed.until("it is no more", async || {
        state(bed, &tenant).await.is_none() && !listed(bed, &tenant).await
    })
    .await;
}

async fn after_retention_nothing_of_the_site_is_left(on: StoreKind) {
    let bed = Bed::start(on).await;
    // Otherwise the server packs what it rewrites, and nothing would be found there.
    if let Some(server) = &bed.place.server {
        server.say("CONFIG SET aof-use-rdb-preamble no");
    }
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let (author, reader) = (niro.browser().await, nero.browser().await);
    let first = shared(&niro, &author, &[&nero.account]).await;
    let second = shared(&nero, &reader, &[&niro.account]).await;
    assert_eq!(read(&nero, &reader, &first).await.as_deref(), Some(TEXT));
    bed.until("both are told", async || bed.comments("ITH-1").len() == 2)
        .await;
    let lost = Envelope {
        id: JobKey::of(&["nobody", &bed.tenant.to_string()]),
        kind: "nobody".into(),
        lane: Lane::UNORDERED,
        due: bed.clock.now(),
        body: Bytes::from(bed.tenant.to_string()),
    };
    let batch = Batch {
        push: vec![lost],
        ..Batch::default()
    };
    let now = bed.clock.now();
    bed.store.commit(&bed.scope(), &batch, now).await.unwrap();
    bed.until("a dead letter", async || {
        let dead = bed.store.dead(&bed.scope(), None, 1).await.unwrap();
        !dead.is_empty()
    })
    .await;
    let notes = [first.id, second.id];
    let keys = &bed.running.parts().shred;
    let (mut marks, hidden) = names(&bed, &notes);
    for note in &notes {
        let key = keys.get(&shred_id(&bed.tenant, note)).await.unwrap();
        marks.push(key.expect("a live note has a key").to_vec());
    }
    let shown = found(&bed, &marks);
    assert_eq!(shown.len(), marks.len(), "the search can find: {shown:?}");
    marks.extend(hidden);

    bed.host.uninstall().await.unwrap();
    pass(&bed, 30 * DAY);
    let other = neighbour(&bed).await;
    shredded(&bed).await;
    for note in &notes {
        assert_eq!(keys.get(&shred_id(&bed.tenant, note)).await.unwrap(), None);
    }
    bed.until("no byte is left", async || found(&bed, &marks).is_empty())
        .await;
    assert_untouched(&bed, &other).await;

    bed.host.install(&descriptor(&bed)).await.unwrap();
    let niro = bed.person("niro", "ITH-1");
    let state = niro.get("/api/state").await.ok();
    assert_ne!(state["tenant"], bed.tenant.to_string(), "a fresh tenant");
    assert_eq!(state["notes"].as_array().map(Vec::len), Some(0));
    assert_eq!(state["people"][niro.account.as_str()]["hasKey"], false);
}

async fn shredding_goes_on_after_a_crash_and_whoever_installs_meanwhile_is_another_tenant(
    on: StoreKind,
) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.account("nero"));
    let author = niro.browser().await;
    for _ in 0..3 {
        shared(&niro, &author, &[&nero]).await;
    }
    bed.host.uninstall().await.unwrap();
    let tenant = bed.tenant;
    let Some(TenantState::Uninstalled { at, .. }) = state(&bed, &tenant).await else {
        panic!("still installed");
    };
    pass(&bed, 30 * DAY);
    bed.until("it begins", async || {
        matches!(
            state(&bed, &tenant).await,
            Some(TenantState::Shredding { .. })
        )
    })
    .await;
    let work = Shred {
        part: 1,
        ..Shred::after(at)
    };
    // As a crash in the middle leaves it: some of it is gone already.
    let bed = bed
        .restarted(async |store, now| {
            let mut from = Erasing::default();
            for _ in 0..5 {
                let next = store.erase(&tenant, &work.spared(), from, 1, now).await;
                from = next.unwrap().expect("there is more");
            }
        })
        .await;
    bed.host.install(&descriptor(&bed)).await.unwrap();
    let niro = bed.person("niro", "ITH-1");
    let second: TenantId = {
        let state = niro.get("/api/state").await.ok();
        state["tenant"].as_str().unwrap().parse().unwrap()
    };
    assert_ne!(second, tenant);
    shredded(&bed).await;
    // The new one is found by the host's name, and is whole.
    assert_eq!(state(&bed, &second).await, Some(TenantState::Active));
    let state = niro.get("/api/state").await.ok();
    assert_eq!(state["tenant"], second.to_string());
}
