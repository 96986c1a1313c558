//! The configuration: one TOML file, overridden by `DESKBRIDGE_<SECTION>_<FIELD>`.

use std::collections::BTreeMap;
use std::path::Path;

use url::Url;

mod sections;

pub use sections::{
    BlobsConfig, Config, ConnectSection, JobsConfig, LogConfig, NotesConfig, ServerConfig,
    StoreConfig, StoreKind, VaultConfig,
};

/// What is wrong with the configuration and where, in one line.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct ConfigError {
    pub place: String,
    pub what: String,
}

impl ConfigError {
    fn at(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            what: what.into(),
        }
    }
}

impl Config {
    /// Reads `file` (defaults where there is none) and the environment of this process.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let text = match file {
            None => String::new(),
            Some(path) => std::fs::read_to_string(path)
                .map_err(|e| ConfigError::at(path.display().to_string(), e.to_string()))?,
        };
        let name = file.map_or_else(|| "defaults".to_owned(), |path| path.display().to_string());
        Self::parse(&name, &text, std::env::vars_os().filter_map(utf8).collect())
    }

    /// `text` with `overrides` (names with the prefix), checked. `name` is used in errors.
    pub fn parse(
        name: &str,
        text: &str,
        overrides: BTreeMap<String, String>,
    ) -> Result<Self, ConfigError> {
        let mut table: toml::Table = text
            .parse()
            .map_err(|e: toml::de::Error| ConfigError::at(name, unquoted(e, text)))?;
        // Unknown keys are found before overrides are mixed in, so that the place is right.
        let _: Config =
            toml::from_str(text).map_err(|e| ConfigError::at(name, unquoted(e, text)))?;
        for (variable, value) in overrides {
            apply(&mut table, &variable, &value)?;
        }
        let config: Config = table
            .try_into()
            .map_err(|e: toml::de::Error| ConfigError::at(name, unquoted(e, "")))?;
        config.check(name)?;
        Ok(config)
    }

    fn check(&self, name: &str) -> Result<(), ConfigError> {
        let wrong =
            |field: &str, what: &str| Err(ConfigError::at(format!("{name}: {field}"), what));
        let public = Url::parse(&self.server.public_url);
        let Ok(public) = public else {
            return wrong("server.public_url", "is not an absolute URL");
        };
        if self.server.public_url.ends_with('/') {
            return wrong("server.public_url", "must not end with a slash");
        }
        if public.scheme() != "https" && !is_loopback(&public) {
            return wrong(
                "server.public_url",
                "must be https, except on localhost or 127.0.0.1",
            );
        }
        if public.query().is_some() || public.fragment().is_some() {
            return wrong("server.public_url", "must have neither query nor fragment");
        }
        self.check_store(name)?;
        if !(1..=90).contains(&self.connect.retention_days) {
            return wrong("connect.retention_days", "must be between 1 and 90");
        }
        if !(1..=365).contains(&self.notes.longest_days) {
            return wrong("notes.longest_days", "must be between 1 and 365");
        }
        if self.notes.announce_after_seconds > 300 {
            return wrong("notes.announce_after_seconds", "must be at most 300");
        }
        if !(1..=600).contains(&self.jobs.hold_seconds) {
            return wrong("jobs.hold_seconds", "must be between 1 and 600");
        }
        if self.connect.sites.is_empty() {
            return wrong("connect.sites", "must name at least one site");
        }
        let connect = &self.connect;
        for url in [
            &connect.key_server,
            &connect.token_server,
            &connect.bridge_script,
        ] {
            match Url::parse(url) {
                Ok(parsed) if parsed.scheme() == "https" || is_loopback(&parsed) => {}
                _ => return wrong("connect", "the host's servers must be https URLs"),
            }
        }
        if self.server.max_connections == 0 || self.server.header_seconds == 0 {
            return wrong("server", "max_connections and header_seconds must not be 0");
        }
        Ok(())
    }

    fn check_store(&self, name: &str) -> Result<(), ConfigError> {
        let wrong =
            |field: &str, what: &str| Err(ConfigError::at(format!("{name}: {field}"), what));
        if self.store.kind == StoreKind::Redis && self.store.url.is_empty() {
            return wrong("store.url", "is needed when store.kind is \"redis\"");
        }
        if self.store.kind == StoreKind::Embedded && !self.store.url.is_empty() {
            return wrong(
                "store.url",
                "has no effect when store.kind is \"embedded\": remove one",
            );
        }
        if self.store.kind == StoreKind::Embedded && !self.store.accept.is_empty() {
            return wrong(
                "store.accept",
                "has no effect when store.kind is \"embedded\"",
            );
        }
        if self.store.kind == StoreKind::Embedded && !self.jobs.run {
            return wrong(
                "jobs.run",
                "must be true when store.kind is \"embedded\": no other process can run its jobs",
            );
        }
        Ok(())
    }
}

fn is_loopback(url: &Url) -> bool {
    matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")) && url.scheme() == "http"
}

fn utf8((name, value): (std::ffi::OsString, std::ffi::OsString)) -> Option<(String, String)> {
    Some((name.into_string().ok()?, value.into_string().ok()?))
}

/// What is wrong, and the line of `text` where. The parser quotes the line and the value that it
/// did not expect; either may be an address with a password in it.
fn unquoted(mut error: toml::de::Error, text: &str) -> String {
    let at = error.span().map(|span| span.start);
    error.set_input(None);
    let told = error.to_string();
    let (what, setting) = told.split_at(error.message().len().min(told.len()));
    let what = match what.rsplit_once(", expected ") {
        Some((said, expected)) if !names_a_setting(said) => format!("expected {expected}"),
        _ => what.to_owned(),
    };
    let line = at
        .and_then(|at| text.get(..at))
        .map_or_else(String::new, |before| {
            format!("line {}: ", before.matches('\n').count() + 1)
        });
    format!("{line}{what} {setting}")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// An unknown setting is told by its name; everything else may be a value.
fn names_a_setting(said: &str) -> bool {
    said.starts_with("unknown field ")
}

/// Sets one field from a variable. Variables of no known section are not ours to judge.
fn apply(table: &mut toml::Table, variable: &str, value: &str) -> Result<(), ConfigError> {
    let Some(rest) = variable.strip_prefix("DESKBRIDGE_") else {
        return Ok(());
    };
    let rest = rest.to_lowercase();
    let known = toml::Table::try_from(Config::default())
        .map_err(|e| ConfigError::at("defaults", e.to_string()))?;
    let Some((section, field)) = rest.split_once('_').filter(|(s, _)| known.contains_key(*s))
    else {
        return Ok(());
    };
    let kind = known.get(section).and_then(|fields| fields.get(field));
    let bad = |what: &str| ConfigError::at(variable, what);
    let parsed = match kind {
        None => return Err(bad("there is no such setting")),
        Some(toml::Value::Integer(_)) => {
            toml::Value::Integer(value.parse().map_err(|_| bad("must be a whole number"))?)
        }
        Some(toml::Value::Array(_)) => value
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(toml::Value::from)
            .collect::<Vec<_>>()
            .into(),
        Some(_) => toml::Value::from(value),
    };
    let slot = table
        .entry(section)
        .or_insert_with(|| toml::Table::new().into());
    match slot.as_table_mut() {
        Some(fields) => fields.insert(field.to_owned(), parsed),
        None => return Err(bad("its section is not a table in the file")),
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, overrides: &[(&str, &str)]) -> Result<Config, String> {
        let overrides = overrides
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect();
        Config::parse("file.toml", text, overrides).map_err(|e| e.to_string())
    }

    #[test]
    fn defaults_stand() {
        assert_eq!(parse("", &[]), Ok(Config::default()));
    }

    #[test]
    fn the_environment_overrides_by_the_kind_of_the_field() {
        let config = parse(
            "[server]\nmax_connections = 5\n",
            &[
                ("DESKBRIDGE_SERVER_MAX_CONNECTIONS", "7"),
                (
                    "DESKBRIDGE_CONNECT_SITES",
                    "https://a.example, https://b.example",
                ),
                ("DESKBRIDGE_LOG_LEVEL", "debug"),
                ("DESKBRIDGE_TEST_DATA", "/elsewhere"),
                ("PATH", "/bin"),
            ],
        )
        .unwrap();
        assert_eq!(config.server.max_connections, 7);
        assert_eq!(
            config.connect.sites,
            ["https://a.example", "https://b.example"]
        );
        assert_eq!(config.log.level, "debug");
    }

    #[test]
    fn no_value_is_quoted_because_it_may_be_a_password() {
        let cases = [
            (
                "[store]\nkind = \"redis\"\nurl = \"redis://:hunter2@host\nx = 1",
                "line 3",
            ),
            (
                "[store]\nkind = \"redis\"\nurl = redis://:hunter2@host",
                "line 3",
            ),
            ("[store]\nurl \"redis://:hunter2@host\"", "line 2"),
            ("[store]\nurl = \"redis://:hunter2@host\" \"", "line 2"),
            (
                "[store]\nkind = \"redis://:hunter2@host\"",
                "line 2: expected `embedded` or",
            ),
            (
                "store = \"redis://:hunter2@host, expected\"",
                "line 1: expected",
            ),
            (
                "[store]\naccept = \"redis://:hunter2@host\"",
                "expected a sequence",
            ),
            ("[server]\nthreads = \"hunter2\"", "expected usize"),
        ];
        for (text, place) in cases {
            let error = parse(text, &[]).unwrap_err();
            assert!(!error.contains("hunter2"), "{error}");
            assert!(error.contains(place), "{error:?} should say {place:?}");
            assert_eq!(error.lines().count(), 1, "{error}");
        }
        let overridden = parse("", &[("DESKBRIDGE_STORE_KIND", "redis://:hunter2@host")]);
        let error = overridden.unwrap_err();
        assert!(!error.contains("hunter2"), "{error}");
        assert!(error.contains("store.kind"), "{error}");
    }

    #[test]
    fn what_is_wrong_and_where_is_said_in_one_line() {
        type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);
        let cases: [Case<'_>; 11] = [
            ("[server]\nlissten = \"x\"", &[], "lissten"),
            ("[sever]\n", &[], "sever"),
            ("[server]\nlisten = 5", &[], "line 2"),
            (
                "",
                &[("DESKBRIDGE_STORE_ULR", "x")],
                "DESKBRIDGE_STORE_ULR: there is no such",
            ),
            (
                "",
                &[("DESKBRIDGE_SERVER_THREADS", "two")],
                "must be a whole number",
            ),
            ("[store]\nkind = \"redis\"", &[], "store.url: is needed"),
            ("[store]\nurl = \"redis://x\"", &[], "has no effect"),
            (
                "[server]\npublic_url = \"http://bridge.example\"",
                &[],
                "must be https",
            ),
            ("[connect]\nretention_days = 0", &[], "between 1 and 90"),
            ("[jobs]\nrun = false", &[], "jobs.run: must be true"),
            ("[jobs]\nhold_seconds = 0", &[], "between 1 and 600"),
        ];
        for (text, overrides, expected) in cases {
            let error = parse(text, overrides).unwrap_err();
            assert!(
                error.contains(expected),
                "{error:?} should say {expected:?}"
            );
            assert_eq!(error.lines().count(), 1, "{error}");
        }
    }
}
