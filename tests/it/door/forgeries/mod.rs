//! Forged requests. Every one is refused, with the problem it should have, and leaves no trace in
//! the store. Each route also gets the request that nothing is wrong with, and takes it: so it is
//! the one bent part that is refused.

mod notices;
mod panels;
mod webhooks;

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;

use super::bed::Bed;
use super::forged::{Bind, Forged, Place, Sign, tampered};

const ACME: &str = "the shared secret of acme";
const GLOBEX: &str = "the shared secret of globex";
const STALE: &str = "the secret before the last";
const OFF: &str = "the secret of a disabled tenant";
const GONE: &str = "the secret of one that left";

type Table = Vec<(&'static str, Forged)>;

/// Tenants `acme` (whose secret was rotated long ago), `globex`, `off` and `gone`, and a session
/// of each of the last two from before they were.
struct Scene {
    bed: Bed,
    off_session: String,
    gone_session: String,
    old_session: String,
}

async fn session(bed: &Bed, client: &str, secret: &str) -> String {
    let page = Forged::page(bed, client, secret).send(bed).await;
    page.json()["session"].as_str().unwrap().to_owned()
}

async fn scene() -> Scene {
    let bed = Bed::open().await;
    bed.install("acme", STALE).await;
    let old_session = session(&bed, "acme", STALE).await;
    bed.install("acme", ACME).await;
    bed.clock.advance(Duration::from_secs(16 * 60));
    for (client, secret) in [("globex", GLOBEX), ("off", OFF), ("gone", GONE)] {
        bed.install(client, secret).await;
    }
    let off_session = session(&bed, "off", OFF).await;
    let gone_session = session(&bed, "gone", GONE).await;
    assert_eq!(bed.notice("disabled", "off", OFF).await.status, 204);
    assert_eq!(bed.notice("uninstalled", "gone", GONE).await.status, 204);
    Scene {
        bed,
        off_session,
        gone_session,
        old_session,
    }
}

impl Scene {
    async fn refuses(&self, problem: &str, table: Table) {
        let before = (self.bed.commits(), self.bed.events.load(Ordering::SeqCst));
        for (what, forged) in table {
            let answer = forged.send(&self.bed).await;
            assert_eq!(
                answer.problem().as_deref(),
                Some(problem),
                "{what}: {} {}",
                answer.status,
                String::from_utf8_lossy(&answer.body)
            );
            let after = (self.bed.commits(), self.bed.events.load(Ordering::SeqCst));
            assert_eq!(after, before, "{what} left a trace");
        }
    }

    async fn takes(&self, forged: &Forged) {
        let answer = forged.send(&self.bed).await;
        assert!(answer.status < 300, "{answer:?}");
    }
}

const LOCKED: &str = "unauthenticated";

fn wrong_lives(bed: &Bed, good: &Forged) -> Table {
    let now = bed.now();
    vec![
        ("no expiry", good.without("exp")),
        ("empty expiry", good.claim("exp", json!(null))),
        ("expired", good.claim("exp", json!(now))),
        ("issued in the future", good.claim("iat", json!(now + 120))),
        ("valid in the future", good.claim("nbf", json!(now + 120))),
        ("without an issuer", good.without("iss")),
    ]
}

fn wrong_signatures(good: &Forged) -> Table {
    vec![
        ("no token", good.placed(Place::Nowhere)),
        ("no algorithm", good.signed(Sign::Nobody("none"))),
        (
            "no algorithm, spelt oddly",
            good.signed(Sign::Nobody("nOnE")),
        ),
        ("claims changed", good.bent(tampered)),
        (
            "signature cut off",
            good.bent(|token| {
                let end = token.rfind('.').unwrap();
                token[..=end].to_owned()
            }),
        ),
        ("a fourth part", good.bent(|token| format!("{token}.AAAA"))),
        ("no token at all", good.bent(|_| "x".to_owned())),
        (
            "an endless token",
            good.bent(|token| token.to_owned() + &"A".repeat(12_000)),
        ),
    ]
}

fn wrong_bindings(good: &Forged) -> Table {
    vec![
        ("no hash", good.bound(Bind::Nothing)),
        ("bound to nothing", good.bound(Bind::Context)),
        (
            "bound to another method",
            good.bound(Bind::To("PUT", good.target.clone())),
        ),
        (
            "bound to another path",
            good.bound(Bind::To(good.method, "/".to_owned())),
        ),
        (
            "with a query added",
            good.diverted(&format!("{}?x=1", good.target)),
        ),
    ]
}

/// A request whose token is bound to it, however odd it is.
fn doubled(good: &Forged, target: &str) -> Forged {
    let mut out = good.clone();
    out.target = target.to_owned();
    out
}
