//! An installation's life, as the host tells it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use deskbridge::tenants::TenantState;

use super::bed::Bed;
use super::forged::{Forged, Place, Sign};
use super::wire::Body;

const FIRST: &str = "the first shared secret";
const SECOND: &str = "the second shared secret";

#[tokio::test]
async fn n43_a_signed_install_is_all_it_takes() {
    let bed = Bed::open().await;
    assert_eq!(bed.hook("acme", FIRST).await.status, 401);
    bed.install("acme", FIRST).await;
    assert_eq!(bed.hook("acme", FIRST).await.status, 200);
    let tenant = bed.tenant("acme").await.unwrap();
    assert_eq!(tenant.site.base_url, "https://acme.atlassian.net");
    assert_eq!(tenant.site.help_center(), "https://help.acme.example");
    assert_eq!(bed.events.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_replaced_secret_counts_for_ten_minutes_more() {
    let bed = Bed::open().await;
    bed.install("acme", FIRST).await;
    assert_eq!(bed.hook("acme", FIRST).await.status, 200);
    bed.install("acme", SECOND).await;
    for secret in [FIRST, SECOND] {
        assert_eq!(bed.hook("acme", secret).await.status, 200, "{secret}");
    }
    bed.clock.advance(Duration::from_secs(601));
    assert_eq!(bed.hook("acme", FIRST).await.status, 401);
    assert_eq!(bed.hook("acme", SECOND).await.status, 200);
}

#[tokio::test]
async fn uninstalling_keeps_the_tenant_and_reinstalling_finds_it() {
    let bed = Bed::open().await;
    bed.install("acme", FIRST).await;
    let before = bed.tenant("acme").await.unwrap();
    bed.clock.advance(Duration::from_secs(60));
    let left = bed.notice("uninstalled", "acme", FIRST).await;
    assert_eq!(left.status, 204);
    assert_eq!(bed.hook("acme", FIRST).await.status, 401);
    let gone = bed.tenant("acme").await.unwrap();
    let TenantState::Uninstalled { at, shred_at } = gone.state else {
        panic!("still {:?}", gone.state);
    };
    assert_eq!(shred_at.since(at), Duration::from_secs(30 * 86_400));
    bed.clock.advance(Duration::from_secs(29 * 86_400));
    bed.install("acme", SECOND).await;
    assert_eq!(bed.tenant("acme").await.unwrap().id, before.id);
    assert_eq!(bed.hook("acme", SECOND).await.status, 200);
    assert_eq!(bed.hook("acme", FIRST).await.status, 401);
}

#[tokio::test]
async fn after_retention_nobody_finds_the_old_tenant() {
    let bed = Bed::open().await;
    bed.install("acme", FIRST).await;
    let before = bed.tenant("acme").await.unwrap();
    bed.notice("uninstalled", "acme", FIRST).await;
    bed.clock.advance(Duration::from_secs(30 * 86_400));
    bed.install("acme", SECOND).await;
    assert_ne!(bed.tenant("acme").await.unwrap().id, before.id);
    assert_eq!(bed.hook("acme", SECOND).await.status, 200);
}

#[tokio::test]
async fn an_admin_switches_the_app_off_and_on() {
    let bed = Bed::open().await;
    bed.install("acme", FIRST).await;
    assert_eq!(bed.notice("disabled", "acme", FIRST).await.status, 204);
    assert_eq!(bed.hook("acme", FIRST).await.status, 403);
    assert_eq!(bed.notice("enabled", "acme", FIRST).await.status, 204);
    assert_eq!(bed.hook("acme", FIRST).await.status, 200);
}

#[tokio::test]
async fn an_install_sent_many_times_at_once_makes_one_tenant() {
    let bed = Arc::new(Bed::open().await);
    let all: Vec<_> = (0..8)
        .map(|_| {
            let bed = Arc::clone(&bed);
            tokio::spawn(async move { bed.notice("installed", "acme", FIRST).await.status })
        })
        .collect();
    let mut answers = Vec::new();
    for one in all {
        answers.push(one.await.unwrap());
    }
    // Whoever is overtaken again and again is told to come back; nobody is lied to.
    assert!(
        answers.iter().all(|s| [204, 409].contains(s)),
        "{answers:?}"
    );
    assert!(answers.contains(&204));
    assert_eq!(bed.hook("acme", FIRST).await.status, 200);
}

#[tokio::test]
async fn an_unknown_tenants_uninstall_changes_nothing() {
    let bed = Bed::open().await;
    let before = bed.commits();
    assert_eq!(bed.notice("uninstalled", "acme", FIRST).await.status, 204);
    assert_eq!(bed.commits(), before);
}

#[tokio::test]
async fn a_delivery_is_named_by_the_host_or_by_its_body() {
    let bed = Bed::open().await;
    bed.install("acme", FIRST).await;
    let named = Forged::hook(&bed, "acme", FIRST).header("x-atlassian-webhook-identifier", "a-1");
    assert_eq!(named.send(&bed).await.body, b"a-1");
    for odd in ["", "with space", &"x".repeat(129)] {
        let odd = Forged::hook(&bed, "acme", FIRST).header("x-atlassian-webhook-identifier", odd);
        let answer = odd
            .sized(Body::Chunked(b"Hello World!".to_vec()))
            .send(&bed)
            .await;
        assert_eq!(
            String::from_utf8(answer.body).unwrap(),
            "sha256:7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069"
        );
    }
}

#[tokio::test]
async fn a_page_gives_a_session_and_a_session_another() {
    let bed = Bed::open().await;
    bed.install("acme", FIRST).await;
    let page = Forged::page(&bed, "acme", FIRST).send(&bed).await;
    assert_eq!(page.status, 200, "{page:?}");
    assert_eq!(page.json()["issue"], "10101");
    let session = page.json()["session"].as_str().unwrap().to_owned();
    bed.clock.advance(Duration::from_secs(14 * 60));
    let renewed = Forged::session(&bed, session.clone()).send(&bed).await;
    assert_eq!(renewed.status, 200, "{renewed:?}");
    assert_eq!(renewed.json()["expiresAt"], bed.now() + 900);
    bed.clock.advance(Duration::from_secs(60));
    assert_eq!(Forged::session(&bed, session).send(&bed).await.status, 401);
    let later = renewed.json()["session"].as_str().unwrap().to_owned();
    assert_eq!(Forged::session(&bed, later).send(&bed).await.status, 200);
    let host = Forged::panel(&bed, "acme", FIRST).send(&bed).await;
    assert_eq!(host.status, 200, "{host:?}");
}

#[tokio::test]
async fn n20_a_visitor_who_is_not_logged_in_gets_no_session() {
    let bed = Bed::open().await;
    bed.install("acme", FIRST).await;
    let page = Forged::page(&bed, "acme", FIRST)
        .without("sub")
        .send(&bed)
        .await;
    assert_eq!(page.status, 200);
    assert!(page.json()["account"].is_null());
    assert!(page.json()["session"].is_null());
    let panel = Forged::panel(&bed, "acme", FIRST)
        .without("sub")
        .send(&bed)
        .await;
    assert_eq!(panel.problem().as_deref(), Some("unauthenticated"));
}

#[tokio::test]
async fn a_key_server_with_a_fault_means_try_again() {
    let bed = Bed::open().await;
    let mut signer = bed.signer.clone();
    signer.kid = super::bed::BROKEN_KEY.into();
    let install = Forged::notice(&bed, "installed", "acme", FIRST).signed(Sign::Rs(signer));
    assert_eq!(
        install.send(&bed).await.problem().as_deref(),
        Some("unavailable")
    );
    let fine = Forged::notice(&bed, "installed", "acme", FIRST).placed(Place::Header("JWT"));
    assert_eq!(fine.send(&bed).await.status, 204);
}
