//! Scenarios of grants: a chain as a reader meets it, and a record as the server takes it.

use serde_json::{Value, json};

use super::making::{Making, Wrapping, wrap_sha};
use super::people::{Jws, NOW, Person, histories};
use super::reads::{Cast, cast};
use super::scenario::{Scenario, scenario};

/// Nero, named from the start, was let in later; he reads.
struct Late {
    cast: Cast,
    making: Making,
    grants: Vec<Jws>,
    wrap: Value,
    reader: Person,
}

impl Late {
    /// Filled by Jonathan, a fellow reader.
    fn new(label: &str, change: impl FnOnce(&Cast, &mut Making)) -> Self {
        let cast = cast();
        let mut making = cast.note(label);
        change(&cast, &mut making);
        let (fill, wrap) = making.fill(&[], &cast.jonathan, &cast.nero);
        let reader = cast.nero.clone();
        Self {
            cast,
            making,
            grants: vec![fill],
            wrap,
            reader,
        }
    }

    fn reading(&self) -> Value {
        let people = self.cast.all();
        let mut reading = self.making.reading(
            &self.reader,
            &people,
            &[&self.cast.niro, &self.cast.jonathan],
        );
        reading["answer"]["recipients"]
            .as_array_mut()
            .unwrap()
            .push(self.wrap.clone());
        reading["answer"]["grants"] = self
            .grants
            .iter()
            .map(|grant| json!(grant.compact()))
            .collect();
        reading
    }

    /// The only grant again, with another payload.
    fn again(&mut self, by: &Person, about: Value) {
        self.grants = vec![self.making.grant(&[], by, about)];
    }
}

fn late(name: &str, expect: &'static str, about: &str, change: impl FnOnce(&mut Late)) -> Scenario {
    let mut late = Late::new(name, |_, _| {});
    change(&mut late);
    scenario(
        "read",
        &format!("grant-{name}"),
        expect,
        about,
        late.reading(),
    )
}

/// The grant's payload is changed before it is signed.
fn payload(
    name: &str,
    expect: &'static str,
    about: &str,
    change: impl FnOnce(&mut Value),
) -> Scenario {
    late(name, expect, about, |late| {
        let mut value = serde_json::from_str(&late.grants[0].payload).unwrap();
        change(&mut value);
        late.grants[0] = Jws::new("deskbridge-grant", &late.cast.jonathan.keys[0], &value);
    })
}

pub fn all() -> Vec<Scenario> {
    [
        good(),
        chains(),
        rights(),
        drops(),
        appended(),
        not_appended(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn opened(mut scenario: Scenario, late_open: &str, text: &str) -> Scenario {
    scenario.vector["output"] = json!({"text": text, "open": late_open, "files": []});
    scenario
}

fn good() -> Vec<Scenario> {
    let fill = Late::new("fill", |_, _| {});
    let mut team = Late::new("team", |cast, making| {
        making.note()["readers"] = json!([cast.jonathan.account, "team:10000"]);
    });
    let (record, wrap) = team.making.fill(&[], &team.cast.kofi, &team.cast.nero);
    (team.grants, team.wrap) = (vec![record], wrap);

    let mut granted = Late::new("granted", |_, _| {});
    granted.reader = granted.cast.kofi.clone();
    let named = json!({"act": "grant", "a": granted.reader.account});
    granted.grants.push(
        granted
            .making
            .grant(&granted.grants, &granted.cast.niro, named),
    );
    let (record, wrap) =
        granted
            .making
            .fill(&granted.grants, &granted.cast.nero, &granted.cast.kofi);
    granted.grants.push(record);
    granted.wrap = wrap;
    let case = |name: &str, about: &str, late: &Late| {
        let scenario = scenario(
            "read",
            &format!("grant-{name}"),
            "ok",
            about,
            late.reading(),
        );
        opened(
            scenario,
            &late.making.open(),
            &format!("{name}: the code is 4711"),
        )
    };
    vec![
        case(
            "fill",
            "A fellow reader let in a named reader's first key.",
            &fill,
        ),
        case("team", "An agent of a named team let in another.", &team),
        case(
            "granted",
            "The author names a reader; a fellow reader fills.",
            &granted,
        ),
    ]
}

fn chains() -> Vec<Scenario> {
    vec![
        payload("gap", "chain", "The first record is number 2.", |p| {
            p["n"] = json!(2);
        }),
        payload("stale-prev", "chain", "`prev` is not the seal.", |p| {
            p["prev"] = p["hh"].clone();
        }),
        payload(
            "n30-of-another-note",
            "note",
            "A record of another note.",
            |p| p["hh"] = p["prev"].clone(),
        ),
        late(
            "withheld",
            "chain",
            "The first of two records is withheld.",
            |late| {
                let (second, wrap) =
                    late.making
                        .fill(&late.grants, &late.cast.jonathan, &late.cast.nero);
                (late.grants, late.wrap) = (vec![second], wrap);
            },
        ),
        late("repeated", "chain", "The same record twice.", |late| {
            late.grants.push(late.grants[0].clone());
        }),
        late(
            "signed-by-another",
            "signature",
            "Signed by another key than it names.",
            |late| {
                late.grants[0].key = late.cast.niro.keys[0].signing.clone();
            },
        ),
        late(
            "kid-of-another",
            "key",
            "Signed by a key of another account than `by`.",
            |late| {
                let secret = &late.cast.kofi.keys[0];
                late.grants[0].header["kid"] = json!(secret.kid);
                late.grants[0].key = secret.signing.clone();
            },
        ),
        late("typ", "typ", "A record signed as a seal.", |late| {
            late.grants[0].header["typ"] = json!("deskbridge-seal");
        }),
        late(
            "wrap-hash",
            "wrap-hash",
            "Another wrap than the record names.",
            |late| {
                late.wrap = late.making.wraps(&[&late.cast.niro]).remove(0);
                late.wrap["kid"] = json!(late.cast.nero.keys[0].kid);
            },
        ),
        payload(
            "fill-without-wrap",
            "member",
            "A fill without the wrap's hash.",
            |p| {
                p.as_object_mut().unwrap().remove("wrap");
            },
        ),
        payload("act", "member", "An act that nobody knows.", |p| {
            p["act"] = json!("lend");
        }),
        payload("drop-with-key", "member", "A drop that names a key.", |p| {
            p["act"] = json!("drop");
        }),
        payload(
            "unknown-member",
            "member",
            "A member that nobody knows.",
            |p| p["x"] = json!(1),
        ),
    ]
}

fn rights() -> Vec<Scenario> {
    let mut author_only = Late::new("fill-by-reader-forbidden", |_, making| {
        making.note()["fill"] = json!("author");
    });
    author_only.grants = vec![
        author_only
            .making
            .fill(&[], &author_only.cast.jonathan, &author_only.cast.nero)
            .0,
    ];
    vec![
        scenario(
            "read",
            "grant-fill-by-reader-forbidden",
            "right",
            "A reader fills where only the author may.",
            author_only.reading(),
        ),
        late(
            "fill-by-a-stranger",
            "right",
            "Somebody not named fills.",
            |late| {
                let (record, wrap) = late.making.fill(&[], &late.cast.kofi, &late.cast.nero);
                (late.grants, late.wrap) = (vec![record], wrap);
            },
        ),
        late(
            "fill-for-a-stranger",
            "right",
            "A fill for somebody not named.",
            |late| {
                late.reader = late.cast.kofi.clone();
                let (record, wrap) = late.making.fill(&[], &late.cast.jonathan, &late.cast.kofi);
                (late.grants, late.wrap) = (vec![record], wrap);
            },
        ),
        late(
            "by-a-reader",
            "right",
            "A reader names a new reader.",
            |late| {
                let (jonathan, kofi) = (late.cast.jonathan.clone(), late.cast.kofi.account.clone());
                late.again(&jonathan, json!({"act": "grant", "a": kofi}));
            },
        ),
        late(
            "of-a-reader",
            "right",
            "The author names a reader who is one.",
            |late| {
                let (niro, nero) = (late.cast.niro.clone(), late.cast.nero.account.clone());
                late.again(&niro, json!({"act": "grant", "a": nero}));
            },
        ),
    ]
}

fn drops() -> Vec<Scenario> {
    vec![
        late(
            "drop-by-a-reader",
            "right",
            "A reader drops another.",
            |late| {
                let (jonathan, nero) = (late.cast.jonathan.clone(), late.cast.nero.account.clone());
                late.again(&jonathan, json!({"act": "drop", "a": nero}));
            },
        ),
        late(
            "drop-of-the-author",
            "right",
            "The author is dropped.",
            |late| {
                let niro = late.cast.niro.clone();
                late.again(&niro, json!({"act": "drop", "a": niro.account}));
            },
        ),
        late("dropped", "reader", "A reader who was dropped.", |late| {
            let about = json!({"act": "drop", "a": late.cast.nero.account});
            late.grants
                .push(late.making.grant(&late.grants, &late.cast.niro, about));
        }),
        late(
            "filled-after-drop",
            "right",
            "A fill for somebody who was dropped.",
            |late| {
                let about = json!({"act": "drop", "a": late.cast.nero.account});
                late.grants = vec![late.making.grant(&[], &late.cast.niro, about)];
                late.grants.push(
                    late.making
                        .fill(&late.grants, &late.cast.jonathan, &late.cast.nero)
                        .0,
                );
            },
        ),
    ]
}

/// A fill of Nero's key by Jonathan, as it is posted.
fn posted(making: &Making, cast: &Cast) -> Value {
    let (fill, wrap) = making.fill(&[], &cast.jonathan, &cast.nero);
    json!({
        "protected": making.protected(),
        "seal": making.seal().compact(),
        "grants": [],
        "grant": fill.compact(),
        "wrap": wrap,
        "histories": histories(&cast.all()),
        "now": NOW + 60,
    })
}

fn post(
    name: &str,
    expect: &'static str,
    about: &str,
    change: impl FnOnce(&Cast, &Making, &mut Value),
) -> Scenario {
    let cast = cast();
    let making = cast.note(name);
    let mut input = posted(&making, &cast);
    change(&cast, &making, &mut input);
    scenario("append", name, expect, about, input)
}

fn appended() -> Vec<Scenario> {
    let named = |cast: &Cast| json!([cast.niro.account, cast.nero.account, cast.jonathan.account]);
    vec![
        post(
            "fill",
            "ok",
            "A fellow reader lets in a named reader's first key.",
            |cast, making, input| {
                let (fill, _) = making.fill(&[], &cast.jonathan, &cast.nero);
                let mut all = named(cast);
                all.as_array_mut().unwrap().sort_by_key(ToString::to_string);
                input["output"] = json!({"n": 1, "sha": fill.sha(), "named": all});
            },
        ),
        post(
            "grant-without-key",
            "ok",
            "The author names a reader who was never here.",
            |cast, making, input| {
                let about = json!({"act": "grant", "a": "qm:8d5d:ana"});
                let grant = making.grant(&[], &cast.niro, about);
                input["grant"] = json!(grant.compact());
                input["wrap"] = json!(null);
                let all = json!([
                    cast.nero.account,
                    cast.niro.account,
                    "qm:8d5d:ana",
                    cast.jonathan.account
                ]);
                input["output"] = json!({"n": 1, "sha": grant.sha(), "named": all});
            },
        ),
    ]
}

fn not_appended() -> Vec<Scenario> {
    vec![
        post(
            "stale",
            "chain",
            "Somebody else's record came first.",
            |cast, making, input| {
                let other =
                    making.grant(&[], &cast.niro, json!({"act": "grant", "a": "qm:8d5d:ana"}));
                input["grants"] = json!([other.compact()]);
            },
        ),
        post(
            "wrapped-already",
            "right",
            "The key has a wrap.",
            |cast, _, input| {
                input["wrapped"] = json!([cast.nero.keys[0].kid]);
            },
        ),
        post(
            "wrap-of-another-hash",
            "wrap-hash",
            "The wrap sent is not the one named.",
            |cast, making, input| {
                let mut other = making.wraps(&[&cast.niro]).remove(0);
                other["kid"] = json!(cast.nero.keys[0].kid);
                input["wrap"] = other;
            },
        ),
        post(
            "wrap-missing",
            "wrap-hash",
            "No wrap is sent.",
            |_, _, input| input["wrap"] = json!(null),
        ),
        post(
            "key-of-another",
            "key",
            "The key is not of the account that is let in.",
            |cast, making, input| {
                let wrap = Wrapping::new(making, &cast.nero.account, &cast.kofi.keys[0]).sealed();
                let about = json!({"act": "fill", "a": cast.nero.account, "kid": wrap["kid"], "wrap": wrap_sha(&wrap)});
                input["grant"] = json!(making.grant(&[], &cast.jonathan, about).compact());
                input["wrap"] = wrap;
            },
        ),
        post(
            "key-retired",
            "key",
            "The key has ended.",
            |cast, _, input| input["retired"] = json!([cast.nero.keys[0].kid]),
        ),
        post(
            "signer-retired",
            "key",
            "The signer's key has ended.",
            |cast, _, input| {
                input["retired"] = json!([cast.jonathan.keys[0].kid]);
            },
        ),
        post(
            "late",
            "time",
            "Signed 301 seconds before.",
            |_, _, input| input["now"] = json!(NOW + 301),
        ),
        post(
            "early",
            "time",
            "Signed 301 seconds ahead.",
            |_, _, input| input["now"] = json!(NOW - 301),
        ),
    ]
}
