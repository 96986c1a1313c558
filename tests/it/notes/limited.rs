//! Notes that each reader may open only so often, whatever happens meanwhile.

use deskbridge::app::config::StoreKind;
use deskbridge::seal::Fill;
use deskbridge::store::Folder;
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};

use super::bed::{Bed, Person};
use super::browser::{Browser, Draft, Histories, Sealed};
use super::{
    TEXT, WEEK, authorise, counted, gone_but_for_its_tombstone, histories, path, posted, read,
};
use crate::harness::on_each_store;
use crate::store::proxy::Proxy;

on_each_store!(
    a_note_opens_as_often_as_its_author_allowed_and_is_gone_when_all_have_read,
    a_bridge_that_is_started_again_gives_the_answer_that_was_lost,
);

/// A note that each reader may open so often.
async fn limited(
    author: &Person<'_>,
    browser: &Browser,
    opens: u64,
    readers: &[&deskbridge::ids::AccountId],
    keys: &Histories,
) -> Sealed {
    let draft = Draft {
        issue: author.issue,
        readers,
        text: TEXT,
        now: author.bed.now(),
        life: WEEK,
        fill: Fill::Readers,
    };
    let note = browser.seal_for(Some(opens), &draft, keys);
    let answer = posted(author, &note).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(answer.json()["note"]["opens"], opens);
    note
}

async fn a_note_opens_as_often_as_its_author_allowed_and_is_gone_when_all_have_read(on: StoreKind) {
    let bed = Bed::start(on).await;
    let people = || ["niro", "nero", "jonathan"].map(|slug| bed.person(slug, "ITH-1"));
    let [niro, nero, jonathan] = people();
    let (author, agent) = (niro.browser().await, nero.browser().await);
    let customer = jonathan.browser().await;
    let readers = [&nero.account, &jonathan.account];
    let keys = histories(&niro, &readers).await;
    let note = limited(&niro, &author, 2, &readers, &keys).await;

    let authorised = authorise(&nero, &note).await.ok();
    for _ in 0..2 {
        assert_eq!(read(&nero, &agent, &note).await.as_deref(), Some(TEXT));
        assert_eq!(read(&niro, &author, &note).await.as_deref(), Some(TEXT));
    }
    let third = agent.consent(&authorised, [3; 16], bed.now());
    let third = nero.post(&path(&note, "open"), &third).await;
    assert_eq!(third.status, 410, "{}", third.body);
    assert_eq!(authorise(&nero, &note).await.status, 410);
    let card = nero.cards().await.remove(0);
    let shown = [&card["state"], &card["why"], &card["unlockable"]];
    assert_eq!(shown, [&json!("live"), &json!("used"), &json!(false)]);
    assert_eq!(
        counted(&bed, &note).await,
        [2],
        "the author's are not counted"
    );

    assert_eq!(
        read(&jonathan, &customer, &note).await.as_deref(),
        Some(TEXT)
    );
    let authorised = authorise(&jonathan, &note).await.ok();
    let last = customer.consent(&authorised, [4; 16], bed.now());
    let answer = jonathan.post(&path(&note, "open"), &last).await.ok();
    let at = answer["at"].as_i64().unwrap();
    // All have read; the last answer may be lost all the same.
    bed.advance_to(at + 110);
    let [niro, _, jonathan] = people();
    let again = jonathan.post(&path(&note, "open"), &last).await.ok();
    assert_eq!(again, answer);
    assert_eq!(read(&niro, &author, &note).await.as_deref(), Some(TEXT));
    assert!(bed.now() < at + 120);

    bed.advance_to(at + 121);
    for person in &people() {
        assert_eq!(authorise(person, &note).await.status, 410);
        assert_eq!(person.cards().await[0]["state"], "used");
    }
    let [niro, ..] = people();
    gone_but_for_its_tombstone(&bed, &niro, &note).await;
    let card = niro.cards().await.remove(0);
    assert_eq!(card["state"], "used");
    let ended = card["endedAt"].as_i64().unwrap();
    assert!((at + 120..=at + 121).contains(&ended), "{ended} {at}");
}

async fn a_bridge_that_is_started_again_gives_the_answer_that_was_lost(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let (author, reader) = (niro.browser().await, nero.browser().await);
    let readers = [&nero.account];
    let keys = histories(&niro, &readers).await;
    let note = limited(&niro, &author, 1, &readers, &keys).await;
    let authorised = authorise(&nero, &note).await.ok();
    let consent = reader.consent(&authorised, [1; 16], bed.now());
    let lost = nero.post(&path(&note, "open"), &consent).await.ok();

    let bed = bed.restarted(async |_, _| {}).await;
    let nero = bed.person("nero", "ITH-1");
    let again = nero.post(&path(&note, "open"), &consent).await.ok();
    assert_eq!(again, lost);
    assert_eq!(reader.read(&authorised, &again).as_deref(), Some(TEXT));
    assert_eq!(counted(&bed, &note).await, [1]);
}

/// The bridge dies after its commit and before its answer: whoever asks the next one is answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_between_commit_and_answer_loses_no_note() {
    let bed = Bed::with(StoreKind::Redis, 300).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let (author, reader) = (niro.browser().await, nero.browser().await);
    let readers = [&nero.account];
    let keys = histories(&niro, &readers).await;
    let note = limited(&niro, &author, 1, &readers, &keys).await;
    let authorised = authorise(&nero, &note).await.ok();
    let consent = reader.consent(&authorised, [1; 16], bed.now());

    let wire = Proxy::to(bed.place.server.as_ref().unwrap().port).await;
    let doomed = bed.replica(|config| config.store.url = wire.url()).await;
    let at_doomed = bed.person("nero", "ITH-1").at(&doomed);
    wire.cut_after("note-opened");
    let answer = at_doomed.post(&path(&note, "open"), &consent).await;
    assert_eq!(answer.status, 503, "{}", answer.body);
    drop(doomed);
    let receipts = Folder::of(&["note-receipts", &note.id.to_string()]);
    let (scope, now) = (bed.scope(), bed.clock.now());
    let kept = bed.store.range(&scope, &receipts, None, 10, now).await;
    assert_eq!(kept.unwrap().items.len(), 1, "it was committed");

    let answer = nero.post(&path(&note, "open"), &consent).await.ok();
    assert_eq!(reader.read(&authorised, &answer).as_deref(), Some(TEXT));
    assert_eq!(counted(&bed, &note).await, [1]);
    let other = reader.consent(&authorised, [2; 16], bed.now());
    assert_eq!(nero.post(&path(&note, "open"), &other).await.status, 410);
}

const PAIRS: usize = 300;
/// Every so many pairs send the same request twice.
const SAME: usize = 10;

/// Two panels of one reader, each at another replica, ask at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_let_a_reader_open_once() {
    let bed = Bed::with(StoreKind::Redis, 300).await;
    let other = bed.replica(|_| {}).await;
    let (niro, here) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let there = bed.person("nero", "ITH-1").at(&other);
    let (author, reader) = (niro.browser().await, here.browser().await);
    let readers = [&here.account];
    let keys = histories(&niro, &readers).await;
    let pair = async |n: usize| {
        let note = limited(&niro, &author, 1, &readers, &keys).await;
        let authorised = authorise(&here, &note).await.ok();
        let consent = |jti| reader.consent(&authorised, [jti; 16], bed.now());
        let one = consent(1);
        let two = if n.is_multiple_of(SAME) {
            one.clone()
        } else {
            consent(2)
        };
        let way = path(&note, "open");
        let (a, b) = tokio::join!(here.post(&way, &one), there.post(&way, &two));
        let mut statuses = [a.status, b.status];
        statuses.sort_unstable();
        let texts: Vec<Value> = [a, b]
            .iter()
            .filter(|a| a.status == 200)
            .map(|a| a.json())
            .collect();
        for text in &texts {
            assert_eq!(reader.read(&authorised, text).as_deref(), Some(TEXT), "{n}");
        }
        if n.is_multiple_of(SAME) {
            assert_eq!((statuses, &texts[0]), ([200, 200], &texts[1]), "{n}");
        } else {
            assert_eq!(statuses, [200, 410], "{n}");
        }
        assert_eq!(counted(&bed, &note).await, [1], "{n}");
        note.id
    };
    let notes: Vec<_> = stream::iter(0..PAIRS)
        .map(pair)
        .buffer_unordered(4)
        .collect()
        .await;
    assert_eq!(notes.len(), PAIRS);
}
