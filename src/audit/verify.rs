use super::Entry;
use super::chain::{Chunk, Hash, Head, START, folder, head_key, read};
use crate::clock::Instant;
use crate::ids::Scope;
use crate::store::{Store, Unavailable};

/// What a walk over a tenant's chain found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All links hold, from the first entry to the head.
    Whole { entries: u64 },
    /// The first entry (counted from 0) that does not follow from those before it.
    Broken { at: u64, why: Break },
}

impl Verdict {
    const fn broken(at: u64, why: Break) -> Self {
        Verdict::Broken { at, why }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    /// The record that should hold it cannot be read.
    Damaged,
    /// Entries are missing before the next ones.
    Gap,
    /// Something before it was changed: the hash differs.
    Changed,
    /// The head is elsewhere than the last entry: entries were cut off or added at the end.
    Head,
}

/// One entry with its number, as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbered {
    pub number: u64,
    /// None: written by a newer release, or damaged before it was chained.
    pub entry: Option<Entry>,
}

const PAGE: u16 = 64;

/// Walks the whole chain of `scope` and says where it first breaks. Entries may be chained
/// meanwhile.
///
/// # Errors
/// When the store does not answer: nothing is known then.
pub async fn verify(store: &Store, scope: &Scope, now: Instant) -> Result<Verdict, Unavailable> {
    let Some(before) = head(store, scope, now).await? else {
        return Ok(Verdict::broken(0, Break::Damaged));
    };
    let mut walk = Walk::until(before);
    let mut after = None;
    loop {
        let page = store
            .range(scope, &folder(), after.as_ref(), PAGE, now)
            .await?;
        for (_, record) in &page.items {
            if let Err(why) = walk.chunk(read::<Chunk>(&record.value)) {
                return Ok(Verdict::broken(walk.number, why));
            }
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let Some(behind) = head(store, scope, now).await? else {
        return Ok(Verdict::broken(walk.number, Break::Damaged));
    };
    Ok(walk.end(behind))
}

/// Where the chain says that it ends; None when the record is damaged.
async fn head(store: &Store, scope: &Scope, now: Instant) -> Result<Option<Head>, Unavailable> {
    let record = store.get(scope, &head_key(), now).await?;
    Ok(record.map_or(
        Some(Head {
            next: 0,
            hash: START,
        }),
        |record| read(&record.value),
    ))
}

/// All entries of `scope`, in order.
///
/// # Errors
/// When the store does not answer.
pub async fn entries(
    store: &Store,
    scope: &Scope,
    now: Instant,
) -> Result<Vec<Numbered>, Unavailable> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = store
            .range(scope, &folder(), after.as_ref(), PAGE, now)
            .await?;
        for (_, record) in &page.items {
            let Some(chunk) = read::<Chunk>(&record.value) else {
                continue;
            };
            found.extend(
                chunk
                    .entries
                    .iter()
                    .zip(chunk.first..)
                    .map(|(text, number)| Numbered {
                        number,
                        entry: serde_json::from_str(text).ok(),
                    }),
            );
        }
        after = page.next;
        if after.is_none() {
            return Ok(found);
        }
    }
}

struct Walk {
    number: u64,
    hash: Hash,
    /// The head as it was before the walk began: the chain must pass through it.
    before: Head,
}

impl Walk {
    fn until(before: Head) -> Self {
        Self {
            number: 0,
            hash: START,
            before,
        }
    }

    fn chunk(&mut self, chunk: Option<Chunk>) -> Result<(), Break> {
        let chunk = chunk.ok_or(Break::Damaged)?;
        if chunk.first != self.number {
            return Err(Break::Gap);
        }
        if chunk.before != self.hash || !self.passes() {
            return Err(Break::Changed);
        }
        for entry in &chunk.entries {
            self.hash = self.hash.then(entry);
            self.number += 1;
        }
        Ok(())
    }

    fn passes(&self) -> bool {
        self.number != self.before.next || self.hash == self.before.hash
    }

    /// `behind` is the head as it is after the walk: never before what was walked.
    fn end(&self, behind: Head) -> Verdict {
        if self.number < self.before.next || self.number > behind.next {
            let at = self.number.min(behind.next);
            return Verdict::broken(at, Break::Head);
        }
        if !self.passes() || (self.number == behind.next && self.hash != behind.hash) {
            return Verdict::broken(self.number, Break::Changed);
        }
        Verdict::Whole {
            entries: self.number,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::chain::append;
    use super::*;

    /// Three chunks of two entries, and the head.
    fn chain() -> (Vec<Chunk>, Head) {
        let mut head = Head {
            next: 0,
            hash: START,
        };
        let mut chunks = Vec::new();
        for n in 0..3 {
            let (chunk, next) = append(head, vec![format!("{{\"n\":{n}}}"), "{}".to_owned()]);
            chunks.push(chunk);
            head = next;
        }
        (chunks, head)
    }

    fn walk(chunks: Vec<Option<Chunk>>, head: Head) -> Verdict {
        let mut walk = Walk::until(head);
        for chunk in chunks {
            if let Err(why) = walk.chunk(chunk) {
                return Verdict::broken(walk.number, why);
            }
        }
        walk.end(head)
    }

    #[test]
    fn an_untouched_chain_is_whole() {
        let (chunks, head) = chain();
        let all = chunks.into_iter().map(Some).collect();
        assert_eq!(walk(all, head), Verdict::Whole { entries: 6 });
    }

    /// Each fault is found at the first entry it touches, or at the first chunk behind it.
    #[test]
    fn the_first_break_is_reported() {
        let broken = Verdict::broken;
        let (chunks, head) = chain();
        let all = || chunks.iter().cloned().map(Some).collect::<Vec<_>>();

        let mut missing = all();
        missing.remove(1);
        assert_eq!(walk(missing, head), broken(2, Break::Gap));

        let mut changed = all();
        changed[1].as_mut().unwrap().entries[0] = "{\"n\":9}".to_owned();
        assert_eq!(walk(changed, head), broken(4, Break::Changed));

        let mut last = all();
        last[2].as_mut().unwrap().entries[1] = "{\"x\":0}".to_owned();
        assert_eq!(walk(last, head), broken(6, Break::Changed));

        let mut swapped = all();
        swapped[0].as_mut().unwrap().entries.swap(0, 1);
        assert_eq!(walk(swapped, head), broken(2, Break::Changed));

        let mut damaged = all();
        damaged[0] = None;
        assert_eq!(walk(damaged, head), broken(0, Break::Damaged));

        let mut cut = all();
        cut.pop();
        assert_eq!(walk(cut, head), broken(4, Break::Head));
        assert_eq!(walk(Vec::new(), head), broken(0, Break::Head));

        let (forged, _) = append(head, vec!["{}".to_owned()]);
        let mut longer = all();
        longer.push(Some(forged));
        assert_eq!(walk(longer, head), broken(6, Break::Head));
    }

    #[test]
    fn what_is_chained_during_the_walk_is_no_break() {
        let (mut chunks, before) = chain();
        let (next, behind) = append(before, vec!["{}".to_owned()]);
        chunks.push(next);
        let mut walk = Walk::until(before);
        for chunk in chunks {
            assert_eq!(walk.chunk(Some(chunk)), Ok(()));
        }
        assert_eq!(walk.end(behind), Verdict::Whole { entries: 7 });
    }
}
