use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex as Turn;

use crate::clock::Instant;

/// How old an answer may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Asked for after the caller asked us; nothing older is given.
    Now,
    /// Asked for at most so long ago.
    Within(Duration),
}

/// Answers kept for a moment, at most `most` of them. For one key one question is under way at a
/// time; who comes meanwhile shares the next answer that is fresh enough for them. Refusals are
/// not kept.
pub struct Fresh<K, V> {
    most: usize,
    slots: Mutex<HashMap<K, Slot<V>>>,
    tickets: AtomicU64,
}

type Slot<V> = Arc<Turn<Option<Kept<V>>>>;

struct Kept<V> {
    value: V,
    /// Taken before the question was put, so that age is never understated.
    asked: Instant,
    ticket: u64,
}

impl<K: Hash + Eq + Clone, V: Clone> Fresh<K, V> {
    pub fn new(most: usize) -> Self {
        Self {
            most,
            slots: Mutex::new(HashMap::new()),
            tickets: AtomicU64::new(0),
        }
    }

    /// The kept answer if it is fresh enough, else what `question` answers, which is not
    /// begun otherwise. `now` reads the time.
    pub async fn get<E>(
        &self,
        key: &K,
        freshness: Freshness,
        now: impl Fn() -> Instant,
        question: impl Future<Output = Result<V, E>>,
    ) -> Result<V, E> {
        let came = self.tickets.fetch_add(1, Ordering::SeqCst);
        let slot = self.slot(key);
        let mut kept = slot.lock().await;
        let asked = now();
        if let Some(kept) = &*kept {
            let fresh = match freshness {
                Freshness::Now => kept.ticket > came,
                Freshness::Within(age) => {
                    kept.ticket > came || (kept.asked <= asked && asked.since(kept.asked) <= age)
                }
            };
            if fresh {
                return Ok(kept.value.clone());
            }
        }
        let ticket = self.tickets.fetch_add(1, Ordering::SeqCst);
        let value = question.await?;
        *kept = Some(Kept {
            value: value.clone(),
            asked,
            ticket,
        });
        Ok(value)
    }

    /// The slot of `key`. When all are taken, those nobody waits at make room.
    fn slot(&self, key: &K) -> Slot<V> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= self.most && !slots.contains_key(key) {
            let mut spare = self.most / 4 + 1;
            slots.retain(|_, slot| {
                let drop = spare > 0 && Arc::strong_count(slot) == 1;
                spare -= usize::from(drop);
                !drop
            });
        }
        let slot = slots.entry(key.clone()).or_default();
        Arc::clone(slot)
    }
}
