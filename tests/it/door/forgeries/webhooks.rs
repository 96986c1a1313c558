//! Events.

use deskbridge_playground::token;
use serde_json::json;

use super::{
    ACME, GLOBEX, GONE, LOCKED, OFF, STALE, doubled, scene, wrong_bindings, wrong_lives,
    wrong_signatures,
};
use crate::door::bed::{APP, BASE};
use crate::door::forged::{Forged, Place, Sign};
use crate::door::wire::Body;

#[tokio::test]
async fn forged_webhooks_are_refused() {
    let scene = scene().await;
    let bed = &scene.bed;
    let good = Forged::hook(bed, "acme", ACME);
    let ours = bed.now();
    // What we send to the host is signed with the same secret; it must not come back as theirs.
    let outgoing = json!({"iss": APP, "aud": ["acme"], "iat": ours, "exp": ours + 180,
        "qsh": token::of_target("POST", "/connect/webhook")});
    let mut table = wrong_lives(bed, &good);
    table.extend(wrong_signatures(&good));
    table.extend(wrong_bindings(&good));
    let key = |secret: &str| good.signed(Sign::Hs(secret.to_owned()));
    table.extend([
        ("another tenant's secret", key(GLOBEX)),
        ("an empty secret", key("")),
        ("a secret whose overlap is over", key(STALE)),
        ("an unknown tenant", Forged::hook(bed, "nobody", ACME)),
        (
            "in another tenant's name",
            Forged::hook(bed, "globex", ACME),
        ),
        ("a tenant that left", Forged::hook(bed, "gone", GONE)),
        (
            "switched off, and not even theirs",
            Forged::hook(bed, "off", ACME),
        ),
        (
            "the host's installation key",
            good.signed(Sign::Rs(bed.signer.clone())),
        ),
        (
            "a token of our own",
            good.signed(Sign::Raw(token::sign(&outgoing, ACME))),
        ),
        (
            "another audience",
            good.claim("aud", json!("https://other.example")),
        ),
        (
            "a session",
            good.signed(Sign::Raw(scene.off_session.clone())),
        ),
    ]);
    scene.refuses(LOCKED, table).await;
    let off = Forged::hook(bed, "off", OFF);
    let table = vec![("a tenant that is switched off", off)];
    scene.refuses("forbidden", table).await;
    scene.takes(&good).await;
    scene.takes(&good.claim("aud", json!([BASE]))).await;
}

#[tokio::test]
async fn odd_addresses_of_webhooks_are_refused_even_when_signed() {
    let scene = scene().await;
    let good = Forged::hook(&scene.bed, "acme", ACME);
    let table = vec![
        ("token in the query", good.placed(Place::Query)),
        ("a doubled name", doubled(&good, "/connect/webhook?a=1&a=2")),
        (
            "a doubled name, spelt twice",
            doubled(&good, "/connect/webhook?a=1&%61=2"),
        ),
        (
            "bytes that are no text",
            doubled(&good, "/connect/webhook?a=%ff"),
        ),
    ];
    scene.refuses(LOCKED, table).await;
    let encoded = good.diverted("/connect/%77ebhook");
    let table = vec![("an encoded path", encoded)];
    scene.refuses("not-found", table).await;
    let huge = good.sized(Body::Announced(26 * 1024 * 1024));
    let table = vec![("said to be too large", huge)];
    scene.refuses("too-large", table).await;
    scene.takes(&good).await;
}
