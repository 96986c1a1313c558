//! *What the server holds*: every byte of the app's store, read behind its back and unpacked, so
//! that anybody can look for what should not be there.

mod decode;
mod read;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use poem::web::{Data, Json, Query};
use poem::{Route, get, handler};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::host::{Inner, locked};

/// Where the app keeps its records.
#[derive(Clone, Debug)]
pub enum Holdings {
    /// The embedded store's files: the records, and what lies beside them.
    Files(Vec<PathBuf>),
    /// Address of a Redis server.
    Redis(String),
}

impl std::fmt::Display for Holdings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Holdings::Files(_) => f.write_str("Store: embedded (SQLite)"),
            Holdings::Redis(_) => f.write_str("Store: Redis"),
        }
    }
}

/// One stored value: where it lies, and its bytes as they lie there.
#[derive(Debug)]
struct Entry {
    place: String,
    raw: Vec<u8>,
}

const SHOWN: usize = 300;

pub fn routes(routes: Route) -> Route {
    routes
        .at("/__page/holdings", get(on_records))
        .at("/__page/holdings/search", get(on_search))
}

async fn everything(inner: &Inner) -> poem::Result<Vec<Entry>> {
    let fail =
        |why: String| poem::Error::from_string(why, poem::http::StatusCode::SERVICE_UNAVAILABLE);
    match inner.options.holdings.clone() {
        None => Ok(Vec::new()),
        Some(Holdings::Redis(url)) => read::redis(&url).await.map_err(|e| fail(e.to_string())),
        Some(Holdings::Files(files)) => {
            let read = tokio::task::spawn_blocking(move || read::files(&files)).await;
            let read = read.map_err(|e| fail(e.to_string()))?;
            read.map_err(|e| fail(e.to_string()))
        }
    }
}

#[derive(Deserialize)]
struct Asked {
    issue: Option<String>,
}

/// Records of one issue: those that name it, and those that name what these are called.
#[handler]
async fn on_records(
    Data(inner): Data<&Arc<Inner>>,
    Query(asked): Query<Asked>,
) -> poem::Result<Json<Value>> {
    let all = everything(inner).await?;
    let issue = asked.issue.filter(|issue| !issue.is_empty());
    let named = issue.and_then(|issue| {
        let site = locked(&inner.site);
        site.issue(&issue)
            .map(|issue| (issue.id.to_string(), issue.key.clone()))
    });
    let bytes: usize = all.iter().map(|entry| entry.raw.len()).sum();
    let kept = match named {
        None => all.iter().collect(),
        Some((id, key)) => of_issue(&all, &id, &key),
    };
    let records: Vec<_> = kept
        .iter()
        .take(SHOWN)
        .map(|entry| {
            json!({"place": entry.place, "size": entry.raw.len(),
                "text": decode::shown(&entry.raw)})
        })
        .collect();
    Ok(Json(json!({
        "store": inner.options.holdings.as_ref().map(ToString::to_string),
        "total": all.len(), "bytes": bytes, "matching": kept.len(), "records": records,
    })))
}

fn of_issue<'a>(all: &'a [Entry], id: &str, key: &str) -> Vec<&'a Entry> {
    let direct: Vec<bool> = all
        .iter()
        .map(|entry| {
            let words = |text: &str| decode::names(text, id) || decode::names(text, key);
            words(&entry.place) || words(&String::from_utf8_lossy(&decode::unpacked(&entry.raw)))
        })
        .collect();
    // Every record of a tenant is called after it, which says nothing about an issue.
    let tenants: BTreeSet<&str> = all
        .iter()
        .filter(|entry| entry.place.contains("tenant") || entry.place.contains("}:t "))
        .flat_map(|entry| decode::identifiers(&entry.place))
        .collect();
    let known: BTreeSet<&str> = all
        .iter()
        .zip(&direct)
        .filter(|(_, direct)| **direct)
        .flat_map(|(entry, _)| decode::identifiers(&entry.place))
        .filter(|name| !tenants.contains(name))
        .collect();
    all.iter()
        .zip(&direct)
        .filter(|(entry, direct)| {
            **direct || decode::identifiers(&entry.place).any(|name| known.contains(name))
        })
        .map(|(entry, _)| entry)
        .collect()
}

#[derive(Deserialize)]
struct Words {
    words: String,
}

/// Looks for words in every byte of the store.
#[handler]
async fn on_search(
    Data(inner): Data<&Arc<Inner>>,
    Query(asked): Query<Words>,
) -> poem::Result<Json<Value>> {
    let words = asked.words.trim();
    if words.is_empty() {
        return Ok(Json(json!({"sentence": "", "found": []})));
    }
    let all = everything(inner).await?;
    let needles = decode::spellings(words);
    let found: Vec<_> = all
        .iter()
        .filter(|entry| {
            decode::holds(entry.place.as_bytes(), &needles)
                || decode::holds(&entry.raw, &needles)
                || decode::holds(&decode::unpacked(&entry.raw), &needles)
        })
        .map(|entry| &entry.place)
        .collect();
    let looked = format!(
        "Looked at all {} records, as they lie and unpacked, also written as hex and base64.",
        all.len()
    );
    let sentence = match found.len() {
        0 => format!("No record holds these words. {looked}"),
        1 => format!("1 record holds these words. {looked}"),
        n => format!("{n} records hold these words. {looked}"),
    };
    Ok(Json(json!({"sentence": sentence, "found": found})))
}
