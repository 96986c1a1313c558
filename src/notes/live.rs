//! Tells open panels that something changed; what it is they ask for themselves. A hint may be
//! lost, so panels also ask now and then.

use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use super::visit::Visit;
use super::{Notes, layout};
use crate::people::SHOWN;
use crate::store::Topic;
use crate::tenants::Caller;
use crate::wire::Problem;

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

    /// None when the server stops.
    async fn next(&mut self) -> Option<Changed> {
        loop {
            let hint = tokio::select! {
                () = self.stopping.cancelled() => return None,
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
        let notes = match caller.issue {
            Some(_) => topics(&self.visit(caller, SHOWN).await?),
            None => Vec::new(),
        };
        let listening = Listening {
            notes,
            waiting: layout::waiting_changed(&caller.tenant.id, &caller.account),
            hints: self.store.hints(),
            stopping: self.stopping.clone(),
        };
        metrics::counter!("deskbridge_live_panels_total").increment(1);
        Ok(unfold(listening, |mut listening| async move {
            let changed = listening.next().await?;
            Some((changed, listening))
        }))
    }
}
