//! Tells open panels that something changed; what it is they ask for themselves. A hint may be
//! lost, so panels also ask now and then.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant as Moment, sleep_until};
use tokio_util::sync::CancellationToken;

use super::visit::Visit;
use super::{Notes, layout};
use crate::ids::{AccountId, TenantId};
use crate::people::{People, SHOWN, Standing};
use crate::store::Topic;
use crate::tenants::Caller;
use crate::wire::{Kind, Problem};

/// A stream lives no longer than a session: the panel comes again and proves itself anew.
const LIFE: Duration = Duration::from_secs(15 * 60);
/// Streams of one person: each of their tabs holds two or three.
const SEATS: u32 = 64;

/// How many streams each person holds open.
#[derive(Clone, Debug, Default)]
pub(super) struct Seats(Arc<Mutex<HashMap<(TenantId, AccountId), u32>>>);

impl Seats {
    fn take(&self, whose: (TenantId, AccountId)) -> Option<Seat> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.get(&whose).copied().unwrap_or_default();
        if count >= SEATS {
            return None;
        }
        taken.insert(whose.clone(), count + 1);
        drop(taken);
        let seats = self.clone();
        Some(Seat { seats, whose })
    }
}

struct Seat {
    seats: Seats,
    whose: (TenantId, AccountId),
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.0.lock().unwrap_or_else(PoisonError::into_inner);
        match taken.get_mut(&self.whose) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                taken.remove(&self.whose);
            }
        }
    }
}

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Changed {
    Notes,
    Waiting,
}

/// What one panel listens for.
struct Listening {
    notes: Vec<Topic>,
    waiting: Topic,
    hints: Receiver<Topic>,
    stopping: CancellationToken,
    people: People,
    caller: Caller,
    /// What the caller was to the issue when the stream began.
    customer: bool,
    ends: Moment,
    _seat: Seat,
}

impl Listening {
    fn heard(&self, topic: &Topic) -> Option<Changed> {
        if self.notes.contains(topic) {
            Some(Changed::Notes)
        } else if self.waiting == *topic {
            Some(Changed::Waiting)
        } else {
            None
        }
    }

    /// None when the server stops, the stream is old, or the caller is no longer who they were at
    /// the issue: also that something changes is for those alone who may see it.
    async fn next(&mut self) -> Option<Changed> {
        let changed = self.hint().await?;
        (changed == Changed::Waiting || self.still().await).then_some(changed)
    }

    async fn still(&self) -> bool {
        let (
            Caller {
                tenant, account, ..
            },
            Some(issue),
        ) = (&self.caller, self.caller.issue)
        else {
            return true;
        };
        match self.people.standing(tenant, account, issue, SHOWN).await {
            Ok(Standing::Agent) => !self.customer,
            Ok(Standing::Customer(_)) => self.customer,
            Ok(Standing::Outside) | Err(_) => false,
        }
    }

    async fn hint(&mut self) -> Option<Changed> {
        loop {
            let hint = tokio::select! {
                () = self.stopping.cancelled() => return None,
                () = sleep_until(self.ends) => return None,
                hint = self.hints.recv() => hint,
            };
            match hint {
                Ok(topic) => {
                    if let Some(changed) = self.heard(&topic) {
                        return Some(changed);
                    }
                }
                // Which hints were lost is not known: let the panel look.
                Err(RecvError::Lagged(_)) => return Some(Changed::Notes),
                Err(RecvError::Closed) => return None,
            }
        }
    }
}

/// The topics of an issue that this person may hear of.
fn topics(visit: &Visit) -> Vec<Topic> {
    let tenant = &visit.tenant.id;
    let mut out = vec![layout::changed_for(tenant, visit.issue, false)];
    if !visit.viewer.customer {
        out.push(layout::changed_for(tenant, visit.issue, true));
    }
    out
}

impl Notes {
    /// Changes at the caller's issue that they may know of, and of who waits for them. A caller
    /// without an issue hears the latter only.
    pub(super) async fn live(
        &self,
        caller: &Caller,
    ) -> Result<impl Stream<Item = Changed> + Send + use<>, Problem> {
        let whose = (caller.tenant.id, caller.account.clone());
        let Some(seat) = self.seats.take(whose) else {
            let detail = "Too many panels are open.";
            return Err(Problem::with_detail(Kind::TooMany, detail));
        };
        let (notes, customer) = match caller.issue {
            Some(_) => {
                let visit = self.visit(caller, SHOWN).await?;
                (topics(&visit), visit.viewer.customer)
            }
            None => (Vec::new(), false),
        };
        let listening = Listening {
            notes,
            waiting: layout::waiting_changed(&caller.tenant.id, &caller.account),
            hints: self.store.hints(),
            stopping: self.stopping.clone(),
            people: self.people.clone(),
            caller: caller.clone(),
            customer,
            ends: Moment::now() + LIFE,
            _seat: seat,
        };
        metrics::counter!("deskbridge_live_panels_total").increment(1);
        Ok(unfold(listening, |mut listening| async move {
            let changed = listening.next().await?;
            Some((changed, listening))
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_holds_so_many_streams_and_gives_them_back() {
        let seats = Seats::default();
        let who = |name: &str| {
            let account = name.parse().expect("an account id");
            (TenantId::from_bytes([1; 16]), account)
        };
        let mut held: Vec<_> = (0..SEATS).map_while(|_| seats.take(who("niro"))).collect();
        assert_eq!(held.len(), SEATS as usize);
        assert!(seats.take(who("niro")).is_none());
        assert!(seats.take(who("nero")).is_some());
        held.pop();
        held.push(seats.take(who("niro")).expect("one is free again"));
        drop(held);
        assert!(seats.0.lock().expect("not poisoned").is_empty());
    }
}
