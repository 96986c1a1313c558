//! Secure notes from outside: through HTTP over a real store, with a Jira-compatible site beside
//! the bridge and browsers that seal with the product's own protocol.

mod bed;
pub mod browser;
mod browsers;
mod codes;
mod creating;
mod dump;
mod elsewhere;
mod ending;
mod files;
mod hidden;
mod leaving;
mod letting_in;
mod limited;
mod lives;
mod nightly;
mod picking_up;
mod reading;
mod speaking;
mod subscribing;
mod telling;
mod times;
mod unread;

use deskbridge::ids::AccountId;
use deskbridge::seal::Fill;
use deskbridge::store::Key;
use serde_json::{Value, json};

use self::bed::{Answer, Bed, Person};
use self::browser::{Browser, Draft, Histories, Sealed};

const WEEK: i64 = 7 * 86_400;
/// Found nowhere but in plaintext.
const TEXT: &str = "zebra-unicorn-4711-passphrase";

/// Seals `text` in `browser` for `readers`, as their keys are now.
async fn sealed(
    author: &Person<'_>,
    browser: &Browser,
    readers: &[&AccountId],
    text: &str,
) -> Sealed {
    let histories = histories(author, readers).await;
    let draft = Draft {
        issue: author.issue,
        readers,
        text,
        now: author.bed.now(),
        life: WEEK,
        fill: Fill::Readers,
    };
    browser.seal(&draft, &histories)
}

async fn histories(author: &Person<'_>, readers: &[&AccountId]) -> Histories {
    let all: Vec<_> = readers
        .iter()
        .map(|a| a.as_str())
        .chain([author.account.as_str()])
        .collect();
    let keys = author
        .get(&format!("/api/keys?accounts={}", all.join(",")))
        .await
        .ok();
    Histories::read(author.bed.tenant, &keys)
}

fn body(sealed: &Sealed) -> Value {
    json!({"envelope": sealed.envelope, "seal": sealed.seal})
}

async fn posted(author: &Person<'_>, sealed: &Sealed) -> Answer {
    author.post("/api/notes", &body(sealed)).await
}

/// A note of `author` for `readers`, shared.
async fn shared(author: &Person<'_>, browser: &Browser, readers: &[&AccountId]) -> Sealed {
    let sealed = sealed(author, browser, readers, TEXT).await;
    let answer = posted(author, &sealed).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    sealed
}

fn path(sealed: &Sealed, what: &str) -> String {
    format!("/api/notes/{}/{what}", sealed.id)
}

/// Waits until nothing of the note is kept but who and when, and its id is not used again.
async fn gone_but_for_its_tombstone(bed: &Bed, author: &Person<'_>, sealed: &Sealed) {
    let id = sealed.id.to_string();
    nothing_left(bed, sealed).await;
    let tombstone = bed.stored(&Key::point("note", &[&id])).await.unwrap();
    assert_eq!(tombstone["a"], author.account.as_str());
    let text = tombstone.to_string();
    for gone in [sealed.envelope["protected"].as_str().unwrap(), &sealed.seal] {
        assert!(!text.contains(gone), "{text}");
    }
    assert_eq!(posted(author, sealed).await.status, 409);
}

/// Waits until body, wraps and shred key of the note are gone.
async fn nothing_left(bed: &Bed, sealed: &Sealed) {
    let id = sealed.id.to_string();
    bed.until("body, wraps and shred key are gone", async || {
        let body = bed.raw(&Key::point("note-sealed", &[&id])).await;
        let wraps = bed.raw(&Key::point("note-wraps", &[&id, "0"])).await;
        let key = bed.running.parts().shred.get(&shred_id(bed, sealed)).await;
        body.is_none() && wraps.is_none() && key.unwrap().is_none()
    })
    .await;
}

/// Under which the note's shred key is kept.
fn shred_id(bed: &Bed, sealed: &Sealed) -> Vec<u8> {
    [&bed.tenant.as_bytes()[..], sealed.id.as_bytes()].concat()
}

/// The note's record.
async fn record(bed: &Bed, sealed: &Sealed) -> Value {
    let key = Key::point("note", &[&sealed.id.to_string()]);
    bed.stored(&key).await.unwrap()
}

/// How often the note was opened, by each who did.
async fn counted(bed: &Bed, sealed: &Sealed) -> Vec<u64> {
    let key = Key::point("note", &[&sealed.id.to_string()]);
    let note = bed.stored(&key).await.unwrap();
    let opened = note["o"].as_array().unwrap().iter();
    opened.map(|one| one["n"].as_u64().unwrap()).collect()
}

async fn authorise(person: &Person<'_>, sealed: &Sealed) -> Answer {
    person.post(&path(sealed, "authorise"), &json!({})).await
}

/// Both stages, with a fresh request.
async fn read(person: &Person<'_>, browser: &Browser, sealed: &Sealed) -> Option<String> {
    let authorised = authorise(person, sealed).await.ok();
    let jti = browser.entropy.bytes();
    let consent = browser.consent(&authorised, jti, authorised["now"].as_i64().unwrap());
    let released = person.post(&path(sealed, "open"), &consent).await.ok();
    browser.read(&authorised, &released)
}
