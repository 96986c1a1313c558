use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::try_join3;

use super::decide::{Account, May, Standing, Tie, is_agent, may_be_customer};
use super::{LISTS, Unreachable};
use crate::clock::Instant;
use crate::ids::{AccountId, IssueId, ProjectId, TenantId};
use crate::jira::{
    AccountKind, Fresh, Freshness, Issue, Jira, JiraError, OrganizationId, ProjectState, Request,
    Site, User,
};
use crate::tenants::Tenant;

const BROWSE: &str = "BROWSE_PROJECTS";
const SERVE: &str = "SERVICEDESK_AGENT";
const COMMENT: &str = "ADD_COMMENTS";
const EDIT: &str = "EDIT_ISSUES";

/// Members of one organization that are looked through.
const MEMBERS: usize = 2000;
/// Answers kept of each kind, over all tenants.
const KEPT: usize = 20_000;
/// Longer lists, so fewer of them.
const LISTS_KEPT: usize = 1000;

type OfIssue = (TenantId, IssueId);

/// What was asked of Jira a moment ago. Memory only.
pub(super) struct Facts {
    jira: Jira,
    standings: Fresh<(TenantId, AccountId, IssueId), Standing>,
    issues: Fresh<OfIssue, Option<Arc<Issue>>>,
    requests: Fresh<OfIssue, Option<Arc<Request>>>,
    members: Fresh<(TenantId, OrganizationId), Arc<Vec<User>>>,
    agents: Fresh<(TenantId, IssueId, String), Arc<Vec<User>>>,
    users: Fresh<(TenantId, AccountId), Option<User>>,
    writable: Fresh<OfIssue, bool>,
    archived: Fresh<(TenantId, ProjectId), bool>,
}

impl Facts {
    pub(super) fn new(jira: Jira) -> Self {
        Self {
            jira,
            standings: Fresh::new(KEPT),
            issues: Fresh::new(KEPT),
            requests: Fresh::new(KEPT),
            members: Fresh::new(LISTS_KEPT),
            agents: Fresh::new(LISTS_KEPT),
            users: Fresh::new(KEPT),
            writable: Fresh::new(KEPT),
            archived: Fresh::new(LISTS_KEPT),
        }
    }

    fn now(&self) -> Instant {
        self.jira.clock().now()
    }

    fn site(&self, tenant: &Arc<Tenant>) -> Site {
        self.jira.site(Arc::clone(tenant))
    }

    pub(super) async fn standing(
        &self,
        tenant: &Arc<Tenant>,
        account: &AccountId,
        issue: IssueId,
        freshness: Freshness,
    ) -> Result<Standing, Unreachable> {
        // A kept answer may rest on kept facts: each takes half of the age allowed.
        let half = match freshness {
            Freshness::Now => Freshness::Now,
            Freshness::Within(age) => Freshness::Within(age / 2),
        };
        let question = Box::pin(self.ask(tenant, account, issue, half));
        self.standings
            .get(
                &(tenant.id, account.clone(), issue),
                half,
                || self.now(),
                question,
            )
            .await
    }

    async fn ask(
        &self,
        tenant: &Arc<Tenant>,
        account: &AccountId,
        issue: IssueId,
        freshness: Freshness,
    ) -> Result<Standing, Unreachable> {
        let (found, user, may) = try_join3(
            self.issue(tenant, issue, freshness),
            self.user(tenant, account, freshness),
            self.may(tenant, account, issue),
        )
        .await?;
        let Some(found) = found else {
            return Ok(Standing::Outside);
        };
        let known = user.map(|user| Account {
            active: user.active,
            portal_only: user.kind == AccountKind::Customer,
            app: user.kind == AccountKind::App,
        });
        if is_agent(found.project.kind, known, may) {
            return Ok(Standing::Agent);
        }
        if !may_be_customer(found.project.kind, known) {
            return Ok(Standing::Outside);
        }
        let tie = self.tie(tenant, account, &found, freshness).await?;
        Ok(tie.map_or(Standing::Outside, Standing::Customer))
    }

    async fn may(
        &self,
        tenant: &Arc<Tenant>,
        account: &AccountId,
        issue: IssueId,
    ) -> Result<May, Unreachable> {
        let site = self.site(tenant);
        let wanted = [BROWSE, COMMENT, EDIT, SERVE];
        let held = match site.permissions(account, &wanted, &[issue], &[]).await {
            // A site without a service desk does not know its permission.
            Err(JiraError::Refused { status: 400 }) => {
                site.permissions(account, &wanted[..3], &[issue], &[])
                    .await?
            }
            other => other?,
        };
        let on = |permission| held.on_issue(permission, issue);
        Ok(May {
            browse: on(BROWSE),
            serve: on(SERVE),
            work: on(COMMENT) || on(EDIT),
        })
    }

    /// Whether the app may comment on the issue or edit it.
    pub(super) async fn writable(
        &self,
        tenant: &Arc<Tenant>,
        issue: IssueId,
        freshness: Freshness,
    ) -> Result<bool, Unreachable> {
        let question = async {
            let own = self.site(tenant).own_account().await?;
            Ok(self.may(tenant, &own, issue).await?.work)
        };
        self.writable
            .get(&(tenant.id, issue), freshness, || self.now(), question)
            .await
    }

    /// Whether the project is archived.
    pub(super) async fn archived(
        &self,
        tenant: &Arc<Tenant>,
        project: ProjectId,
        freshness: Freshness,
    ) -> Result<bool, Unreachable> {
        let question = async {
            let states = self.site(tenant).projects(&[project]).await?;
            Ok(states.get(&project) == Some(&ProjectState::Archived))
        };
        self.archived
            .get(&(tenant.id, project), freshness, || self.now(), question)
            .await
    }

    /// How the account is tied to the request; an issue that is no request ties nobody.
    async fn tie(
        &self,
        tenant: &Arc<Tenant>,
        account: &AccountId,
        issue: &Issue,
        freshness: Freshness,
    ) -> Result<Option<Tie>, Unreachable> {
        let Some(request) = self.request(tenant, issue.id, freshness).await? else {
            return Ok(None);
        };
        let is_active = |user: &User| user.account == *account && user.active;
        if request.reporter.as_ref().is_some_and(is_active) {
            return Ok(Some(Tie::Reporter));
        }
        if request.participants.iter().any(is_active) {
            return Ok(Some(Tie::Participant));
        }
        for organization in &issue.organizations {
            let members = self.members(tenant, *organization, freshness).await?;
            if members.iter().any(is_active) {
                return Ok(Some(Tie::Organization));
            }
        }
        Ok(None)
    }

    pub(super) async fn issue(
        &self,
        tenant: &Arc<Tenant>,
        issue: IssueId,
        freshness: Freshness,
    ) -> Result<Option<Arc<Issue>>, Unreachable> {
        let question = async {
            match self.site(tenant).issue(issue).await {
                Ok(found) => Ok(Some(Arc::new(found))),
                Err(JiraError::NotFound) => Ok(None),
                Err(error) => Err(error.into()),
            }
        };
        self.issues
            .get(&(tenant.id, issue), freshness, || self.now(), question)
            .await
    }

    pub(super) async fn request(
        &self,
        tenant: &Arc<Tenant>,
        issue: IssueId,
        freshness: Freshness,
    ) -> Result<Option<Arc<Request>>, Unreachable> {
        let question = async {
            let request = self.site(tenant).request(issue).await?;
            Ok(request.map(Arc::new))
        };
        self.requests
            .get(&(tenant.id, issue), freshness, || self.now(), question)
            .await
    }

    /// Members of an organization; nobody where the site does not let the app read them.
    pub(super) async fn members(
        &self,
        tenant: &Arc<Tenant>,
        organization: OrganizationId,
        freshness: Freshness,
    ) -> Result<Arc<Vec<User>>, Unreachable> {
        let question = async {
            match self.site(tenant).members(organization, MEMBERS).await {
                Ok(members) => Ok(Arc::new(members)),
                Err(JiraError::NotFound | JiraError::Forbidden) => Ok(Arc::default()),
                Err(error) => Err(error.into()),
            }
        };
        self.members
            .get(
                &(tenant.id, organization),
                freshness,
                || self.now(),
                question,
            )
            .await
    }

    /// Agents among the first `most` people whose name or address begins with `query`.
    pub(super) async fn agents(
        &self,
        tenant: &Arc<Tenant>,
        issue: IssueId,
        query: &str,
        most: usize,
    ) -> Result<Arc<Vec<User>>, Unreachable> {
        let question = async {
            let mut users = self.site(tenant).assignable(issue, query, most).await?;
            users.retain(|user| user.active && user.kind != AccountKind::Customer);
            Ok(Arc::new(users))
        };
        self.agents
            .get(
                &(tenant.id, issue, query.to_owned()),
                LISTS,
                || self.now(),
                question,
            )
            .await
    }

    async fn user(
        &self,
        tenant: &Arc<Tenant>,
        account: &AccountId,
        freshness: Freshness,
    ) -> Result<Option<User>, Unreachable> {
        let question = async {
            let asked = std::slice::from_ref(account);
            match self.site(tenant).users(asked).await {
                Ok(users) => Ok(users.into_iter().find(|user| user.account == *account)),
                Err(JiraError::NotFound) => Ok(None),
                Err(error) => Err(error.into()),
            }
        };
        self.users
            .get(
                &(tenant.id, account.clone()),
                freshness,
                || self.now(),
                question,
            )
            .await
    }

    /// Accounts as they were at most 30 s ago; those not kept are asked for together.
    pub(super) async fn users(
        &self,
        tenant: &Arc<Tenant>,
        accounts: &[AccountId],
    ) -> Result<HashMap<AccountId, Option<User>>, Unreachable> {
        let asked = self.now();
        let mut all = HashMap::new();
        let mut missing = Vec::new();
        for account in accounts {
            match self.users.peek(&(tenant.id, account.clone()), LISTS, asked) {
                Some(user) => {
                    all.insert(account.clone(), user);
                }
                None if missing.contains(account) => {}
                None => missing.push(account.clone()),
            }
        }
        if missing.is_empty() {
            return Ok(all);
        }
        let mut found: HashMap<AccountId, User> = self
            .site(tenant)
            .users(&missing)
            .await?
            .into_iter()
            .map(|user| (user.account.clone(), user))
            .collect();
        for account in missing {
            let user = found.remove(&account);
            self.users
                .keep(&(tenant.id, account.clone()), user.clone(), asked);
            all.insert(account, user);
        }
        Ok(all)
    }
}
