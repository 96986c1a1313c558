//! What a panel draws: the notes of its issue as they show to the caller, and the people in them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::api::{Card, Duplicate, Issue, Me, Moved, Opened, PanelState, Person, PersonKind, Site};
use super::card::{self, LiveKeys};
use super::records::Note;
use super::subscription::Audience;
use super::visit::Visit;
use super::{Notes, refuse};
use crate::clock::Instant;
use crate::ids::{AccountId, IssueId, Scope};
use crate::jira::{self, JiraError};
use crate::people::{self, Freshness, LISTS, SHOWN, Standing};
use crate::tenants::{Caller, Tenant};
use crate::wire::Problem;

/// The longest text that people are looked for by, in bytes.
const QUERY: usize = 200;

impl Notes {
    pub(super) async fn state(&self, caller: &Caller) -> Result<PanelState, Problem> {
        let visit = self.visit(caller, SHOWN).await?;
        let notes = self
            .notes_of_issue(&visit.scope, visit.issue, &visit.viewer, visit.now)
            .await?;
        let waiting = self.waiting_for(caller, visit.now).await?;
        let successors = self.successors(&visit, &notes).await?;
        let mut accounts: BTreeSet<_> = notes.iter().flat_map(Note::people).cloned().collect();
        accounts.extend(successors.values().cloned());
        accounts.insert(caller.account.clone());
        accounts.extend(waiting.iter().filter_map(|w| w.account.parse().ok()));
        let keys = self.live_keys(&visit.scope, &accounts, visit.now).await?;
        let accounts: Vec<_> = accounts.into_iter().collect();
        let persons = self
            .people
            .persons_on(&visit.tenant, visit.issue, &accounts)
            .await
            .map_err(|_| refuse::host_silent())?;
        let sees = persons.iter().filter(|p| p.sees).map(|p| p.account.clone());
        let readers = Readers {
            sees: sees.collect(),
            successors,
        };
        let notes = notes
            .iter()
            .filter_map(|note| card(note, &visit, &keys, Some(&readers)))
            .collect();
        let people: BTreeMap<_, _> = persons
            .into_iter()
            .map(|person| (person.account.to_string(), shown(person, &keys)))
            .collect();
        let (issue, duplicates) = self.shown_issue(&visit).await?;
        let audience = Audience::of(&visit.viewer);
        let subscribed = self
            .is_subscribed(&visit.scope, audience, visit.now)
            .await?;
        Ok(PanelState {
            now: visit.now.seconds(),
            tenant: visit.tenant.id.to_string(),
            site: Site {
                url: visit.tenant.site.display().to_owned(),
                moved: visit.tenant.moved_lately(visit.now),
            },
            me: me(&visit, &people),
            issue,
            notes,
            people,
            waiting,
            file_bytes: self.file_bytes(),
            longest_life: seconds(self.options.longest_life),
            subscribed,
            duplicates,
        })
    }

    async fn shown_issue(&self, visit: &Visit) -> Result<(Issue, Vec<Duplicate>), Problem> {
        let issue = self
            .issue(&visit.tenant, visit.issue)
            .await?
            .ok_or_else(refuse::host_silent)?;
        let place = self.place_of(visit).await?;
        let duplicates = self.duplicates(visit, &issue.duplicates).await?;
        let shown = Issue {
            id: issue.id.to_string(),
            key: issue.key,
            project: issue.project.id.to_string(),
            place: place.map(str::to_owned),
        };
        Ok((shown, duplicates))
    }

    /// Whom the caller may choose, with who has a key already.
    pub(super) async fn pickable(
        &self,
        caller: &Caller,
        query: &str,
    ) -> Result<Vec<Person>, Problem> {
        // Answers are kept by what was asked: nobody fills memory with questions.
        if query.len() > QUERY {
            return Err(refuse::field("query", "This is too long for a name."));
        }
        let visit = self.visit(caller, SHOWN).await?;
        let persons = self
            .people
            .pickable(&visit.tenant, visit.issue, caller, query)
            .await
            .map_err(|_| refuse::host_silent())?;
        let accounts = persons.iter().map(|p| p.account.clone()).collect();
        let keys = self.live_keys(&visit.scope, &accounts, visit.now).await?;
        Ok(persons.into_iter().map(|p| shown(p, &keys)).collect())
    }

    /// The card of a note that the caller wrote or may know of.
    pub(super) async fn card_of(&self, visit: &Visit, note: &Note) -> Result<Card, Problem> {
        let people = note.people().cloned().collect();
        let keys = self.live_keys(&visit.scope, &people, visit.now).await?;
        card(note, visit, &keys, None).ok_or_else(refuse::unknown_note)
    }

    /// None when the host does not know the issue (any more).
    pub(super) async fn issue(
        &self,
        tenant: &Arc<Tenant>,
        issue: IssueId,
    ) -> Result<Option<jira::Issue>, Problem> {
        match self.jira.site(Arc::clone(tenant)).issue(issue).await {
            Ok(found) => Ok(Some(found)),
            Err(JiraError::NotFound) => Ok(None),
            Err(_) => Err(refuse::host_silent()),
        }
    }

    /// What each account is to the visited issue, asked now: Some(is a customer), None for who
    /// cannot see it.
    pub(super) async fn kinds(
        &self,
        visit: &Visit,
        accounts: &[AccountId],
    ) -> Result<Vec<(AccountId, Option<bool>)>, Problem> {
        let standings = self
            .people
            .standings(&visit.tenant, accounts, visit.issue, Freshness::Now)
            .await
            .map_err(|_| refuse::host_silent())?;
        Ok(standings
            .into_iter()
            .map(|(account, standing)| {
                let kind = match standing {
                    Standing::Agent => Some(false),
                    Standing::Customer(_) => Some(true),
                    Standing::Outside => None,
                };
                (account, kind)
            })
            .collect())
    }

    /// Whether somebody else sees the visited issue.
    pub(super) async fn sees(&self, visit: &Visit, account: &AccountId) -> Result<bool, Problem> {
        let standing = self
            .people
            .standing(&visit.tenant, account, visit.issue, LISTS)
            .await
            .map_err(|_| refuse::host_silent())?;
        Ok(standing.may_see())
    }

    /// A fresh shred key for a new note, on disk; the one that is there when two create the same
    /// note at once.
    pub(super) async fn new_shred_key(
        &self,
        scope: &Scope,
        id: &crate::ids::NoteId,
    ) -> Result<[u8; 32], Problem> {
        let Some(tenant) = scope.owner() else {
            return Err(Problem::new(crate::wire::Kind::Internal));
        };
        let place = super::load::shred_id(&tenant, id);
        let fresh: [u8; 32] = self.entropy.bytes();
        let put = self.shred.put(&place, &fresh).await;
        put.map_err(|e| refuse::store(&e))?;
        self.shred_key(scope, id).await
    }

    pub(super) async fn shred_key(
        &self,
        scope: &Scope,
        id: &crate::ids::NoteId,
    ) -> Result<[u8; 32], Problem> {
        let Some(tenant) = scope.owner() else {
            return Err(Problem::new(crate::wire::Kind::Internal));
        };
        let place = super::load::shred_id(&tenant, id);
        match self.shred.get(&place).await {
            Ok(Some(key)) => Ok(key),
            Ok(None) => Err(refuse::denied(super::decide::Denied::Ended)),
            Err(error) => Err(refuse::store(&error)),
        }
    }
}

fn me(visit: &Visit, people: &BTreeMap<String, Person>) -> Me {
    let account = visit.viewer.account.to_string();
    Me {
        name: people
            .get(&account)
            .map_or_else(String::new, |person| person.name.clone()),
        account,
        kind: if visit.viewer.customer {
            PersonKind::Customer
        } else {
            PersonKind::Agent
        },
    }
}

/// What the author of a note is told of its readers.
struct Readers {
    /// Who sees the issue.
    sees: BTreeSet<AccountId>,
    successors: BTreeMap<AccountId, AccountId>,
}

/// `readers`: where that was asked.
fn card(note: &Note, visit: &Visit, keys: &LiveKeys, readers: Option<&Readers>) -> Option<Card> {
    let shown = card::show(note, &visit.viewer, keys, visit.now)?;
    let told = readers.filter(|_| shown.mine && shown.state == "live");
    let texts = |accounts: &[AccountId]| accounts.iter().map(AccountId::to_string).collect();
    Some(Card {
        id: note.id.to_string(),
        author: note.author.to_string(),
        readers: texts(&note.readers),
        created_at: note.created.seconds(),
        expires_at: note.expires.seconds(),
        mine: shown.mine,
        reader: shown.reader,
        wrapped: shown.wrapped,
        unlockable: shown.why.is_none(),
        why: shown.why.map(str::to_owned),
        opened: note
            .opened
            .iter()
            .map(|opened| Opened {
                account: opened.account.to_string(),
                at: opened.at.seconds(),
            })
            .collect(),
        files: note.live().map_or(0, |live| live.files),
        opens: note.live().and_then(|live| live.opens),
        waiting_for: texts(&shown.waiting_for),
        take_back_until: shown.take_back_until.map(Instant::seconds),
        fill: note
            .live()
            .map_or("readers", |live| live.fill.as_str())
            .to_owned(),
        state: shown.state.to_owned(),
        ended_at: shown.ended_at.map(Instant::seconds),
        shredded_at: shown.shredded_at.map(Instant::seconds),
        gone: told.map_or_else(Vec::new, |readers| {
            let gone = note.readers.iter().filter(|a| !readers.sees.contains(a));
            gone.map(AccountId::to_string).collect()
        }),
        moved: told.map_or_else(Vec::new, |readers| moved(note, readers)),
    })
}

fn seconds(life: Duration) -> i64 {
    i64::try_from(life.as_secs()).unwrap_or(i64::MAX)
}

/// Readers whose successors the note does not name yet.
fn moved(note: &Note, readers: &Readers) -> Vec<Moved> {
    let successors = note.readers.iter().filter_map(|from| {
        let to = readers.successors.get(from)?;
        (!note.names(to)).then(|| Moved {
            from: from.to_string(),
            to: to.to_string(),
        })
    });
    successors.collect()
}

fn shown(person: people::Person, keys: &LiveKeys) -> Person {
    Person {
        has_key: keys.contains_key(&person.account),
        account: person.account.to_string(),
        name: person.name,
        kind: person.kind.into(),
        avatar: person.avatar,
        active: person.active,
        on_request: person.on_request,
    }
}
