//! The wall clock of the site, and how Jira writes instants.

use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970-01-01T00:00:00 UTC.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place of the playground that reads the clock"
)]
pub fn now_millis() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

pub fn now_seconds() -> i64 {
    now_millis().div_euclid(1000)
}

/// (year, month, day) of a count of days since 1970-01-01, proleptic Gregorian.
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), month, day)
}

fn days(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let mp = if month > 2 { month - 3 } else { month + 9 };
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + (153 * mp + 2) / 5 + day - 1;
    era * 146_097 + doe - 719_468
}

/// `2026-11-22T10:00:00.000+0000`, as the platform API writes instants.
pub fn jira_time(millis: i64) -> String {
    let (year, month, day) = civil(millis.div_euclid(86_400_000));
    let rest = millis.rem_euclid(86_400_000);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}+0000",
        rest / 3_600_000,
        rest / 60_000 % 60,
        rest / 1000 % 60,
        rest % 1000
    )
}

/// The three or four spellings of one instant that the service desk API gives.
pub fn desk_time(millis: i64) -> serde_json::Value {
    let iso = jira_time(millis);
    serde_json::json!({
        "iso8601": format!("{}+0000", &iso[..19]),
        "jira": iso,
        "friendly": iso[..16].replace('T', " "),
        "epochMillis": millis,
    })
}

/// Reads `2026-11-22`, `2026/11/22 10:00` and the like (UTC) as milliseconds.
pub fn parse_jql_time(text: &str) -> Option<i64> {
    let parts: Vec<i64> = text
        .split(['-', '/', ' ', ':', 'T'])
        .map(|p| p.parse().ok())
        .collect::<Option<_>>()?;
    match parts[..] {
        [y, m, d] => Some(days(y, m, d) * 86_400_000),
        [y, m, d, h, min] => Some(days(y, m, d) * 86_400_000 + h * 3_600_000 + min * 60_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_as_jira_writes_them() {
        assert_eq!(jira_time(0), "1970-01-01T00:00:00.000+0000");
        assert_eq!(jira_time(1_582_934_400_123), "2020-02-29T00:00:00.123+0000");
        assert_eq!(parse_jql_time("2020-02-29"), Some(1_582_934_400_000));
        assert_eq!(parse_jql_time("2020/02/29 01:30"), Some(1_582_939_800_000));
        assert_eq!(parse_jql_time("yesterday"), None);
    }
}
