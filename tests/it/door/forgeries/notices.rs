//! What a host says of an installation.

use deskbridge_playground::token::Signer;
use serde_json::{Value, json};

use super::{ACME, GLOBEX, GONE, LOCKED, scene, wrong_bindings, wrong_lives, wrong_signatures};
use crate::door::bed::{self, APP, BASE, payload};
use crate::door::forged::{Bind, Forged, Place, Sign};
use crate::door::wire::Body;

fn named(signer: &Signer, kid: &str) -> Sign {
    let mut signer = signer.clone();
    signer.kid = kid.to_owned();
    Sign::Rs(signer)
}

#[tokio::test]
async fn forged_installations_are_refused() {
    let scene = scene().await;
    let bed = &scene.bed;
    let good = Forged::notice(bed, "installed", "new", ACME);
    let confused = |header: Value| Sign::Headed(header, bed.signer.public_pem().into_bytes());
    let header = |alg: &str| json!({"typ": "JWT", "alg": alg, "kid": bed.signer.kid});
    let mut table = wrong_lives(bed, &good);
    table.extend(wrong_signatures(&good));
    table.extend(wrong_bindings(&good));
    let signed = |sign: Sign| good.signed(sign);
    table.extend([
        ("HMAC with a guess", signed(Sign::Hs("guess".into()))),
        (
            "HMAC with the public key",
            signed(confused(header("HS256"))),
        ),
        ("HMAC said to be RSA", signed(confused(header("RS256")))),
        ("another algorithm", signed(confused(header("HS512")))),
        ("a stranger's key", signed(Sign::Rs(Signer::generate()))),
        (
            "a stranger's key under a known name",
            signed(named(&Signer::generate(), &bed.signer.kid)),
        ),
    ]);
    scene.refuses(LOCKED, table).await;
    scene.takes(&good).await;
}

#[tokio::test]
async fn keys_of_installations_come_from_the_hosts_key_server_alone() {
    let scene = scene().await;
    let bed = &scene.bed;
    let good = Forged::notice(bed, "installed", "new", ACME);
    let signed = |sign: Sign| good.signed(sign);
    let table = vec![
        (
            "a key name with a path",
            signed(named(&bed.signer, &format!("x/../{}", bed.signer.kid))),
        ),
        (
            "a key name with an encoded path",
            signed(named(&bed.signer, &format!("%2e%2e%2f{}", bed.signer.kid))),
        ),
        (
            "a key name that is an address",
            signed(named(&bed.signer, "http://evil.example/key")),
        ),
        (
            "a key name with a query",
            signed(named(&bed.signer, &format!("{}?x", bed.signer.kid))),
        ),
        ("an empty key name", signed(named(&bed.signer, ""))),
        (
            "a key answered as a page",
            signed(named(&bed.signer, bed::HTML_KEY)),
        ),
        (
            "a key that does not end",
            signed(named(&bed.signer, bed::ENDLESS_KEY)),
        ),
    ];
    scene.refuses(LOCKED, table).await;
    let elsewhere = signed(named(&bed.signer, bed::REDIRECTED_KEY));
    let table = vec![("a key answered elsewhere", elsewhere)];
    scene.refuses("unavailable", table).await;
    scene.takes(&good).await;
}

#[tokio::test]
async fn installations_meant_for_others_are_refused() {
    let scene = scene().await;
    let good = Forged::notice(&scene.bed, "installed", "new", ACME);
    let table = vec![
        ("no audience", good.without("aud")),
        (
            "another app's audience",
            good.claim("aud", json!(["https://other.example"])),
        ),
        (
            "an audience that begins like ours",
            good.claim("aud", json!(format!("{BASE}.evil.example"))),
        ),
        ("the app's key as audience", good.claim("aud", json!(APP))),
        (
            "an issuer that is not the body's",
            good.claim("iss", json!("acme")),
        ),
        ("sent to uninstalled", good.diverted("/connect/uninstalled")),
        ("sent to the webhook", good.diverted("/connect/webhook")),
        ("token in the query", good.placed(Place::Query)),
        ("token twice", good.placed(Place::Both)),
        ("two headers", good.header("authorization", "JWT x")),
        ("as a session", good.placed(Place::Header("Bearer"))),
    ];
    scene.refuses(LOCKED, table).await;
    scene.takes(&good).await;
}

#[tokio::test]
async fn bodies_of_installations_are_not_believed() {
    let scene = scene().await;
    let bed = &scene.bed;
    let good = Forged::notice(bed, "installed", "new", ACME);
    let with = |field: &str, value: Value| {
        let mut body = payload("installed", "new", ACME);
        body[field] = value;
        good.body(&body)
    };
    let huge = vec![b' '; 65 * 1024];
    scene
        .refuses(
            "invalid",
            vec![
                ("another app", with("key", json!("other"))),
                ("another notice", with("eventType", json!("uninstalled"))),
                ("no secret", with("sharedSecret", json!(null))),
                ("an empty secret", with("sharedSecret", json!(""))),
                (
                    "a site in our own network",
                    with("baseUrl", json!("http://127.0.0.1:6379")),
                ),
                (
                    "the cloud's metadata",
                    with("baseUrl", json!("http://169.254.169.254/latest")),
                ),
                (
                    "a site that looks allowed",
                    with("baseUrl", json!("https://acme.atlassian.net.evil.example")),
                ),
                (
                    "a site with a user",
                    with("baseUrl", json!("https://acme.atlassian.net@evil.example")),
                ),
                (
                    "a body that is not JSON",
                    good.sized(Body::Sized(b"{".to_vec())),
                ),
            ],
        )
        .await;
    scene
        .refuses(
            LOCKED,
            vec![("another tenant's body", with("clientKey", json!("globex")))],
        )
        .await;
    scene
        .refuses(
            "too-large",
            vec![
                ("too large", good.sized(Body::Sized(huge.clone()))),
                ("too large in pieces", good.sized(Body::Chunked(huge))),
                ("said to be too large", good.sized(Body::Announced(1 << 40))),
            ],
        )
        .await;
    scene.takes(&good).await;
}

#[tokio::test]
async fn forged_notices_of_other_kinds_are_refused() {
    let scene = scene().await;
    let bed = &scene.bed;
    let left = Forged::notice(bed, "uninstalled", "acme", ACME);
    let off = Forged::notice(bed, "disabled", "acme", ACME);
    let other = payload("uninstalled", "globex", ACME);
    scene
        .refuses(
            LOCKED,
            vec![
                (
                    "uninstalled by the shared secret",
                    left.signed(Sign::Hs(ACME.into())),
                ),
                (
                    "uninstalled for another app",
                    left.claim("aud", json!(["x"])),
                ),
                ("uninstalled for another tenant", left.body(&other)),
                (
                    "disabled by the host's key",
                    off.signed(Sign::Rs(bed.signer.clone())),
                ),
                (
                    "disabled by another tenant",
                    off.signed(Sign::Hs(GLOBEX.into())),
                ),
                (
                    "disabled in another's name",
                    off.body(&payload("disabled", "globex", ACME)),
                ),
                ("disabled by a panel's token", off.bound(Bind::Context)),
                (
                    "enabled after it left",
                    Forged::notice(bed, "enabled", "gone", GONE),
                ),
                (
                    "enabled with the token for disabled",
                    off.diverted("/connect/enabled"),
                ),
            ],
        )
        .await;
    scene.takes(&left).await;
}
