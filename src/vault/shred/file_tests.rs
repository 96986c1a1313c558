use std::collections::HashSet;

use futures_util::future::join_all;

use super::*;
use crate::clock::Entropy;

fn everything(folder: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(folder).unwrap();
    files
        .flat_map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
        .collect()
}

/// Whether the first or the last bytes of a key are anywhere in `bytes`, for many keys.
fn holds(bytes: &[u8]) -> impl Fn(&[u8; 32]) -> bool {
    let all: HashSet<&[u8]> = bytes.windows(8).collect();
    move |key| all.contains(&key[..8]) || all.contains(&key[24..])
}

#[tokio::test]
async fn a_shredded_key_is_nowhere_in_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db.shred");
    let clock = Clock::system();
    let keys = FileKeys::open(&path, clock.clone()).unwrap();
    let entropy = Entropy::seeded(3);
    let all: Vec<([u8; 32], [u8; 32])> = (0..300)
        .map(|_| (entropy.bytes(), entropy.bytes()))
        .collect();
    for (id, key) in &all {
        keys.put(id, key).await.unwrap();
    }
    let bytes = everything(folder.path());
    let there = holds(&bytes);
    assert!(all.iter().all(|(_, key)| there(key)));
    let (gone, kept) = all.split_at(200);
    for (id, _) in gone {
        keys.shred(id).await.unwrap();
        keys.shred(id).await.unwrap();
    }
    let bytes = everything(folder.path());
    let there = holds(&bytes);
    assert!(!gone.iter().any(|(_, key)| there(key)));
    for (id, key) in kept {
        assert_eq!(keys.get(id).await.unwrap(), Some(*key));
    }
    assert_eq!(keys.get(&gone[0].0).await.unwrap(), None);
    keys.close().await;
    let keys = FileKeys::open(&path, clock).unwrap();
    assert_eq!(keys.get(&kept[0].0).await.unwrap(), Some(kept[0].1));
}

/// Rows that move from page to page leave copies behind.
#[tokio::test]
async fn of_keys_that_come_and_go_none_is_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let keys = FileKeys::open(&path, Clock::system()).unwrap();
    let entropy = Entropy::seeded(5);
    let (mut live, mut gone) = (Vec::new(), Vec::new());
    for _ in 0..30 {
        let new: Vec<([u8; 32], [u8; 32])> = (0..200)
            .map(|_| (entropy.bytes(), entropy.bytes()))
            .collect();
        for put in join_all(new.iter().map(|(id, key)| keys.put(id, key))).await {
            put.unwrap();
        }
        live.extend(new);
        for _ in 0..150 {
            let at = usize::try_from(entropy.below(u64::MAX)).unwrap() % live.len();
            gone.push(live.swap_remove(at));
        }
        let last = gone.iter().rev().take(150);
        for shred in join_all(last.map(|(id, _)| keys.shred(id))).await {
            shred.unwrap();
        }
    }
    let bytes = everything(folder.path());
    let there = holds(&bytes);
    assert_eq!(gone.iter().filter(|(_, key)| there(key)).count(), 0);
    assert!(live.iter().all(|(_, key)| there(key)));
    for (id, key) in live.iter().step_by(20) {
        assert_eq!(keys.get(id).await.unwrap(), Some(*key));
    }
    assert!(
        bytes.len() < 400_000,
        "slots are used again: {}",
        bytes.len()
    );
}

#[tokio::test]
async fn keys_of_an_older_file_are_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let old = Connection::open(&path).unwrap();
    old.execute_batch(
        "CREATE TABLE shred_key(id BLOB PRIMARY KEY, value BLOB NOT NULL, put_at INTEGER NOT NULL)
           STRICT, WITHOUT ROWID;
         CREATE INDEX shred_key_put ON shred_key(put_at);",
    )
    .unwrap();
    for n in 0..50_u8 {
        old.execute(
            "INSERT INTO shred_key VALUES(?1, ?2, ?3)",
            params![&[n][..], &[n; 32][..], i64::from(n)],
        )
        .unwrap();
    }
    drop(old);
    let keys = FileKeys::open(&path, Clock::system()).unwrap();
    for n in 0..50_u8 {
        assert_eq!(keys.get(&[n]).await.unwrap(), Some([n; 32]));
    }
    let early = keys.put_before(Instant::from_millis(10)).await.unwrap();
    assert_eq!(early.len(), 10);
    keys.shred(&[49]).await.unwrap();
    let bytes = everything(folder.path());
    assert!(!bytes.windows(32).any(|window| window == [49; 32]));
    keys.close().await;
    let keys = FileKeys::open(&path, Clock::system()).unwrap();
    assert_eq!(keys.get(&[48]).await.unwrap(), Some([48; 32]));
}

#[tokio::test]
async fn all_keys_of_one_owner_go_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let keys = FileKeys::open(&folder.path().join("keys"), Clock::system()).unwrap();
    let owner = [7_u8, 0xFF];
    let mut gone = Vec::new();
    for n in 0..500_u16 {
        let id = [&owner[..], &n.to_be_bytes()].concat();
        keys.put(&id, &[1; 32]).await.unwrap();
        gone.push(id);
    }
    let kept = [&[7, 0xFE, 0xFF][..], &[8], &[7], &[0xFF; 64]];
    for id in kept {
        keys.put(id, &[2; 32]).await.unwrap();
    }
    assert_eq!(keys.shred_all(&owner).await.unwrap(), 500);
    assert_eq!(keys.shred_all(&owner).await.unwrap(), 0);
    for id in &gone {
        assert_eq!(keys.get(id).await.unwrap(), None);
    }
    for id in kept {
        assert_eq!(keys.get(id).await.unwrap(), Some([2; 32]), "{id:?}");
    }
    assert_eq!(keys.shred_all(&[0xFF]).await.unwrap(), 1);
}

#[tokio::test]
async fn a_second_key_for_an_id_is_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::system();
    let path = folder.path().join("keys");
    let keys = FileKeys::open(&path, clock.clone()).unwrap();
    assert!(FileKeys::open(&path, clock.clone()).is_err());
    keys.put(b"a", &[1; 32]).await.unwrap();
    keys.put(b"a", &[2; 32]).await.unwrap();
    assert_eq!(keys.get(b"a").await.unwrap(), Some([1; 32]));
    clock.advance(Duration::from_secs(3600));
    keys.put(b"b", &[3; 32]).await.unwrap();
    let old = keys
        .put_before(clock.now() - Duration::from_secs(1800))
        .await;
    assert_eq!(old.unwrap(), [b"a".to_vec()]);
}
