use std::time::Duration;

use serde::Deserialize;

use super::{Lenient, Site, readable};
use crate::ids::{AccountId, IssueId};
use crate::jira::call::Call;
use crate::jira::error::JiraError;
use crate::jira::fresh::Freshness;

/// Accounts asked for at once: ids are up to 128 characters long and travel in the address.
const AT_ONCE: usize = 40;
/// An app keeps its account as long as it is installed.
const OWN_ACCOUNT_KEPT: Duration = Duration::from_secs(600);

/// An account as Jira shows it to the app. Nothing of it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub account: AccountId,
    pub name: String,
    pub kind: AccountKind,
    pub active: bool,
    /// Address of a picture of 48 pixels.
    pub avatar: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccountKind {
    /// An Atlassian account: agents, and customers who have one.
    Atlassian,
    /// A portal-only customer.
    Customer,
    App,
    Unknown,
}

impl Site {
    /// The accounts that Jira knows of those asked for, in no order. Unknown ones are left out.
    ///
    /// `GET /rest/api/3/user/bulk` is the one operation that answers many accounts; the document
    /// marks it experimental, as it has for years.
    pub async fn users(&self, accounts: &[AccountId]) -> Result<Vec<User>, JiraError> {
        let mut users = Vec::new();
        for some in accounts.chunks(AT_ONCE) {
            let mut call = Call::new("GET /rest/api/3/user/bulk", &[])
                .query("maxResults", some.len().to_string())
                .points(1 + 2 * u64::try_from(some.len()).unwrap_or(0));
            for account in some {
                call = call.query("accountId", account.to_string());
            }
            let page: RawPage = self.fetch(&call).await?;
            users.extend(readable(page.values).into_iter().filter_map(RawUser::read));
        }
        Ok(users)
    }

    /// People who can be assigned to the issue and whose name or address begins with `query`;
    /// on a service project those are its agents. Apps are left out.
    ///
    /// `GET /rest/api/3/user/assignable/search` and not `.../user/permission/search`, because the
    /// latter asks for an administrator of the project; this one is content with *Assign issues*,
    /// which an app's project role has. Neither it nor its parameters are deprecated, and READ
    /// suffices. Jira looks through the first `most` matches only, so a short answer need not
    /// be all of them: on a large site a longer `query` finds more.
    pub async fn assignable(
        &self,
        issue: IssueId,
        query: &str,
        most: usize,
    ) -> Result<Vec<User>, JiraError> {
        let call = Call::new("GET /rest/api/3/user/assignable/search", &[])
            .query("issueId", issue.to_string())
            .query("query", query)
            .query("maxResults", most.to_string())
            .points(21);
        let list: Vec<Lenient<RawUser>> = self.fetch(&call).await?;
        let users = readable(list).into_iter().filter_map(RawUser::read);
        Ok(users.filter(|u| u.kind != AccountKind::App).collect())
    }

    /// The app's own account: the author of what it writes.
    pub async fn own_account(&self) -> Result<AccountId, JiraError> {
        Ok(self.own().await?.account)
    }

    /// The language of the site, as it is spoken to whoever chose none: the app has none of its
    /// own. A Java locale such as `en_US`; None where the site does not say.
    pub async fn locale(&self) -> Result<Option<String>, JiraError> {
        Ok(self.own().await?.locale)
    }

    async fn own(&self) -> Result<Own, JiraError> {
        let question = async {
            let raw: RawOwn = self
                .fetch(&Call::new("GET /rest/api/3/myself", &[]).points(3))
                .await?;
            let user = raw.user.read().ok_or(JiraError::Unreadable)?;
            Ok::<_, JiraError>(Own {
                account: user.account,
                locale: raw.locale,
            })
        };
        let kept = Freshness::Within(OWN_ACCOUNT_KEPT);
        let now = || self.now();
        let all = self.jira.own_accounts();
        all.get(&self.tenant.id, kept, now, question).await
    }
}

/// What the site says of the app itself.
#[derive(Clone, Debug)]
pub(in crate::jira) struct Own {
    account: AccountId,
    locale: Option<String>,
}

#[derive(Deserialize)]
struct RawOwn {
    #[serde(flatten)]
    user: RawUser,
    #[serde(default)]
    locale: Option<String>,
}

#[derive(Deserialize)]
struct RawPage {
    #[serde(default)]
    values: Vec<Lenient<RawUser>>,
}

/// A user of the platform (`User`) or of the service desk (`UserDTO`, which has no kind).
#[derive(Deserialize)]
pub(super) struct RawUser {
    #[serde(rename = "accountId")]
    account: String,
    #[serde(default, rename = "accountType")]
    kind: Option<String>,
    #[serde(default, rename = "displayName")]
    name: Option<String>,
    /// Absent means what it costs least to be wrong about: not active.
    #[serde(default)]
    active: bool,
    #[serde(default, rename = "avatarUrls")]
    avatars: Option<RawAvatars>,
    #[serde(default, rename = "_links")]
    links: Option<RawLinks>,
}

#[derive(Deserialize)]
struct RawAvatars {
    #[serde(default, rename = "48x48")]
    large: Option<String>,
}

#[derive(Deserialize)]
struct RawLinks {
    #[serde(default, rename = "avatarUrls")]
    avatars: Option<RawAvatars>,
}

impl RawUser {
    /// `None` for accounts without an identity: `unknown` stands for a damaged record, which
    /// several people may share.
    pub(super) fn read(self) -> Option<User> {
        if self.account == "unknown" {
            return None;
        }
        let account: AccountId = self.account.parse().ok()?;
        let kind = match self.kind.as_deref() {
            Some("atlassian") => AccountKind::Atlassian,
            Some("customer") => AccountKind::Customer,
            Some("app") => AccountKind::App,
            _ if account.as_str().starts_with("qm:") => AccountKind::Customer,
            _ => AccountKind::Unknown,
        };
        let avatars = self.avatars.or(self.links.and_then(|links| links.avatars));
        Some(User {
            account,
            name: self.name.unwrap_or_default(),
            kind,
            active: self.active,
            avatar: avatars.and_then(|avatars| avatars.large),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(value: Value) -> Option<User> {
        serde_json::from_value::<RawUser>(value).unwrap().read()
    }

    #[test]
    fn users_of_both_interfaces_are_read() {
        let platform = read(json!({
            "accountId": "712020:niro", "accountType": "atlassian", "active": true,
            "displayName": "Niro", "avatarUrls": {"48x48": "https://a.example/48", "16x16": "x"},
        }));
        let desk = read(json!({
            "accountId": "qm:1:2", "displayName": "Jonathan", "active": true,
            "_links": {"avatarUrls": {"48x48": "https://a.example/q"}},
        }));
        let (platform, desk) = (platform.unwrap(), desk.unwrap());
        assert_eq!(platform.kind, AccountKind::Atlassian);
        assert_eq!(platform.avatar.as_deref(), Some("https://a.example/48"));
        assert_eq!(desk.kind, AccountKind::Customer);
        assert_eq!(desk.avatar.as_deref(), Some("https://a.example/q"));
    }

    #[test]
    fn a_damaged_record_is_nobody_and_silence_is_not_active() {
        assert_eq!(read(json!({"accountId": "unknown", "active": true})), None);
        assert_eq!(read(json!({"accountId": "a b", "active": true})), None);
        let deleted = read(json!({"accountId": "5b10", "displayName": "Former user"})).unwrap();
        assert!(!deleted.active);
        assert_eq!(deleted.kind, AccountKind::Unknown);
    }
}
