//! Secure notes from outside: through HTTP over a real store, with a Jira-compatible site beside
//! the bridge and browsers that seal with the product's own protocol.

mod bed;
pub mod browser;
mod creating;
mod elsewhere;
mod ending;
mod hidden;
mod leaving;
mod letting_in;
mod reading;
mod telling;

use deskbridge::ids::AccountId;
use deskbridge::seal::Fill;
use serde_json::{Value, json};

use self::bed::{Answer, Person};
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
