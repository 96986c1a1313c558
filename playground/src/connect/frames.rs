//! Addresses and tokens of the app's pages inside the site's pages.

use serde::Serialize;
use serde_json::{Value, json};

use super::Installed;
use crate::host::{Inner, locked};
use crate::site::{Issue, Site};
use crate::token::{self, LIFE_SECONDS, encode};

/// Tokens of `AP.context.getToken` live fifteen minutes.
const CONTEXT_LIFE_SECONDS: i64 = 900;

#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    #[error("no app is installed, or it is disabled")]
    NoApp,
    #[error("the app has no module of that key")]
    NoModule,
    #[error("there is no such issue, or this person may not see it")]
    NoIssue,
}

/// A page of the app, ready to be put into an iframe.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Frame {
    pub addon_key: String,
    pub key: String,
    pub module_type: String,
    pub name: String,
    pub url: String,
    /// Account of whoever looks, if anybody.
    pub account: Option<String>,
    pub options: Value,
}

fn seen<'a>(site: &'a Site, account: Option<&str>, issue: &str) -> Result<&'a Issue, FrameError> {
    let issue = site.issue(issue).ok_or(FrameError::NoIssue)?;
    // A portal page that nobody is logged in to still shows its panels, without a person.
    let may = account.is_none_or(|a| site.works_on(a, issue) || site.sees_request(a, issue));
    may.then_some(issue).ok_or(FrameError::NoIssue)
}

fn context(site: &Site, issue: Option<&Issue>) -> Value {
    let Some(issue) = issue else { return json!({}) };
    json!({
        "issue": {"id": issue.id.to_string(), "key": issue.key, "issuetype": {"id": "10001"}},
        "project": {"id": issue.project.to_string(), "key": site.project_of(issue).key},
    })
}

/// Fills context variables: known ones URL-encoded, all others empty.
fn filled(url: &str, site: &Site, issue: Option<&Issue>, app: &Installed) -> String {
    let value = |name: &str| -> String {
        let request = issue.and_then(|i| i.request.as_ref());
        let project = issue.map(|i| site.project_of(i));
        let value = match name {
            "issue.id" => issue.map(|i| i.id.to_string()),
            "issue.key" => issue.map(|i| i.key.clone()),
            "issuetype.id" => issue.map(|_| "10001".to_owned()),
            "project.id" => project.map(|p| p.id.to_string()),
            "project.key" => project.map(|p| p.key.clone()),
            "addon.key" => Some(app.key.clone()),
            "servicedesk.requestId" => request.and(issue).map(|i| i.id.to_string()),
            "servicedesk.requestTypeId" => request.map(|r| r.request_type.to_string()),
            "servicedesk.serviceDeskId" => {
                project.and_then(|p| p.service_desk).map(|d| d.to_string())
            }
            _ => None,
        };
        encode(&value.unwrap_or_default())
    };
    let mut out = String::new();
    let mut rest = url;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        out.push_str(before);
        out.push_str(&value(name));
        rest = after;
    }
    out + rest
}

impl Inner {
    fn live_app(&self) -> Result<Installed, FrameError> {
        self.app()
            .filter(|app| app.enabled)
            .ok_or(FrameError::NoApp)
    }

    /// The page of a module for a person (account or short name; `None` is nobody) and an issue.
    pub fn frame(
        &self,
        who: Option<&str>,
        module_key: &str,
        issue: Option<&str>,
    ) -> Result<Frame, FrameError> {
        let app = self.live_app()?;
        let (kind, module) = app.module(module_key).ok_or(FrameError::NoModule)?;
        let site = locked(&self.site);
        let account = who.and_then(|w| site.person(w)).map(|p| p.account.clone());
        let issue = issue
            .map(|i| seen(&site, account.as_deref(), i))
            .transpose()?;
        let target = module["url"].as_str().or(module["target"]["url"].as_str());
        let mut url = filled(&app.address(target.unwrap_or_default()), &site, issue, &app);
        if module["cacheable"] != true {
            let joint = if url.contains('?') { '&' } else { '?' };
            url.push(joint);
            url.push_str(&format!(
                "xdm_e={}&xdm_c=channel-{}__{module_key}&cp=&xdm_deprecated_addon_key_do_not_use={}\
                 &lic=none&cv=1001.0.0-SNAPSHOT",
                encode(&self.base_url),
                app.key,
                app.key
            ));
            let now = self.now_seconds();
            let mut claims = json!({
                "iss": app.client_key, "iat": now, "exp": now + LIFE_SECONDS, "context": {},
                "qsh": token::of_url("GET", &url, &app.base_url),
            });
            if let Some(account) = &account {
                claims["sub"] = json!(account);
            }
            url.push_str(&format!(
                "&jwt={}",
                token::sign(&claims, &app.shared_secret)
            ));
        }
        let name = module["name"]["value"].as_str().unwrap_or(&app.name);
        Ok(Frame {
            addon_key: app.key.clone(),
            key: module_key.to_owned(),
            module_type: kind.to_owned(),
            name: name.to_owned(),
            url,
            account,
            options: json!({
                "moduleType": kind,
                "hostOrigin": self.base_url,
                "productContext": context(&site, issue),
                "structuredContext": {"jira": context(&site, issue)},
            }),
        })
    }

    /// What `AP.context.getToken` gives: a token bound to no request, with the issue inside.
    pub fn context_token(
        &self,
        who: Option<&str>,
        issue: Option<&str>,
    ) -> Result<String, FrameError> {
        let app = self.live_app()?;
        let site = locked(&self.site);
        let account = who.and_then(|w| site.person(w)).map(|p| p.account.clone());
        let issue = issue
            .map(|i| seen(&site, account.as_deref(), i))
            .transpose()?;
        let now = self.now_seconds();
        let mut claims = json!({
            "iss": app.client_key, "iat": now, "exp": now + CONTEXT_LIFE_SECONDS,
            "qsh": "context-qsh", "context": {"jira": context(&site, issue)},
        });
        if let Some(account) = &account {
            claims["sub"] = json!(account);
        }
        Ok(token::sign(&claims, &app.shared_secret))
    }
}
