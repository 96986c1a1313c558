//! Panel pages, and what panels ask.

use deskbridge_playground::token;
use serde_json::json;

use super::{
    ACME, GLOBEX, GONE, LOCKED, OFF, doubled, scene, session, wrong_lives, wrong_signatures,
};
use crate::door::forged::{Bind, Forged, Place, Sign, tampered};

#[tokio::test]
async fn forged_pages_are_refused() {
    let scene = scene().await;
    let bed = &scene.bed;
    let good = Forged::page(bed, "acme", ACME);
    let mut table = wrong_lives(bed, &good);
    table.extend(wrong_signatures(&good));
    table.extend([
        ("no hash", good.bound(Bind::Nothing)),
        ("a panel's token", good.bound(Bind::Context)),
        (
            "another issue",
            good.diverted("/panels/issue-activity?issue=10102&xdm_e=https%3A%2F%2Facme"),
        ),
        (
            "another surface",
            good.diverted("/panels/admin?issue=10101&xdm_e=https%3A%2F%2Facme"),
        ),
        (
            "a parameter added",
            good.diverted(&format!("{}&as=ada", good.target)),
        ),
        ("a token in the header too", good.placed(Place::Both)),
        ("a token in the header", good.placed(Place::Header("JWT"))),
        (
            "another tenant's secret",
            good.signed(Sign::Hs(GLOBEX.into())),
        ),
        (
            "an account that is ours alone",
            good.claim("sub", json!("team:10000")),
        ),
        ("a tenant that left", Forged::page(bed, "gone", GONE)),
    ]);
    scene.refuses(LOCKED, table).await;
    let off = Forged::page(bed, "off", OFF);
    let table = vec![("a tenant that is switched off", off)];
    scene.refuses("forbidden", table).await;
    scene.takes(&good).await;
}

#[tokio::test]
async fn odd_addresses_of_pages_are_refused_even_when_signed() {
    let scene = scene().await;
    let good = Forged::page(&scene.bed, "acme", ACME);
    let at = |target: &str| doubled(&good, target);
    let table = vec![
        (
            "an issue twice",
            at("/panels/issue-activity?issue=10101&issue=10102"),
        ),
        (
            "an issue twice, turned round",
            at("/panels/issue-activity?issue=2&issue=1").bound(Bind::To(
                "GET",
                "/panels/issue-activity?issue=1&issue=2".into(),
            )),
        ),
        (
            "a token twice",
            at("/panels/issue-activity?issue=10101&jwt=x"),
        ),
        (
            "bytes that are no text",
            at("/panels/issue-activity?issue=%ff"),
        ),
    ];
    scene.refuses(LOCKED, table).await;
    scene
        .refuses(
            "invalid",
            vec![
                ("no issue", at("/panels/issue-activity")),
                ("an issue's key", at("/panels/issue-activity?issue=ITH-1")),
            ],
        )
        .await;
    scene
        .refuses(
            "not-found",
            vec![
                ("no such surface", at("/panels/everything?issue=10101")),
                (
                    "an encoded surface",
                    at("/panels/issue%2Dactivity?issue=10101"),
                ),
                (
                    "a path around",
                    at("/panels/x/../issue-activity?issue=10101"),
                ),
                ("a path below", at("/panels/issue-activity/?issue=10101")),
            ],
        )
        .await;
    scene.takes(&good).await;
}

#[tokio::test]
async fn forged_panel_requests_are_refused() {
    let scene = scene().await;
    let bed = &scene.bed;
    let good = Forged::panel(bed, "acme", ACME);
    let mut table = wrong_lives(bed, &good);
    table.extend(wrong_signatures(&good));
    table.extend([
        ("a token bound to this request", good.bound(Bind::Request)),
        (
            "a token bound to a page",
            good.bound(Bind::To("GET", "/panels/admin".into())),
        ),
        ("no hash", good.bound(Bind::Nothing)),
        ("nobody logged in", good.without("sub")),
        ("an empty account", good.claim("sub", json!(""))),
        (
            "an issue's key",
            good.claim("context", json!({"jira": {"issue": {"id": "ITH-1"}}})),
        ),
        (
            "another tenant's secret",
            good.signed(Sign::Hs(GLOBEX.into())),
        ),
        ("in the query", good.placed(Place::Query)),
        (
            "a host's token as a session",
            good.placed(Place::Header("Bearer")),
        ),
        ("a tenant that left", Forged::panel(bed, "gone", GONE)),
    ]);
    scene.refuses(LOCKED, table).await;
    let off = Forged::panel(bed, "off", OFF);
    let table = vec![("a tenant that is switched off", off)];
    scene.refuses("forbidden", table).await;
    scene.takes(&good).await;
}

#[tokio::test]
async fn forged_sessions_are_refused() {
    let scene = scene().await;
    let bed = &scene.bed;
    let stranger = self::scene().await;
    let theirs = session(&stranger.bed, "acme", ACME).await;
    let good = Forged::session(bed, session(bed, "acme", ACME).await);
    let now = bed.now();
    let tenant = bed.tenant("acme").await.unwrap();
    let ours = json!({"iss": "deskbridge", "aud": tenant.id, "sub": "712020:niro",
        "surface": "issue-activity", "issue": "10101", "proved": now, "iat": now,
        "exp": now + 900, "jti": "0"});
    let session = |text: String| Forged::session(bed, text);
    let off = session(scene.off_session.clone());
    let table = vec![
        (
            "a session made with the tenant's secret",
            session(token::sign(&ours, ACME)),
        ),
        ("a session without algorithm", {
            let mut none = session(String::new()).signed(Sign::Nobody("none"));
            none.claims = ours.clone();
            none.bound(Bind::Nothing)
        }),
        ("a session of another bridge", session(theirs)),
        ("an old session", session(scene.old_session.clone())),
        (
            "a session of a tenant that left",
            session(scene.gone_session.clone()),
        ),
        ("a session with another account", off.bent(tampered)),
        (
            "a session as a host's token",
            off.placed(Place::Header("JWT")),
        ),
        ("no scheme", off.placed(Place::Header("Basic"))),
    ];
    scene.refuses(LOCKED, table).await;
    let table = vec![("a session of a tenant switched off", off)];
    scene.refuses("forbidden", table).await;
    scene.takes(&good).await;
}
