//! Whether the server keeps what it answered: its settings, read at the start, at every new
//! connection and each minute.

use redis::aio::MultiplexedConnection;
use redis::{RedisError, cmd};

use crate::store::Persistence;

/// What of the server's settings decides. None: it does not tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Settings {
    pub append_only: Option<bool>,
    pub append_sync: Option<String>,
    pub eviction: Option<String>,
    pub min_replicas: Option<u32>,
    pub replicas: u32,
}

/// What the operator may accept, each by the name given here.
const NAMES: [(&str, &str); 6] = [
    ("unknown-settings", "the server does not show its settings"),
    (
        "no-append-only",
        "its append-only file is off: a crash loses everything since the last dump",
    ),
    (
        "everysec",
        "it syncs each second: a crash loses what was answered in the last seconds",
    ),
    (
        "no-sync",
        "it leaves syncing to the system: a crash of the machine loses much",
    ),
    ("eviction", "it may evict records when its memory is full"),
    (
        "failover",
        "it has replicas but min-replicas-to-write is 0: a failover loses what was answered",
    ),
];

/// Names of the shortcomings of `settings`.
fn shortcomings(settings: &Settings) -> Vec<&'static str> {
    let mut found = Vec::new();
    let known = settings.append_only.is_some()
        && settings.append_sync.is_some()
        && settings.eviction.is_some();
    if !known {
        found.push("unknown-settings");
    }
    match (settings.append_only, settings.append_sync.as_deref()) {
        (Some(false), _) => found.push("no-append-only"),
        (Some(true), Some("everysec")) => found.push("everysec"),
        (Some(true), Some(sync)) if sync != "always" => found.push("no-sync"),
        _ => {}
    }
    if settings
        .eviction
        .as_deref()
        .is_some_and(|policy| policy != "noeviction")
    {
        found.push("eviction");
    }
    if settings.replicas > 0 && settings.min_replicas.unwrap_or(0) == 0 {
        found.push("failover");
    }
    found
}

/// The verdict, or what the operator has to mend or accept.
pub(super) fn judge(settings: &Settings, accept: &[String]) -> Result<Persistence, String> {
    let (accepted, refused): (Vec<_>, Vec<_>) = shortcomings(settings)
        .into_iter()
        .partition(|name| accept.iter().any(|accepted| accepted == name));
    if refused.is_empty() {
        return Ok(if accepted.is_empty() {
            Persistence::Durable
        } else {
            Persistence::Accepted(accepted.into_iter().map(str::to_owned).collect())
        });
    }
    let lines: Vec<String> = NAMES
        .iter()
        .filter(|(name, _)| refused.contains(name))
        .map(|(name, why)| format!("{why} (mend it, or accept \"{name}\")"))
        .collect();
    Err(lines.join("; "))
}

pub(super) async fn read(conn: &mut MultiplexedConnection) -> Result<Settings, RedisError> {
    let mut settings = Settings::default();
    for name in [
        "appendonly",
        "appendfsync",
        "maxmemory-policy",
        "min-replicas-to-write",
    ] {
        let found: Result<Vec<String>, RedisError> =
            cmd("CONFIG").arg("GET").arg(name).query_async(conn).await;
        let value = match found {
            Ok(pair) => pair.into_iter().nth(1),
            Err(error) if error.is_io_error() => return Err(error),
            // Hosted servers refuse the command.
            Err(_) => None,
        };
        match name {
            "appendonly" => settings.append_only = value.map(|value| value == "yes"),
            "appendfsync" => settings.append_sync = value,
            "maxmemory-policy" => settings.eviction = value,
            _ => settings.min_replicas = value.and_then(|value| value.parse().ok()),
        }
    }
    let info: String = cmd("INFO").arg("replication").query_async(conn).await?;
    let replicas = info
        .lines()
        .find_map(|line| line.strip_prefix("connected_slaves:"));
    settings.replicas = replicas.and_then(|n| n.trim().parse().ok()).unwrap_or(0);
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(append_only: bool, sync: &str, eviction: &str) -> Settings {
        Settings {
            append_only: Some(append_only),
            append_sync: Some(sync.to_owned()),
            eviction: Some(eviction.to_owned()),
            min_replicas: Some(0),
            replicas: 0,
        }
    }

    #[test]
    fn what_may_lose_answers_is_refused_unless_accepted_by_name() {
        let good = settings(true, "always", "noeviction");
        assert_eq!(judge(&good, &[]), Ok(Persistence::Durable));
        let mut replicated = good.clone();
        replicated.replicas = 1;
        let mut guarded = replicated.clone();
        guarded.min_replicas = Some(1);
        assert_eq!(judge(&guarded, &[]), Ok(Persistence::Durable));
        let table = [
            (settings(true, "everysec", "noeviction"), "everysec"),
            (settings(true, "no", "noeviction"), "no-sync"),
            (settings(false, "always", "noeviction"), "no-append-only"),
            (settings(true, "always", "allkeys-lru"), "eviction"),
            (settings(true, "always", "volatile-ttl"), "eviction"),
            (Settings::default(), "unknown-settings"),
            (replicated, "failover"),
        ];
        for (settings, name) in table {
            let refusal = judge(&settings, &[]).unwrap_err();
            assert!(refusal.contains(&format!("\"{name}\"")), "{refusal}");
            let others: Vec<String> = NAMES
                .iter()
                .map(|(other, _)| (*other).to_owned())
                .filter(|other| other != name)
                .collect();
            assert!(judge(&settings, &others).is_err());
            let accepted = Persistence::Accepted(vec![name.to_owned()]);
            assert_eq!(judge(&settings, &[name.to_owned()]), Ok(accepted));
        }
    }

    #[test]
    fn each_shortcoming_is_named() {
        let worst = settings(false, "no", "allkeys-random");
        let both = judge(&worst, &["eviction".to_owned()]).unwrap_err();
        assert!(both.contains("no-append-only") && !both.contains("eviction"));
    }
}
