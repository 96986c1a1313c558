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

impl<V> Kept<V> {
    /// `came`: the ticket of who asks. A question begun after that is fresh for anyone.
    fn is_fresh(&self, freshness: Freshness, came: Option<u64>, now: Instant) -> bool {
        let meanwhile = came.is_some_and(|came| self.ticket > came);
        let young = match freshness {
            Freshness::Now => false,
            Freshness::Within(age) => self.asked <= now && now.since(self.asked) <= age,
        };
        meanwhile || young
    }
}

impl<K: Hash + Eq + Clone, V: Clone> Fresh<K, V> {
    pub fn new(most: usize) -> Self {
        Self {
            most,
            slots: Mutex::new(HashMap::new()),
            tickets: AtomicU64::new(1),
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
        if let Some(kept) = &*kept
            && kept.is_fresh(freshness, Some(came), asked)
        {
            return Ok(kept.value.clone());
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

    /// The kept answer if it is fresh enough and nobody is asking just now.
    pub fn peek(&self, key: &K, freshness: Freshness, now: Instant) -> Option<V> {
        let slot = {
            let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(slots.get(key)?)
        };
        let kept = slot.try_lock().ok()?;
        let kept = kept.as_ref()?;
        kept.is_fresh(freshness, None, now)
            .then(|| kept.value.clone())
    }

    /// Keeps an answer that came together with others, to a question put at `asked`.
    pub fn keep(&self, key: &K, value: V, asked: Instant) {
        let slot = self.slot(key);
        if let Ok(mut kept) = slot.try_lock()
            && kept.as_ref().is_none_or(|kept| kept.asked < asked)
        {
            let ticket = 0;
            *kept = Some(Kept {
                value,
                asked,
                ticket,
            });
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    const NOW: Instant = Instant::from_seconds(1000);
    const FIVE: Freshness = Freshness::Within(Duration::from_secs(5));

    /// Asks for `key`; the answer is how many were given before.
    async fn ask(
        fresh: &Fresh<u32, usize>,
        key: u32,
        freshness: Freshness,
        at: Instant,
        count: &AtomicUsize,
    ) -> usize {
        let question = async {
            tokio::task::yield_now().await;
            Ok::<_, ()>(count.fetch_add(1, Ordering::SeqCst))
        };
        fresh.get(&key, freshness, || at, question).await.unwrap()
    }

    #[tokio::test]
    async fn age_decides_and_now_always_asks() {
        let (fresh, count) = (Fresh::new(10), AtomicUsize::new(0));
        let after = |seconds| NOW + Duration::from_secs(seconds);
        for (freshness, at, expected) in [
            (FIVE, NOW, 0),
            (FIVE, after(5), 0),
            (FIVE, after(6), 1),
            (FIVE, NOW, 2),
            (Freshness::Now, NOW, 3),
            (FIVE, NOW, 3),
        ] {
            assert_eq!(ask(&fresh, 1, freshness, at, &count).await, expected);
        }
    }

    #[tokio::test]
    async fn who_waits_shares_only_a_question_begun_after_they_came() {
        let (fresh, count) = (Fresh::new(10), AtomicUsize::new(0));
        let askers = (0..20).map(|_| ask(&fresh, 1, Freshness::Now, NOW, &count));
        let answers = futures_util::future::join_all(askers).await;
        assert_eq!(answers[0], 0);
        assert!(
            answers[1..].iter().all(|answer| *answer == 1),
            "{answers:?}"
        );
    }

    #[tokio::test]
    async fn a_refusal_is_not_kept() {
        let fresh: Fresh<u32, usize> = Fresh::new(10);
        let refused = fresh.get(&1, FIVE, || NOW, async { Err("no") }).await;
        assert_eq!(refused, Err("no"));
        let count = AtomicUsize::new(7);
        assert_eq!(ask(&fresh, 1, FIVE, NOW, &count).await, 7);
    }

    #[tokio::test]
    async fn answers_are_bounded() {
        let (fresh, count) = (Fresh::new(10), AtomicUsize::new(0));
        for key in 0..1000 {
            ask(&fresh, key, FIVE, NOW, &count).await;
        }
        assert!(fresh.slots.lock().unwrap().len() <= 10);
    }

    #[tokio::test]
    async fn what_is_kept_aside_has_its_own_age() {
        let fresh: Fresh<u32, usize> = Fresh::new(10);
        let count = AtomicUsize::new(7);
        assert_eq!(fresh.peek(&1, FIVE, NOW), None);
        fresh.keep(&1, 3, NOW);
        assert_eq!(fresh.peek(&1, FIVE, NOW), Some(3));
        assert_eq!(fresh.peek(&1, FIVE, NOW + Duration::from_secs(6)), None);
        assert_eq!(ask(&fresh, 1, FIVE, NOW, &count).await, 3);
        assert_eq!(ask(&fresh, 1, Freshness::Now, NOW, &count).await, 7);
    }
}
