use std::collections::HashSet;
use std::sync::Arc;

use super::decide::Standing;
use super::folded::folded;
use super::person::{Person, PersonKind};
use super::{LISTS, People, Unreachable};
use crate::ids::{AccountId, IssueId};
use crate::jira::{ProjectKind, User};
use crate::tenants::{Caller, Tenant};

/// Jira looks through its first thousand people, however many are asked for.
const AGENTS: usize = 1000;
/// Entries a picker gets.
const SHOWN_AT_MOST: usize = 50;

impl People {
    /// Whom the caller may choose as readers of a note on the issue: the agents of its project
    /// and the people on the request, without the caller. People on the request come first.
    /// `query` is compared with names, without regard to case and accents. Empty for whoever may
    /// not see the issue. At most 50: a longer `query` finds more.
    ///
    /// This is an offer, not a decision: what is chosen is checked by [`People::standing`].
    pub async fn pickable(
        &self,
        tenant: &Arc<Tenant>,
        issue: IssueId,
        caller: &Caller,
        query: &str,
    ) -> Result<Vec<Person>, Unreachable> {
        let standing = self.standing(tenant, &caller.account, issue, LISTS).await?;
        if standing == Standing::Outside {
            return Ok(Vec::new());
        }
        let agents = self.agents(tenant, issue, query).await?;
        let (on_request, assignee) = self.on_request(tenant, issue).await?;
        let mut offer = Vec::new();
        let known: HashSet<&AccountId> = agents.iter().map(|agent| &agent.account).collect();
        for user in &on_request {
            let kind = if known.contains(&user.account) {
                PersonKind::Agent
            } else {
                PersonKind::Customer
            };
            offer.push(Person::of(user, kind, true));
        }
        for agent in &agents {
            let on_request = assignee.as_ref() == Some(&agent.account);
            offer.push(Person::of(agent, PersonKind::Agent, on_request));
        }
        Ok(chosen(offer, &caller.account, query))
    }

    /// All agents where they are few; on a large site those that `query` finds as well.
    async fn agents(
        &self,
        tenant: &Arc<Tenant>,
        issue: IssueId,
        query: &str,
    ) -> Result<Vec<User>, Unreachable> {
        let query = query.trim();
        let mut agents: Vec<User> = self.facts.agents(tenant, issue, "", AGENTS).await?.to_vec();
        // Jira gives up at the thousandth person: only with a query it looks further.
        if !query.is_empty()
            && let Ok(more) = self.facts.agents(tenant, issue, query, AGENTS).await
        {
            let known: HashSet<AccountId> = agents.iter().map(|a| a.account.clone()).collect();
            let more = more.iter().filter(|user| !known.contains(&user.account));
            agents.extend(more.cloned());
        }
        Ok(agents)
    }

    /// The customers' side, and who is assigned.
    async fn on_request(
        &self,
        tenant: &Arc<Tenant>,
        issue: IssueId,
    ) -> Result<(Vec<User>, Option<AccountId>), Unreachable> {
        let Some(found) = self.facts.issue(tenant, issue, LISTS).await? else {
            return Ok((Vec::new(), None));
        };
        let assignee = found.assignee.clone();
        if found.project.kind != ProjectKind::Service {
            return Ok((Vec::new(), assignee));
        }
        let Some(request) = self.facts.request(tenant, issue, LISTS).await? else {
            return Ok((Vec::new(), assignee));
        };
        let mut people: Vec<User> = request.reporter.iter().cloned().collect();
        people.extend(request.participants.iter().cloned());
        for organization in &found.organizations {
            let members = self.facts.members(tenant, *organization, LISTS).await?;
            people.extend(members.iter().cloned());
        }
        Ok((people, assignee))
    }
}

/// Each active person once, without the caller, whose name holds `query`.
fn chosen(offer: Vec<Person>, caller: &AccountId, query: &str) -> Vec<Person> {
    let wanted = folded(query.trim());
    let mut seen = HashSet::new();
    let mut chosen: Vec<(String, Person)> = offer
        .into_iter()
        .filter(|person| person.active && person.account != *caller)
        .map(|person| (folded(&person.name), person))
        .filter(|(name, person)| name.contains(&wanted) && seen.insert(person.account.clone()))
        .collect();
    chosen.sort_by(|(a, x), (b, y)| (!x.on_request, a).cmp(&(!y.on_request, b)));
    chosen.truncate(SHOWN_AT_MOST);
    chosen.into_iter().map(|(_, person)| person).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(account: &str, name: &str, on_request: bool) -> Person {
        Person {
            account: account.parse().unwrap(),
            name: name.to_owned(),
            kind: PersonKind::Agent,
            avatar: None,
            active: true,
            on_request,
            sees: false,
        }
    }

    fn names(query: &str) -> Vec<String> {
        let gone = Person {
            active: false,
            ..person("e", "Gone", true)
        };
        let offer = vec![
            person("d", "Zoë", true),
            gone,
            person("a", "Niro", false),
            person("b", "Nero", false),
            person("d", "Zoë", false),
            person("c", "Ána", false),
        ];
        let caller = "a".parse().unwrap();
        let chosen = chosen(offer, &caller, query);
        chosen.into_iter().map(|person| person.name).collect()
    }

    #[test]
    fn each_once_without_caller_and_gone_people_on_the_request_first() {
        assert_eq!(names(""), ["Zoë", "Ána", "Nero"]);
    }

    #[test]
    fn a_query_ignores_case_and_accents() {
        assert_eq!(names(" ZOE "), ["Zoë"]);
        assert_eq!(names("an"), ["Ána"]);
        assert_eq!(names("r"), ["Nero"]);
        assert_eq!(names("niro"), Vec::<String>::new());
    }

    #[test]
    fn an_offer_ends() {
        let offer = (0..200).map(|n| person(&format!("p{n}"), "Same", false));
        let caller = "x".parse().unwrap();
        assert_eq!(chosen(offer.collect(), &caller, "").len(), SHOWN_AT_MOST);
    }
}
