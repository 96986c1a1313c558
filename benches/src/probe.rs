//! Before the race: each server takes a signed webhook and refuses forged ones. A server that
//! does not check would be measured at less work than the others.

use std::time::Duration;

use bytes::Bytes;

use crate::Failure;
use crate::load::{Target, sign};

#[expect(
    clippy::disallowed_methods,
    reason = "a client of servers on this machine"
)]
pub async fn prove(target: &Target, body: &Bytes) -> Result<(), Failure> {
    let http = reqwest::Client::builder()
        .timeout(Duration::from_secs(10))
        .build()?;
    let forged = Target {
        secret: "a secret that was never agreed on".to_owned(),
        ..target.clone()
    };
    let elsewhere = Target {
        path: "/elsewhere".to_owned(),
        ..target.clone()
    };
    for (what, token, taken) in [
        ("a signed webhook", Some(sign(target, 0)), true),
        ("another secret", Some(sign(&forged, 0)), false),
        ("another path", Some(sign(&elsewhere, 0)), false),
        ("an hour ago", Some(sign(target, 3600)), false),
        ("no token", None, false),
    ] {
        let mut request = http
            .post(format!("http://{}{}", target.host, target.path))
            .header("content-type", "application/json; charset=utf-8")
            .header("x-atlassian-webhook-identifier", format!("probe {what}"))
            .body(body.clone());
        if let Some(token) = token {
            request = request.header("authorization", format!("JWT {token}"));
        }
        let answer = request.send().await?;
        let status = answer.status();
        if !as_wanted(status.as_u16(), taken) {
            let text: String = answer.text().await?.chars().take(300).collect();
            return Err(format!("{what} is answered with {status}: {text}").into());
        }
    }
    Ok(())
}

/// The Connect framework answers 400 where a signature does not match, and 401 to all else.
fn as_wanted(status: u16, taken: bool) -> bool {
    if taken {
        matches!(status, 200..=299)
    } else {
        matches!(status, 400 | 401)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_refusal_counts_as_one() {
        for (status, taken, wanted) in [
            (204, true, true),
            (200, true, true),
            (401, true, false),
            (500, true, false),
            (401, false, true),
            (400, false, true),
            (204, false, false),
            (404, false, false),
            (503, false, false),
        ] {
            assert_eq!(as_wanted(status, taken), wanted, "{status} {taken}");
        }
    }
}
