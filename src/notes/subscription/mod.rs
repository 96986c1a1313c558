//! Before the first note of an audience, somebody of it says that the site wants secure notes.
//! Asked once of the agents and once of the customers, however many press the button at once;
//! a site administrator may answer for both beforehand.

mod api;

pub use api::{Asked, SubscriptionApi, Subscriptions};

use serde::{Deserialize, Serialize};

use super::decide::Viewer;
use super::records::encode;
use super::{Notes, layout, refuse};
use crate::audit::{self, About, Action};
use crate::clock::Instant;
use crate::ids::{AccountId, IssueId, Scope, TenantId};
use crate::people::SHOWN;
use crate::store::{Batch, CommitError, Expect, Until};
use crate::tenants::Caller;
use crate::wire::{Kind, Problem};

/// Those who are asked together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Audience {
    Agents,
    Customers,
}

impl Audience {
    pub(super) const ALL: [Audience; 2] = [Audience::Agents, Audience::Customers];

    pub(super) const fn of(viewer: &Viewer) -> Self {
        if viewer.customer {
            Audience::Customers
        } else {
            Audience::Agents
        }
    }

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Audience::Agents => "agents",
            Audience::Customers => "customers",
        }
    }
}

/// Who answered for their audience, and when.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Subscribed {
    #[serde(rename = "a")]
    account: AccountId,
    #[serde(rename = "t")]
    at: Instant,
}

/// For whom a caller answers.
#[derive(Debug, PartialEq, Eq)]
struct Wish {
    audiences: Vec<Audience>,
    /// Whether only an administrator of the site may.
    administers: bool,
}

/// `own` is the audience the caller belongs to; None outside an issue, where nobody does. Pure.
fn wish(asked: Option<Asked>, own: Option<Audience>) -> Result<Wish, Problem> {
    let audiences = match asked {
        None => vec![own.ok_or_else(|| refuse::field("audience", "Say for whom."))?],
        Some(Asked::Agents) => vec![Audience::Agents],
        Some(Asked::Customers) => vec![Audience::Customers],
        Some(Asked::Both) => Audience::ALL.to_vec(),
    };
    let administers = audiences.iter().any(|audience| Some(*audience) != own);
    Ok(Wish {
        audiences,
        administers,
    })
}

/// The batch that subscribes `missing`, and fails where one of them is subscribed by now. Pure.
fn subscribing(
    tenant: TenantId,
    missing: &[Audience],
    who: &AccountId,
    issue: Option<IssueId>,
    now: Instant,
) -> Batch {
    let record = encode(&Subscribed {
        account: who.clone(),
        at: now,
    });
    let keys = missing.iter().map(|audience| layout::subscribed(*audience));
    let entry = |audience: &Audience| {
        let about = About {
            issue,
            detail: Some(audience.as_str().to_owned()),
            ..About::default()
        };
        audit::entry(tenant, now, Some(who), Action::Subscribed, about)
    };
    Batch {
        expect: keys.clone().map(Expect::Absent).collect(),
        put: keys.map(|key| (key, record.clone(), Until::Keep)).collect(),
        push: missing.iter().map(entry).collect(),
        ..Batch::default()
    }
}

fn not_subscribed() -> Problem {
    Problem::at_field(
        Kind::Forbidden,
        "subscription",
        "Somebody has to subscribe to secure notes here first. Nothing was stored.",
    )
}

impl Notes {
    pub(super) async fn is_subscribed(
        &self,
        scope: &Scope,
        audience: Audience,
        now: Instant,
    ) -> Result<bool, Problem> {
        let key = layout::subscribed(audience);
        Ok(self.read(scope, &key, now).await?.is_some())
    }

    /// Refused until somebody of the author's audience has subscribed. Whatever makes a note
    /// asks this first.
    pub(super) async fn must_be_subscribed(
        &self,
        scope: &Scope,
        author: &Viewer,
        now: Instant,
    ) -> Result<(), Problem> {
        let audience = Audience::of(author);
        if self.is_subscribed(scope, audience, now).await? {
            Ok(())
        } else {
            Err(not_subscribed())
        }
    }

    /// Answers for the caller's own audience, or, as an administrator of the site, for another.
    async fn subscribe(&self, caller: &Caller, asked: Option<Asked>) -> Result<(), Problem> {
        let own = match caller.issue {
            Some(_) => Some(Audience::of(&self.visit(caller, SHOWN).await?.viewer)),
            None => None,
        };
        let wish = wish(asked, own)?;
        if wish.administers {
            self.must_administer(caller).await?;
        }
        let scope = Scope::tenant(caller.tenant.id);
        let now = self.clock.now();
        // Each round finds one more audience subscribed by somebody else, or ends.
        for _ in 0..=Audience::ALL.len() {
            let mut missing = Vec::new();
            for audience in &wish.audiences {
                if !self.is_subscribed(&scope, *audience, now).await? {
                    missing.push(*audience);
                }
            }
            if missing.is_empty() {
                return Ok(());
            }
            let (tenant, who) = (caller.tenant.id, &caller.account);
            let batch = subscribing(tenant, &missing, who, caller.issue, now);
            match self.commit(&scope, &batch, now).await {
                Ok(_) => {
                    metrics::counter!("deskbridge_subscriptions_total").increment(1);
                    return Ok(());
                }
                Err(CommitError::Conflict(_)) => {}
                Err(error) => return Err(refuse::commit(&error)),
            }
        }
        Err(refuse::busy())
    }

    /// Which audiences are subscribed, for an administrator of the site.
    async fn subscriptions(&self, caller: &Caller) -> Result<Subscriptions, Problem> {
        self.must_administer(caller).await?;
        let scope = Scope::tenant(caller.tenant.id);
        let now = self.clock.now();
        Ok(Subscriptions {
            agents: self.is_subscribed(&scope, Audience::Agents, now).await?,
            customers: self.is_subscribed(&scope, Audience::Customers, now).await?,
        })
    }

    /// Asks the host anew each time: what a page was shown as proves no right.
    async fn must_administer(&self, caller: &Caller) -> Result<(), Problem> {
        let site = self.jira.site(std::sync::Arc::clone(&caller.tenant));
        match site.administers(&caller.account, None).await {
            Ok(held) if held.site => Ok(()),
            Ok(_) => Err(Problem::with_detail(
                Kind::Forbidden,
                "Only an administrator of this Jira site can do that.",
            )),
            Err(_) => Err(refuse::host_silent()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notes::records::tests::account;

    #[test]
    fn own_audience_is_anybodys_to_answer_for_and_another_an_administrators() {
        use Audience::{Agents, Customers};
        let table = [
            (None, Some(Agents), &[Agents][..], false),
            (None, Some(Customers), &[Customers], false),
            (Some(Asked::Agents), Some(Agents), &[Agents], false),
            (Some(Asked::Agents), Some(Customers), &[Agents], true),
            (Some(Asked::Customers), Some(Agents), &[Customers], true),
            (Some(Asked::Both), Some(Agents), &[Agents, Customers], true),
            (Some(Asked::Both), None, &[Agents, Customers], true),
            (Some(Asked::Customers), None, &[Customers], true),
        ];
        for (asked, own, audiences, administers) in table {
            let wanted = Wish {
                audiences: audiences.to_vec(),
                administers,
            };
            assert_eq!(wish(asked, own), Ok(wanted), "{asked:?} {own:?}");
        }
        let nobody = wish(None, None).expect_err("for nobody");
        assert_eq!(nobody.field.as_deref(), Some("audience"));
    }

    #[test]
    fn n10_a_second_registration_does_not_replace_the_first() {
        let tenant = TenantId::from_bytes([1; 16]);
        let now = Instant::from_seconds(5);
        let both = subscribing(tenant, &Audience::ALL, &account("ada"), None, now);
        for (at, audience) in Audience::ALL.into_iter().enumerate() {
            let key = layout::subscribed(audience);
            assert!(matches!(&both.expect[at], Expect::Absent(absent) if *absent == key));
            assert_eq!(both.put[at].0, key);
            assert_eq!(both.put[at].2, Until::Keep);
        }
        assert_eq!(both.push.len(), 2, "each is written down");
    }
}
