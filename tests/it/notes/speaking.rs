//! In whose name people are told, and in which language.

use std::time::Duration;

use deskbridge::app::config::StoreKind;
use deskbridge_playground::{Fault, Moment, site};

use super::bed::{Bed, Person};
use super::browser::Browser;
use super::shared;
use crate::harness::on_each_store;

on_each_store!(
    n14_the_comment_bears_its_authors_name_where_the_host_allows_it,
    n14_the_app_tells_what_its_author_cannot,
    n40_a_token_refused_half_way_leaves_one_comment,
    n40_a_comment_in_the_authors_name_is_found_again_by_a_retry,
    n15_the_comment_is_in_the_language_of_the_site,
);

const TOKENS: &str = "/oauth2/token";
const COMMENT: &str = "/rest/api/3/issue/*/comment";

fn fault(path: &str, status: u16, times: Option<u32>) -> Fault {
    Fault {
        method: Some("POST".to_owned()),
        path: Some(path.to_owned()),
        status: Some(status),
        times,
        ..Fault::default()
    }
}

/// Shares a note and gives the account that told of it, once that is written down as done.
async fn teller(bed: &Bed, author: &Person<'_>, browser: &Browser, reader: &str) -> String {
    let before = bed.comments("ITH-1").len();
    let note = shared(author, browser, &[&bed.account(reader)]).await;
    let key = deskbridge::store::Key::point("note", &[&note.id.to_string()]);
    bed.patiently("it is announced", async || {
        let record = bed.stored(&key).await.unwrap();
        !record["s"]["live"]["n"]["done"].is_null()
    })
    .await;
    let comments = bed.comments("ITH-1");
    assert_eq!(comments.len(), before + 1, "told once");
    comments[before].author.clone()
}

async fn n14_the_comment_bears_its_authors_name_where_the_host_allows_it(on: StoreKind) {
    let bed = Bed::start(on).await;
    let niro = bed.person("niro", "ITH-1");
    let browser = niro.browser().await;
    for reader in ["nero", "jonathan"] {
        let told = teller(&bed, &niro, &browser, reader).await;
        assert_eq!(told, niro.account.as_str(), "{reader}");
    }
    let shown: Vec<_> = bed.comments("ITH-1").iter().map(|c| c.public).collect();
    assert_eq!(shown, [false, true]);

    // The token is kept while it lives, and no longer.
    bed.host.set_faults(vec![fault(TOKENS, 500, None)]);
    let told = teller(&bed, &niro, &browser, "nero").await;
    assert_eq!(told, niro.account.as_str());
    bed.advance(Duration::from_secs(15 * 60));
    let later = bed.person("niro", "ITH-1");
    let told = teller(&bed, &later, &browser, "nero").await;
    assert_eq!(told, bed.host.account("app"));
}

async fn n14_the_app_tells_what_its_author_cannot(on: StoreKind) {
    let bed = Bed::start(on).await;
    let app = bed.host.account("app");
    // A portal-only customer, and one whom the host lets write nothing outside the portal.
    for slug in ["jonathan", "ana"] {
        let author = bed.person(slug, "ITH-1");
        let browser = author.browser().await;
        assert_eq!(teller(&bed, &author, &browser, "nero").await, app, "{slug}");
    }
    // The host gives no token: the app has no leave, or there is no such client.
    let niro = bed.person("niro", "ITH-1");
    let browser = niro.browser().await;
    for status in [400, 401, 403, 503] {
        bed.host.set_faults(vec![fault(TOKENS, status, None)]);
        let told = teller(&bed, &niro, &browser, "nero").await;
        assert_eq!(told, app, "{status}");
    }
}

async fn n40_a_token_refused_half_way_leaves_one_comment(on: StoreKind) {
    let bed = Bed::start(on).await;
    let niro = bed.person("niro", "ITH-1");
    let browser = niro.browser().await;
    let own = niro.account.to_string();
    let app = bed.host.account("app");
    // Refused once: a fresh token is asked for. Refused again, or not allowed: the app tells.
    for (status, times, expected) in [(401, 1, &own), (401, 2, &app), (403, 1, &app)] {
        bed.host
            .set_faults(vec![fault(COMMENT, status, Some(times))]);
        let told = teller(&bed, &niro, &browser, "nero").await;
        assert_eq!(&told, expected, "{status} {times}");
    }
}

async fn n40_a_comment_in_the_authors_name_is_found_again_by_a_retry(on: StoreKind) {
    let bed = Bed::start(on).await;
    let niro = bed.person("niro", "ITH-1");
    let browser = niro.browser().await;
    let cut = Fault {
        reset: true,
        status: None,
        moment: Moment::After,
        ..fault(COMMENT, 0, Some(1))
    };
    bed.host.set_faults(vec![cut]);
    let told = teller(&bed, &niro, &browser, "nero").await;
    assert_eq!(told, niro.account.as_str());
}

async fn n15_the_comment_is_in_the_language_of_the_site(on: StoreKind) {
    for (locale, expected) in [
        (
            "de_DE",
            "Niro Feldmann hat eine sichere Notiz mit Nero Okafor geteilt. \
             Klicken Sie auf Secure Notes, um sie zu lesen.",
        ),
        (
            "fr_FR",
            "Niro Feldmann has shared a secure note with Nero Okafor. \
             Please click on Secure Notes to view it.",
        ),
    ] {
        let bed = Bed::start(on).await;
        let set = bed.host.change(|site| {
            site.locale = locale.to_owned();
            Ok::<_, ()>(((), Vec::new()))
        });
        set.unwrap();
        // What the site says of the app is asked again after ten minutes.
        bed.advance(std::time::Duration::from_secs(601));
        let niro = bed.person("niro", "ITH-1");
        let browser = niro.browser().await;
        teller(&bed, &niro, &browser, "nero").await;
        let text = site::to_text(&bed.comments("ITH-1")[0].body).replace('@', "");
        assert_eq!(text.trim(), expected);
    }
}
