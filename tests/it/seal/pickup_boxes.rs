//! Scenarios of the box that the words of a code open.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::pbkdf2;
use deskbridge::seal::{Kid, base64};
use serde_json::{Value, json};

use super::making::hkdf;
use super::people::seeded;
use super::pickups::Code;
use super::reads::cast;
use super::scenario::{Scenario, scenario};

const WORDS: &str = "abacus felt-tip yo-yo zoom abdomen";

/// A box, closed as the specification says.
fn closed(code: &Code, by: &Kid) -> String {
    let mut ck = [0; 32];
    let rounds = std::num::NonZeroU32::new(600_000).unwrap();
    let (salt, words) = (&code.salt, WORDS.as_bytes());
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds, salt, words, &mut ck);
    let kid = code.secret.kid;
    let key = hkdf(&ck, "deskbridge-note/1 pickup key", &[kid.as_bytes()]);
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).unwrap());
    let iv: [u8; 12] = seeded("code iv");
    let mut body = [
        &code.secret.enc_private[..],
        &code.secret.signing.to_bytes(),
    ]
    .concat();
    let label = b"deskbridge-note/1 pickup box\0".as_slice();
    let aad = Aad::from([label, kid.as_bytes(), by.as_bytes()].concat());
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(iv), aad, &mut body)
        .unwrap();
    base64::encode(&[&iv[..], &body].concat())
}

pub fn all() -> Vec<Scenario> {
    let cast = cast();
    let making = cast.note("box");
    let code = Code::new("box", &making, &cast.nero);
    let by = cast.niro.keys[0].kid;
    let ck_token = || {
        let mut ck = [0; 32];
        let rounds = std::num::NonZeroU32::new(600_000).unwrap();
        pbkdf2::derive(
            pbkdf2::PBKDF2_HMAC_SHA256,
            rounds,
            &code.salt,
            WORDS.as_bytes(),
            &mut ck,
        );
        base64::encode(&hkdf(
            &ck,
            "deskbridge-note/1 pickup token",
            &[code.secret.kid.as_bytes()],
        ))
    };
    let case = |name: &str, expect: &'static str, about: &str, change: &dyn Fn(&mut Value)| {
        let mut input = json!({
            "hh": making.hh(),
            "account": cast.nero.account,
            "enc": base64::encode(&code.secret.enc),
            "sig": base64::encode(&code.secret.sig_point()),
            "salt": base64::encode(&code.salt),
            "by": by,
            "words": WORDS,
            "box": closed(&code, &by),
        });
        change(&mut input);
        scenario("pickup", name, expect, about, input)
    };
    vec![
        case("usual", "ok", "Five words open a box.", &|input| {
            input["output"] = json!({
                "kid": code.secret.kid,
                "token": ck_token(),
                "enc": base64::encode(&code.secret.enc_private),
                "sig": base64::encode(&code.secret.signing.to_bytes()),
            });
        }),
        case("words", "wrap", "One word is another.", &|input| {
            input["words"] = json!(WORDS.replace("zoom", "zoology"));
        }),
        case(
            "n30-other-account",
            "wrap",
            "A box for another reader.",
            &|input| {
                input["account"] = json!(cast.kofi.account);
            },
        ),
        case(
            "other-signer",
            "wrap",
            "A box that another key's record stands beside.",
            &|input| {
                input["by"] = json!(cast.kofi.keys[0].kid);
            },
        ),
        case(
            "short",
            "base64url",
            "A box that is a byte too short.",
            &|input| {
                let bytes = base64::decode(input["box"].as_str().unwrap()).unwrap();
                input["box"] = json!(base64::encode(&bytes[1..]));
            },
        ),
    ]
}
