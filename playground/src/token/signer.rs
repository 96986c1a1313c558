use std::sync::{Arc, OnceLock};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::chance;

/// The key with which the site signs installs. Made once per process: it stands for the one key
/// pair of Atlassian's install service, which all sites share.
#[derive(Clone)]
pub struct Signer {
    pub kid: String,
    pair: Arc<KeyPair>,
}

static SIGNER: OnceLock<Signer> = OnceLock::new();

impl Signer {
    pub fn of_process() -> Signer {
        SIGNER.get_or_init(Signer::generate).clone()
    }

    /// A key that no key server knows, for forgeries.
    pub fn generate() -> Signer {
        Signer {
            kid: chance::uuid(),
            pair: Arc::new(KeyPair::generate(KeySize::Rsa2048).expect("a 2048-bit key")),
        }
    }

    /// `BEGIN PUBLIC KEY`, as the key server answers.
    pub fn public_pem(&self) -> String {
        let der: PublicKeyX509Der<'_> =
            AsDer::as_der(self.pair.public_key()).expect("a public key has a form");
        let text = STANDARD.encode(der.as_ref());
        let lines: Vec<_> = text
            .as_bytes()
            .chunks(64)
            .map(String::from_utf8_lossy)
            .collect();
        format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
            lines.join("\n")
        )
    }

    /// Signs `claims` with RS256.
    pub fn sign(&self, claims: &Value) -> String {
        let head = json!({"typ": "JWT", "alg": "RS256", "kid": self.kid});
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(head.to_string()),
            URL_SAFE_NO_PAD.encode(claims.to_string())
        );
        let mut tag = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign_digest(
                &RSA_PKCS1_SHA256,
                &digest(&SHA256, signed.as_bytes()),
                &mut tag,
            )
            .expect("PKCS #1 v1.5 signs any message");
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(&tag))
    }
}
