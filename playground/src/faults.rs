//! Faults of the REST API, switched on by tests and demonstrations.

use serde::{Deserialize, Serialize};

/// Whether a fault strikes before the call is carried out, or after it, so that the caller does
/// not learn that it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Moment {
    #[default]
    Before,
    After,
}

/// One fault. Strikes calls that match `method` and `path`, `times` times (without limit if
/// absent).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    pub method: Option<String>,
    /// Path without query; `*` stands for any text.
    pub path: Option<String>,
    pub status: Option<u16>,
    /// Seconds, sent as `Retry-After`.
    pub retry_after: Option<u64>,
    /// Sent as `RateLimit-Reason`, such as `jira-burst-based`.
    pub reason: Option<String>,
    /// Milliseconds before the answer.
    pub delay: u64,
    /// Cut the connection instead of answering.
    pub reset: bool,
    pub moment: Moment,
    pub times: Option<u32>,
}

fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|left| {
            (0..=left.len())
                .filter(|at| left.is_char_boundary(*at))
                .any(|at| glob(rest, &left[at..]))
        }),
    }
}

/// The first fault that strikes this call; counts it.
pub fn strike(faults: &mut Vec<Fault>, method: &str, path: &str) -> Option<Fault> {
    let at = faults.iter().position(|fault| {
        let method_fits = fault
            .method
            .as_deref()
            .is_none_or(|m| m.eq_ignore_ascii_case(method));
        method_fits && fault.path.as_deref().is_none_or(|p| glob(p, path))
    })?;
    let fault = faults[at].clone();
    if let Some(times) = &mut faults[at].times {
        *times = times.saturating_sub(1);
        if *times == 0 {
            faults.remove(at);
        }
    }
    Some(fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_strike_what_they_name_and_no_more_often() {
        let mut faults = vec![Fault {
            method: Some("POST".into()),
            path: Some("/rest/api/3/issue/*/comment".into()),
            times: Some(2),
            ..Fault::default()
        }];
        assert!(strike(&mut faults, "GET", "/rest/api/3/issue/1/comment").is_none());
        assert!(strike(&mut faults, "POST", "/rest/api/3/issue/1/comment/2").is_none());
        assert!(strike(&mut faults, "POST", "/rest/api/3/issue/1/comment").is_some());
        assert!(strike(&mut faults, "POST", "/rest/api/3/issue/2/comment").is_some());
        assert!(strike(&mut faults, "POST", "/rest/api/3/issue/2/comment").is_none());
    }
}
