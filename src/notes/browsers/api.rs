//! The routes of one's own browsers, as panels call them below `/api`.

use std::sync::Arc;

use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::types::Any;
use poem_openapi::{ApiResponse, Enum, Object, OpenApi};
use serde_json::Value;

use super::records::Asked;
use crate::clock::Instant;
use crate::doors::PanelCaller;
use crate::ids::Scope;
use crate::notes::Notes;
use crate::notes::api::KeyAdded;
use crate::notes::records::StoredKey;
use crate::tenants::Caller;
use crate::wire::{Problem, Refused};

/// The routes of a person's browsers.
pub struct BrowsersApi {
    notes: Arc<Notes>,
}

impl BrowsersApi {
    pub fn new(notes: Arc<Notes>) -> Self {
        Self { notes }
    }
}

/// What the server knows of a person's browsers, beside their signed history.
#[derive(Debug, Object)]
#[oai(rename_all = "camelCase")]
pub struct Browsers {
    pub now: i64,
    pub browsers: Vec<Browser>,
    /// A browser of the caller that asks to be approved.
    pub asked: Option<AskedBrowser>,
    /// The key ids that the server no longer accepts without an entry that says so.
    pub retired: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "lowercase")]
pub enum BrowserKind {
    Browser,
    /// Lives as long as its page.
    Page,
    /// A printed recovery code.
    Code,
}

/// A key that may be used, with what the server says of it.
#[derive(Debug, Object)]
#[oai(rename_all = "camelCase")]
pub struct Browser {
    pub kid: String,
    pub kind: BrowserKind,
    pub name: Option<String>,
    pub made_at: i64,
    /// To the day.
    pub used_at: i64,
}

/// The messages that two browsers of one person have exchanged so far.
#[derive(Debug, Object)]
#[oai(rename_all = "camelCase")]
pub struct AskedBrowser {
    pub commitment: String,
    pub name: Option<String>,
    pub since: i64,
    pub by: Option<String>,
    pub nonce: Option<String>,
    pub half: Option<Any<Value>>,
    pub then: Option<Any<Value>>,
}

#[derive(Debug, Object)]
pub struct NewAsked {
    /// The hash of the key that shall be approved.
    pub commitment: String,
    pub name: Option<String>,
}

#[derive(Debug, Object)]
pub struct NewAnswer {
    pub commitment: String,
    /// The key that will vouch.
    pub by: String,
    /// 16 bytes, base64url, drawn after the commitment came.
    pub nonce: String,
}

#[derive(Debug, Object)]
pub struct NewHalf {
    pub commitment: String,
    /// The entry with the new key's signature alone.
    pub half: Any<Value>,
    /// The end of the key that this browser had before.
    pub then: Option<Any<Value>>,
}

#[derive(Debug, Object)]
pub struct NewName {
    pub kid: String,
    pub name: String,
}

#[derive(Debug, Object)]
pub struct NewCode {
    pub entry: Any<Value>,
    /// The end of the code before.
    pub then: Option<Any<Value>>,
    pub slot: Any<Value>,
    /// The hash of the token against which the slot is given out, base64url.
    pub token: String,
}

#[derive(Object)]
pub struct CodeToken {
    /// base64url of 32 bytes.
    pub token: String,
}

#[derive(Debug, Object)]
pub struct CodeReleased {
    pub kid: String,
    pub slot: Any<Value>,
}

#[derive(ApiResponse)]
enum Kept {
    #[oai(status = 201)]
    Kept,
}

#[derive(ApiResponse)]
enum Dropped {
    #[oai(status = 204)]
    Dropped,
}

#[derive(ApiResponse)]
enum Made {
    #[oai(status = 201)]
    Made(Json<KeyAdded>),
}

#[OpenApi]
impl BrowsersApi {
    /// The caller's browsers, and one that asks to be approved.
    #[oai(path = "/browsers", method = "get")]
    async fn browsers(&self, caller: PanelCaller) -> Result<Json<Browsers>, Refused> {
        Ok(Json(self.notes.browsers(&caller.0).await?))
    }

    /// Names one of the caller's browsers. Nobody else is told.
    #[oai(path = "/browsers/name", method = "post")]
    async fn name(&self, caller: PanelCaller, new: Json<NewName>) -> Result<Kept, Refused> {
        self.notes.name_browser(&caller.0, &new).await?;
        Ok(Kept::Kept)
    }

    /// Asks to be approved from another browser of the caller.
    #[oai(path = "/browsers/asked", method = "post")]
    async fn ask(&self, caller: PanelCaller, new: Json<NewAsked>) -> Result<Kept, Refused> {
        self.notes.ask_approval(&caller.0, &new).await?;
        Ok(Kept::Kept)
    }

    /// Answers a browser that asks, once.
    #[oai(path = "/browsers/asked/answer", method = "post")]
    async fn answer(&self, caller: PanelCaller, new: Json<NewAnswer>) -> Result<Kept, Refused> {
        self.notes.answer_asked(&caller.0, &new).await?;
        Ok(Kept::Kept)
    }

    /// The key that was committed to. It counts once the other browser has signed it, too.
    #[oai(path = "/browsers/asked/half", method = "post")]
    async fn half(&self, caller: PanelCaller, new: Json<NewHalf>) -> Result<Kept, Refused> {
        self.notes.add_half(&caller.0, &new).await?;
        Ok(Kept::Kept)
    }

    /// Withdraws or declines a request.
    #[oai(path = "/browsers/asked", method = "delete")]
    async fn withdraw(
        &self,
        caller: PanelCaller,
        commitment: Query<String>,
    ) -> Result<Dropped, Refused> {
        self.notes.drop_asked(&caller.0, &commitment.0).await?;
        Ok(Dropped::Dropped)
    }

    /// Keeps the key of a recovery code. The code itself never comes here.
    #[oai(path = "/browsers/code", method = "post")]
    async fn code(&self, caller: PanelCaller, new: Json<NewCode>) -> Result<Made, Refused> {
        Ok(Made::Made(Json(
            self.notes.add_code(&caller.0, &new).await?,
        )))
    }

    /// Releases the wrapped private halves of the code's key, ten tries a day.
    #[oai(path = "/browsers/code/open", method = "post")]
    async fn open_code(
        &self,
        caller: PanelCaller,
        token: Json<CodeToken>,
    ) -> Result<Json<CodeReleased>, Refused> {
        let released = self.notes.open_code(&caller.0, &token.token).await?;
        Ok(Json(released))
    }
}

impl Notes {
    async fn browsers(&self, caller: &Caller) -> Result<Browsers, Problem> {
        let now = self.clock.now();
        let scope = Scope::tenant(caller.tenant.id);
        let head = self.key_head(&scope, &caller.account, now).await?;
        let asked = self.asked(&scope, caller, now).await?;
        let (keys, retired) = head.map_or_else(Default::default, |(h, _)| (h.keys, h.retired));
        Ok(Browsers {
            now: now.seconds(),
            browsers: keys
                .into_iter()
                .filter(|key| !outlived(key, now))
                .map(shown)
                .collect(),
            asked: asked.map(|(asked, _)| told(asked)),
            retired: crate::notes::api::texts(&retired),
        })
    }
}

fn outlived(key: &StoredKey, now: Instant) -> bool {
    key.entry().is_ok_and(|entry| entry.outlived(now))
}

fn shown(key: StoredKey) -> Browser {
    Browser {
        kid: key.kid.to_string(),
        kind: match (key.code, key.page) {
            (true, _) => BrowserKind::Code,
            (_, true) => BrowserKind::Page,
            _ => BrowserKind::Browser,
        },
        name: key.name,
        made_at: key.added.seconds(),
        used_at: key.used.seconds(),
    }
}

fn told(asked: Asked) -> AskedBrowser {
    let (by, nonce) = match asked.answer {
        Some(answer) => (Some(answer.by.to_string()), Some(answer.nonce)),
        None => (None, None),
    };
    let (half, then) = match asked.half {
        Some(half) => (Some(Any(half.entry)), half.then.map(Any)),
        None => (None, None),
    };
    AskedBrowser {
        commitment: asked.commitment.to_string(),
        name: asked.name,
        since: asked.since.seconds(),
        by,
        nonce,
        half,
        then,
    }
}
