//! Scenarios of the server: a note comes in, a reader consents.

use deskbridge::seal::{base64, canonical};
use serde_json::{Value, json};

use super::making::{Making, off_curve, padded};
use super::people::{ISSUE, Jws, NOW, Person, histories, sha_text, tenant};
use super::reads::{Cast, cast};
use super::scenario::{Scenario, scenario};

fn coming(cast: &Cast, making: &Making, envelope: &Value) -> Value {
    json!({
        "envelope": canonical(envelope).unwrap(),
        "seal": making.seal().compact(),
        "tenant": tenant(),
        "issue": ISSUE,
        "account": cast.niro.account,
        "histories": histories(&[&cast.niro, &cast.nero, &cast.jonathan]),
        "now": NOW + 2,
    })
}

fn usual(cast: &Cast, making: &Making) -> Value {
    making.envelope(&[&cast.niro, &cast.nero, &cast.jonathan])
}

/// What comes is changed in its parts.
fn shape(
    name: &str,
    expect: &'static str,
    about: &str,
    change: impl FnOnce(&mut Value),
) -> Scenario {
    let cast = cast();
    let making = cast.note(name);
    let mut envelope = usual(&cast, &making);
    change(&mut envelope);
    scenario(
        "create",
        name,
        expect,
        about,
        coming(&cast, &making, &envelope),
    )
}

/// What comes is right; who brings it, when and where is not.
fn visit(
    name: &str,
    expect: &'static str,
    about: &str,
    change: impl FnOnce(&Cast, &Making, &mut Value),
) -> Scenario {
    let cast = cast();
    let making = cast.note(name);
    let mut input = coming(&cast, &making, &usual(&cast, &making));
    change(&cast, &making, &mut input);
    scenario("create", name, expect, about, input)
}

pub fn all() -> Vec<Scenario> {
    [good(), shapes(), wraps(), visits(), consents(), refused()]
        .into_iter()
        .flatten()
        .collect()
}

fn good() -> Vec<Scenario> {
    let output = |making: &Making| {
        let [iv, ciphertext, tag] = making.body();
        json!({"hh": making.hh(), "ct": sha_text(&[&iv, &ciphertext, &tag])})
    };
    let cast = cast();
    let mut team = Making::new(
        "create-team",
        &cast.niro,
        &[&cast.jonathan.account, "team:10000"],
    );
    team.note()["opens"] = json!(3);
    let mut input = coming(&cast, &team, &usual(&cast, &team));
    input["output"] = output(&team);
    vec![
        visit(
            "usual",
            "ok",
            "A note for two readers and its author.",
            |_, making, input| {
                input["output"] = output(making);
            },
        ),
        scenario(
            "create",
            "team",
            "ok",
            "A note for a customer and the agents of a project.",
            input,
        ),
    ]
}

fn shapes() -> Vec<Scenario> {
    let text = |name: &str, expect, about: &str, change: &dyn Fn(String) -> String| {
        visit(name, expect, about, |_, _, input| {
            input["envelope"] = json!(change(input["envelope"].as_str().unwrap().to_owned()));
        })
    };
    vec![
        text("space", "not-canonical", "A space in the envelope.", &|t| {
            t.replacen(',', ", ", 1)
        }),
        text(
            "doubled-member",
            "not-canonical",
            "`tag` stands twice.",
            &|t| t.replacen('{', "{\"tag\":\"\",", 1),
        ),
        visit(
            "too-large",
            "too-large",
            "More than an envelope may be.",
            |_, _, input| {
                input["spaces"] = json!(524_288);
            },
        ),
        shape("unprotected", "member", "An unprotected header.", |e| {
            e["unprotected"] = json!({});
        }),
        shape("aad", "member", "Additional data beside the header.", |e| {
            e["aad"] = json!("AAAA");
        }),
        shape("no-tag", "member", "No tag.", |e| {
            e.as_object_mut().unwrap().remove("tag");
        }),
        shape("iv-long", "base64url", "A nonce of 16 bytes.", |e| {
            e["iv"] = json!(base64::encode(&[1; 16]));
        }),
        shape("tag-short", "base64url", "A tag of 12 bytes.", |e| {
            e["tag"] = json!(base64::encode(&[1; 12]));
        }),
        shape(
            "off-bucket",
            "plaintext",
            "A ciphertext between buckets.",
            |e| {
                e["ciphertext"] = json!(base64::encode(&[1; 257]));
            },
        ),
    ]
}

fn wraps() -> Vec<Scenario> {
    vec![
        shape("no-recipients", "member", "Nobody can open it.", |e| {
            e["recipients"] = json!([]);
        }),
        shape("recipient-twice", "member", "Two wraps for one key.", |e| {
            e["recipients"][2]["header"]["kid"] = e["recipients"][1]["header"]["kid"].clone();
        }),
        shape("wrap-alg", "algorithm", "Another suite.", |e| {
            e["recipients"][0]["header"]["alg"] = json!("HPKE-0-KE");
        }),
        shape("wrap-psk-id", "member", "A pre-shared key.", |e| {
            e["recipients"][0]["header"]["psk_id"] = json!("x");
        }),
        shape("wrap-apu", "member", "Party information.", |e| {
            e["recipients"][0]["header"]["apu"] = json!("x");
        }),
        shape(
            "ek-off-curve",
            "point",
            "An encapsulated key off the curve.",
            |e| {
                let ek = &mut e["recipients"][0]["header"]["ek"];
                let point: [u8; 65] = base64::decode_exact(ek.as_str().unwrap()).unwrap();
                let y = base64::decode(off_curve(&point)["y"].as_str().unwrap()).unwrap();
                *ek = json!(base64::encode(&[&point[..33], &y].concat()));
            },
        ),
        shape("ek-infinity", "point", "The point at infinity.", |e| {
            e["recipients"][0]["header"]["ek"] = json!(base64::encode(&[0]));
        }),
        visit(
            "wrap-for-a-stranger",
            "key",
            "A wrap for somebody who is no reader.",
            |cast, making, input| {
                let envelope =
                    making.envelope(&[&cast.niro, &cast.nero, &cast.jonathan, &cast.kofi]);
                input["envelope"] = json!(canonical(&envelope).unwrap());
                input["histories"] = histories(&cast.all());
            },
        ),
        visit(
            "wrap-for-a-retired-key",
            "key",
            "A wrap for a key that has ended.",
            |cast, _, input| {
                input["retired"] = json!([cast.nero.keys[0].kid]);
            },
        ),
    ]
}

fn visits() -> Vec<Scenario> {
    vec![
        visit(
            "n30-other-tenant",
            "tenant",
            "Brought to another tenant.",
            |_, _, input| {
                input["tenant"] = json!(base64::encode(&[0; 16]));
                input["histories"] = json!({});
            },
        ),
        visit(
            "n30-other-issue",
            "place",
            "Brought to another issue.",
            |_, _, input| input["issue"] = json!("10002"),
        ),
        visit(
            "other-caller",
            "account",
            "Brought by somebody else.",
            |cast, _, input| {
                input["account"] = json!(cast.nero.account);
            },
        ),
        visit(
            "author-retired",
            "key",
            "Sealed with a key that has ended.",
            |cast, _, input| {
                input["retired"] = json!([cast.niro.keys[0].kid]);
            },
        ),
        visit(
            "author-page-outlived",
            "key",
            "Sealed with a page's key a day old.",
            |cast, making, input| {
                let mut niro = Person::new(&cast.niro.account);
                niro.publish(|p| {
                    p["life"] = json!("page");
                    p["iat"] = json!(NOW - 86_400);
                });
                let mut other = making.clone();
                other.note()["by"]["kid"] = json!(niro.keys[0].kid);
                other.author = niro.keys[0].clone();
                *input = coming(cast, &other, &other.envelope(&[&cast.nero]));
                input["histories"] = histories(&[&niro, &cast.nero]);
            },
        ),
        visit(
            "late",
            "time",
            "Sealed 301 seconds before.",
            |_, _, input| input["now"] = json!(NOW + 301),
        ),
        visit(
            "early",
            "time",
            "Sealed 301 seconds ahead.",
            |_, _, input| input["now"] = json!(NOW - 301),
        ),
        visit(
            "n30-seal-of-another-note",
            "note",
            "The seal of another note.",
            |cast, _, input| {
                input["seal"] = json!(cast.note("another").seal().compact());
            },
        ),
        visit(
            "seal-of-another-body",
            "content",
            "The seal of another body.",
            |_, making, input| {
                let mut other = making.clone();
                other.plaintext = padded(&json!({"v": 1, "text": "other", "files": []}));
                input["seal"] = json!(other.seal().compact());
            },
        ),
        visit(
            "seal-by-a-reader",
            "key",
            "Sealed by a reader.",
            |cast, making, input| {
                let mut other = making.clone();
                other.author = cast.nero.keys[0].clone();
                input["seal"] = json!(other.seal().compact());
            },
        ),
    ]
}

fn asking(cast: &Cast, making: &Making, request: &Jws) -> Value {
    json!({
        "protected": making.protected(),
        "account": cast.jonathan.account,
        "request": request.compact(),
        "open": making.open(),
        "histories": histories(&[&cast.niro, &cast.jonathan]),
        "now": NOW + 10,
    })
}

fn ask(
    name: &str,
    expect: &'static str,
    about: &str,
    change: impl FnOnce(&Cast, &Making, &mut Value),
) -> Scenario {
    let cast = cast();
    let making = cast.note(name);
    let request = making.request(&cast.jonathan, "jti");
    let mut input = asking(&cast, &making, &request);
    if expect == "ok" {
        let payload: Value = serde_json::from_str(&request.payload).unwrap();
        input["output"] = json!({"jti": payload["jti"]});
    }
    change(&cast, &making, &mut input);
    scenario("consent", name, expect, about, input)
}

fn seen(input: &mut Value, request: &Jws, at: i64) {
    input["seen"] = json!({"request": request.compact(), "at": at});
}

fn consents() -> Vec<Scenario> {
    vec![
        ask("usual", "ok", "A reader consents.", |_, _, _| {}),
        ask(
            "slow",
            "ok",
            "300 seconds after it was signed.",
            |_, _, input| input["now"] = json!(NOW + 300),
        ),
        ask(
            "repeated",
            "ok",
            "The same request again, as the answer was lost.",
            |cast, making, input| {
                seen(
                    input,
                    &making.request(&cast.jonathan, "jti"),
                    NOW + 10 - 119,
                );
            },
        ),
    ]
}

fn refused() -> Vec<Scenario> {
    let other = |name: &str, expect, about: &str, change: &dyn Fn(&Cast, &mut Jws)| {
        ask(name, expect, about, |cast, making, input| {
            let mut request = making.request(&cast.jonathan, "jti");
            change(cast, &mut request);
            input["request"] = json!(request.compact());
        })
    };
    vec![
        ask(
            "late",
            "time",
            "301 seconds after it was signed.",
            |_, _, input| input["now"] = json!(NOW + 301),
        ),
        ask(
            "early",
            "time",
            "Signed 301 seconds ahead.",
            |_, _, input| input["now"] = json!(NOW - 301),
        ),
        ask(
            "of-another-reader",
            "key",
            "Another reader's request.",
            |cast, making, input| {
                input["request"] = json!(making.request(&cast.niro, "jti").compact());
            },
        ),
        other(
            "in-anothers-name",
            "account",
            "Signed by the reader, in another's name.",
            &|cast, request| {
                request.payload = request
                    .payload
                    .replace(&cast.jonathan.account, &cast.nero.account);
            },
        ),
        other(
            "signed-by-another",
            "signature",
            "Signed by another key than it names.",
            &|cast, request| {
                request.key = cast.niro.keys[0].signing.clone();
            },
        ),
        other("typ", "typ", "Signed as something else.", &|_, request| {
            request.header["typ"] = json!("deskbridge-grant");
        }),
        ask(
            "key-retired",
            "key",
            "The reader's key has ended.",
            |cast, _, input| {
                input["retired"] = json!([cast.jonathan.keys[0].kid]);
            },
        ),
        ask(
            "n30-of-another-note",
            "note",
            "A request for another note.",
            |cast, _, input| {
                let another = cast.note("another");
                input["request"] = json!(another.request(&cast.jonathan, "jti").compact());
            },
        ),
        ask(
            "token",
            "token",
            "Another note's token.",
            |cast, _, input| input["open"] = json!(cast.note("another").open()),
        ),
        ask(
            "token-short",
            "base64url",
            "A token of 31 bytes.",
            |_, _, input| input["open"] = json!(base64::encode(&[1; 31])),
        ),
        ask(
            "replayed",
            "replay",
            "The same request after its window.",
            |cast, making, input| {
                seen(
                    input,
                    &making.request(&cast.jonathan, "jti"),
                    NOW + 10 - 120,
                );
            },
        ),
        ask(
            "jti-again",
            "replay",
            "Another request with a jti that was used.",
            |cast, making, input| {
                let mut request = making.request(&cast.jonathan, "jti");
                request.payload = request
                    .payload
                    .replace(&NOW.to_string(), &(NOW + 1).to_string());
                seen(input, &request, NOW + 5);
            },
        ),
    ]
}
