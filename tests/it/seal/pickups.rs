//! Scenarios of codes: the record by which an author gives one, and the fill that it signs.

use deskbridge::seal::{Kid, base64};
use serde_json::{Value, json};

use super::making::{Making, Wrapping, wrap_sha};
use super::people::{Jws, NOW, Person, Secret, histories, seeded, sha_text};
use super::reads::{Cast, cast};
use super::scenario::{Scenario, scenario};

/// A code for `a`, made step by step from the specification.
#[derive(Clone)]
pub struct Code {
    pub secret: Secret,
    pub salt: [u8; 16],
    a: String,
}

fn kid_of(hh: &str, a: &str, secret: &Secret, salt: &[u8; 16]) -> Kid {
    let length = u16::try_from(a.len()).unwrap().to_be_bytes();
    let kid = sha_text(&[
        b"deskbridge-note/1 pickup\0",
        &base64::decode(hh).unwrap(),
        &length,
        a.as_bytes(),
        &secret.enc,
        &secret.sig_point(),
        salt,
    ]);
    Kid::parse(&kid).unwrap()
}

impl Code {
    pub fn new(label: &str, making: &Making, a: &Person) -> Self {
        let mut secret = Secret::of(&format!("{label} code"));
        let salt = seeded(&format!("{label} code salt"));
        secret.kid = kid_of(&making.hh(), &a.account, &secret, &salt);
        let a = a.account.clone();
        Self { secret, salt, a }
    }

    fn wrap(&self, making: &Making) -> Value {
        Wrapping::new(making, &self.a, &self.secret).sealed()
    }

    /// What the record says besides what every record says.
    fn about(&self, making: &Making) -> Value {
        json!({
            "act": "pickup",
            "a": self.a,
            "kid": self.secret.kid,
            "wrap": wrap_sha(&self.wrap(making)),
            "enc": base64::encode(&self.secret.enc),
            "sig": base64::encode(&self.secret.sig_point()),
            "salt": base64::encode(&self.salt),
        })
    }

    /// A fill of the key of `to` at `at`, signed by the code.
    fn fill(&self, making: &Making, before: &[Jws], to: &Person, at: usize) -> (Jws, Value) {
        let wrap = Wrapping::new(making, &to.account, &to.keys[at]).sealed();
        let about =
            json!({"act": "fill", "a": to.account, "kid": wrap["kid"], "wrap": wrap_sha(&wrap)});
        (self.signed(making, before, to, about), wrap)
    }

    /// A record in the name of `by`, signed by the code.
    fn signed(&self, making: &Making, before: &[Jws], by: &Person, about: Value) -> Jws {
        let record = making.grant(before, by, about);
        let payload = serde_json::from_str(&record.payload).unwrap();
        Jws::new("deskbridge-grant", &self.secret, &payload)
    }
}

/// A note of Niro, who gave Nero a code; Nero filled his key by it, and reads.
struct Given {
    cast: Cast,
    making: Making,
    code: Code,
    grants: Vec<Jws>,
    wrap: Value,
}

impl Given {
    fn new(label: &str, change: impl FnOnce(&mut Cast, &mut Making)) -> Self {
        let mut cast = cast();
        let mut making = cast.note(label);
        change(&mut cast, &mut making);
        let code = Code::new(label, &making, &cast.nero);
        let given = making.grant(&[], &cast.niro, code.about(&making));
        let (fill, wrap) = code.fill(&making, std::slice::from_ref(&given), &cast.nero, 0);
        Self {
            grants: vec![given, fill],
            cast,
            making,
            code,
            wrap,
        }
    }

    /// Adds a record of `by`.
    fn then(&mut self, by: &Person, about: Value) {
        let next = self.making.grant(&self.grants, by, about);
        self.grants.push(next);
    }

    /// Adds the fill of Nero's first key by `code`.
    fn filled_by(&mut self, code: &Code) {
        let (fill, wrap) = code.fill(&self.making, &self.grants, &self.cast.nero, 0);
        self.grants.push(fill);
        self.wrap = wrap;
    }

    /// The payload of the last record is changed before it is signed.
    fn last(&mut self, secret: &Secret, change: impl FnOnce(&mut Value)) {
        let last = self.grants.pop().unwrap();
        let mut payload = serde_json::from_str(&last.payload).unwrap();
        change(&mut payload);
        self.grants
            .push(Jws::new("deskbridge-grant", secret, &payload));
    }

    fn compact(&self) -> Vec<String> {
        self.grants.iter().map(Jws::compact).collect()
    }

    fn reading(&self) -> Value {
        let people = self.cast.all();
        let mut reading = self
            .making
            .reading(&self.cast.nero, &people, &[&self.cast.niro]);
        let recipients = reading["answer"]["recipients"].as_array_mut().unwrap();
        recipients.push(self.wrap.clone());
        reading["answer"]["grants"] = json!(self.compact());
        reading
    }

    /// The last record as it is posted, after the others.
    fn posted(&self, wrap: &Value) -> Value {
        let mut all = self.compact();
        let last = all.pop();
        json!({
            "protected": self.making.protected(),
            "seal": self.making.seal().compact(),
            "grants": all,
            "grant": last,
            "wrap": wrap,
            "histories": histories(&self.cast.all()),
            "now": NOW + 60,
        })
    }
}

fn read(
    name: &str,
    expect: &'static str,
    about: &str,
    change: impl FnOnce(&mut Given),
) -> Scenario {
    let mut given = Given::new(name, |_, _| {});
    change(&mut given);
    scenario(
        "read",
        &format!("pickup-{name}"),
        expect,
        about,
        given.reading(),
    )
}

/// The record of the code is made differently, and nothing follows it.
fn record(
    name: &str,
    expect: &'static str,
    about: &str,
    change: impl FnOnce(&mut Value),
) -> Scenario {
    read(name, expect, about, |given| {
        given.grants.truncate(1);
        let niro = given.cast.niro.keys[0].clone();
        given.last(&niro, change);
    })
}

pub fn all() -> Vec<Scenario> {
    [
        good(),
        records(),
        fills(),
        ends(),
        appended(),
        not_appended(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn opened(name: &str, about: &str, label: &str, given: &Given, mut reading: Value) -> Scenario {
    let text = format!("{label}: the code is 4711");
    reading["output"] = json!({"text": text, "open": given.making.open(), "files": []});
    scenario("read", &format!("pickup-{name}"), "ok", about, reading)
}

fn good() -> Vec<Scenario> {
    let case =
        |name: &str, about: &str, given: &Given| opened(name, about, name, given, given.reading());
    let filled = Given::new("filled", |_, _| {});
    let author_only = Given::new("author-only", |_, making| {
        making.note()["fill"] = json!("author");
    });
    let mut again = Given::new("given-again", |_, _| {});
    again.grants.truncate(1);
    let second = Code::new("given-again, second", &again.making, &again.cast.nero);
    let niro = again.cast.niro.clone();
    again.then(&niro, second.about(&again.making));
    again.filled_by(&second);

    let own = Given::new("own", |_, _| {});
    let mut reading = own.reading();
    reading["answer"]["grants"] = json!(own.compact()[..1]);
    reading["answer"]["recipients"] = json!([own.code.wrap(&own.making)]);
    reading["known"]["keys"] = json!([{"kid": own.code.secret.kid, "enc": own.code.secret.jwk()}]);
    vec![
        case(
            "filled",
            "A reader filled their own key by a code.",
            &filled,
        ),
        case(
            "author-only",
            "The same where readers may let nobody in.",
            &author_only,
        ),
        case("given-again", "The second of two codes.", &again),
        opened(
            "own",
            "What a code opens before the fill.",
            "own",
            &own,
            reading,
        ),
    ]
}

fn records() -> Vec<Scenario> {
    let mut other = Given::new("n30-of-another-note", |_, _| {});
    other.grants.truncate(1);
    let strange = Code::new("strange", &cast().note("strange"), &other.cast.nero);
    other.grants.clear();
    let niro = other.cast.niro.clone();
    other.then(&niro, strange.about(&other.making));
    vec![
        scenario(
            "read",
            "pickup-n30-of-another-note",
            "key",
            "A code that was made for another note.",
            other.reading(),
        ),
        record("kid", "key", "A kid that is not made of its keys.", |p| {
            p["kid"] = p["hh"].clone();
        }),
        record(
            "salt",
            "key",
            "Another salt than the kid is made of.",
            |p| {
                p["salt"] = json!(base64::encode(&[0; 16]));
            },
        ),
        record("one-key", "member", "One key for two purposes.", |p| {
            p["sig"] = p["enc"].clone();
        }),
        record("off-curve", "point", "A key off the curve.", |p| {
            let mut point = base64::decode(p["enc"].as_str().unwrap()).unwrap();
            point[64] ^= 1;
            p["enc"] = json!(base64::encode(&point));
        }),
        record("without-salt", "member", "No salt.", |p| {
            p.as_object_mut().unwrap().remove("salt");
        }),
        record("without-wrap", "member", "No hash of a wrap.", |p| {
            p.as_object_mut().unwrap().remove("wrap");
        }),
        read("salt-of-a-fill", "member", "A fill with a salt.", |given| {
            let code = given.code.secret.clone();
            given.last(&code, |p| p["salt"] = json!(base64::encode(&[0; 16])));
        }),
        read("by-a-reader", "right", "A reader gives a code.", |given| {
            given.grants.clear();
            let jonathan = given.cast.jonathan.clone();
            given.then(&jonathan, given.code.about(&given.making));
        }),
        read(
            "for-the-author",
            "right",
            "A code for the author.",
            |given| {
                given.grants.clear();
                let niro = given.cast.niro.clone();
                let code = Code::new("for-the-author", &given.making, &niro);
                given.then(&niro, code.about(&given.making));
            },
        ),
        read(
            "for-a-stranger",
            "right",
            "A code for somebody not named.",
            |given| {
                given.grants.clear();
                let (niro, kofi) = (given.cast.niro.clone(), given.cast.kofi.clone());
                let code = Code::new("for-a-stranger", &given.making, &kofi);
                given.then(&niro, code.about(&given.making));
            },
        ),
        read(
            "once-more",
            "right",
            "A code that was used is given once more.",
            |given| {
                let niro = given.cast.niro.clone();
                given.then(&niro, given.code.about(&given.making));
            },
        ),
    ]
}

fn fills() -> Vec<Scenario> {
    let timed = |name: &str, about: &str, iat: i64| {
        read(name, "time", about, move |given| {
            let code = given.code.secret.clone();
            given.last(&code, |p| p["iat"] = json!(iat));
        })
    };
    let mut kind = Given::new("key-of-another-kind", |cast, _| {
        cast.nero.publish(|payload| payload["kind"] = json!("code"));
    });
    kind.grants.truncate(1);
    let (fill, wrap) = kind
        .code
        .fill(&kind.making, &kind.grants, &kind.cast.nero, 1);
    kind.grants.push(fill);
    kind.wrap = wrap;
    vec![
        timed(
            "late",
            "A fill 3,600 seconds after the code was given.",
            NOW + 3600,
        ),
        timed("early", "A fill from before the code was given.", NOW - 1),
        scenario(
            "read",
            "pickup-key-of-another-kind",
            "key",
            "A fill for a key that is no browser's.",
            kind.reading(),
        ),
        read(
            "key-of-nobody",
            "key",
            "A fill for a key in no history.",
            |given| {
                let code = given.code.secret.clone();
                given.last(&code, |p| p["kid"] = p["hh"].clone());
            },
        ),
        read("used-twice", "key", "A second fill by one code.", |given| {
            given.filled_by(&given.code.clone());
        }),
        read(
            "of-another-account",
            "key",
            "A fill by a reader with the code of another.",
            |given| {
                given.grants.truncate(1);
                let (code, jonathan) = (given.code.clone(), given.cast.jonathan.clone());
                let (fill, _) = code.fill(&given.making, &given.grants, &jonathan, 0);
                given.grants.push(fill);
            },
        ),
        read(
            "for-another-account",
            "right",
            "A fill for another reader.",
            |given| {
                let code = given.code.secret.clone();
                let jonathan = given.cast.jonathan.clone();
                given.last(&code, |p| {
                    p["a"] = json!(jonathan.account);
                    p["kid"] = json!(jonathan.keys[0].kid);
                });
            },
        ),
        read(
            "drops",
            "right",
            "A code signs something else than a fill.",
            |given| {
                given.grants.truncate(1);
                let (code, nero) = (given.code.clone(), given.cast.nero.clone());
                let about = json!({"act": "drop", "a": given.cast.jonathan.account});
                given
                    .grants
                    .push(code.signed(&given.making, &given.grants, &nero, about));
            },
        ),
        read(
            "signed-by-another",
            "signature",
            "A fill in the name of a code, by another key.",
            |given| {
                given.grants[1].key = given.cast.nero.keys[0].signing.clone();
            },
        ),
        read(
            "never-given",
            "key",
            "A fill by a code that the author never gave.",
            |given| {
                given.grants.clear();
                given.filled_by(&given.code.clone());
            },
        ),
    ]
}

fn ends() -> Vec<Scenario> {
    let end = |given: &Given| json!({"act": "pickup", "a": given.cast.nero.account});
    vec![
        read(
            "replaced",
            "key",
            "A fill by a code after another was given.",
            |given| {
                given.grants.truncate(1);
                let niro = given.cast.niro.clone();
                let second = Code::new("replaced, second", &given.making, &given.cast.nero);
                given.then(&niro, second.about(&given.making));
                given.filled_by(&given.code.clone());
            },
        ),
        read(
            "taken-back",
            "key",
            "A fill by a code that was taken back.",
            |given| {
                given.grants.truncate(1);
                let niro = given.cast.niro.clone();
                given.then(&niro, end(given));
                given.filled_by(&given.code.clone());
            },
        ),
        read(
            "taken-back-after-use",
            "right",
            "There is no code to take back.",
            |given| {
                let niro = given.cast.niro.clone();
                given.then(&niro, end(given));
            },
        ),
        read(
            "taken-back-by-a-reader",
            "right",
            "A reader takes a code back.",
            |given| {
                given.grants.truncate(1);
                let jonathan = given.cast.jonathan.clone();
                given.then(&jonathan, end(given));
            },
        ),
        read(
            "of-the-dropped",
            "key",
            "A drop ends the code, also for who is named again.",
            |given| {
                given.grants.truncate(1);
                let (niro, nero) = (given.cast.niro.clone(), given.cast.nero.account.clone());
                given.then(&niro, json!({"act": "drop", "a": nero}));
                given.then(&niro, json!({"act": "grant", "a": nero}));
                given.filled_by(&given.code.clone());
            },
        ),
    ]
}

fn posts(name: &str, expect: &'static str, about: &str, input: Value) -> Scenario {
    scenario("append", &format!("pickup-{name}"), expect, about, input)
}

fn appended() -> Vec<Scenario> {
    let done = |given: &Given, mut input: Value| {
        let cast = &given.cast;
        let named = json!([cast.nero.account, cast.niro.account, cast.jonathan.account]);
        let sha = given.grants.last().unwrap().sha();
        input["output"] = json!({"n": given.grants.len(), "sha": sha, "named": named});
        input
    };
    let mut gives = Given::new("gives", |_, _| {});
    gives.grants.truncate(1);
    let fill = Given::new("fills", |_, _| {});
    let mut ends = Given::new("ends", |_, _| {});
    ends.grants.truncate(1);
    let niro = ends.cast.niro.clone();
    ends.then(&niro, json!({"act": "pickup", "a": ends.cast.nero.account}));
    vec![
        posts(
            "gives",
            "ok",
            "The author gives a code.",
            done(&gives, gives.posted(&gives.code.wrap(&gives.making))),
        ),
        posts(
            "fills",
            "ok",
            "The reader fills by it.",
            done(&fill, fill.posted(&fill.wrap)),
        ),
        posts(
            "ends",
            "ok",
            "The author takes it back.",
            done(&ends, ends.posted(&json!(null))),
        ),
    ]
}

fn not_appended() -> Vec<Scenario> {
    let mut gives = Given::new("not-given", |_, _| {});
    gives.grants.truncate(1);
    let mut retired = gives.posted(&gives.code.wrap(&gives.making));
    retired["retired"] = json!([gives.cast.niro.keys[0].kid]);
    // Given a minute less than an hour before the fill is signed, which arrives a minute later.
    let mut over = Given::new("over", |_, _| {});
    over.grants.clear();
    let mut about = over.code.about(&over.making);
    about["iat"] = json!(NOW - 3540);
    let niro = over.cast.niro.clone();
    over.then(&niro, about);
    over.filled_by(&over.code.clone());
    let fill = Given::new("key-ended", |_, _| {});
    let mut ended = fill.posted(&fill.wrap);
    ended["retired"] = json!([fill.cast.nero.keys[0].kid]);
    vec![
        posts(
            "wrap-missing",
            "wrap-hash",
            "No wrap is sent.",
            gives.posted(&json!(null)),
        ),
        posts(
            "signer-retired",
            "key",
            "The author's key has ended.",
            retired,
        ),
        posts(
            "over",
            "time",
            "A fill that arrives when the hour is over.",
            over.posted(&over.wrap),
        ),
        posts(
            "key-ended",
            "key",
            "The key that is filled has ended.",
            ended,
        ),
    ]
}
