//! Reads: plain commands, each within one partition.

use bytes::Bytes;
use redis::cmd;

use super::link::Fault;
use super::{Redis, envelope, keys};
use crate::clock::Instant;
use crate::ids::{Partition, Scope, TenantId};
use crate::store::record::whole_versions;
use crate::store::{
    Change, DeadJob, Folder, JobKey, Key, Name, Page, Record, Unavailable, Version, codec,
};

/// Version (6 bytes) and instant of expiry (8 bytes, 0 for none), big-endian; the codec's head
/// follows.
const HEAD: usize = 14;
/// A batch changes at most this many records under one version.
const ONE_VERSION: u32 = 128;

/// A stored record, whether it is alive or not.
fn record(stored: &Bytes) -> Result<Record, Unavailable> {
    let cut = || Unavailable::because("a stored record is cut short");
    let head = stored.get(..HEAD).ok_or_else(cut)?;
    let (version, ends) = head.split_at(6);
    let mut wide = [0_u8; 8];
    wide[2..].copy_from_slice(version);
    let ends = ends.first_chunk().ok_or_else(cut)?;
    let ends = i64::from_be_bytes(*ends);
    Ok(Record {
        value: codec::unpack(&stored.slice(HEAD..))?,
        version: Version(u64::from_be_bytes(wide)),
        expires_at: (ends != 0).then(|| Instant::from_millis(ends)),
    })
}

fn live(stored: Option<&Bytes>, now: Instant) -> Result<Option<Record>, Unavailable> {
    let record = stored.map(record).transpose()?;
    Ok(record.filter(|record| record.expires_at.is_none_or(|ends| ends > now)))
}

impl Redis {
    pub(in crate::store) async fn get(
        &self,
        scope: &Scope,
        key: &Key,
        now: Instant,
    ) -> Result<Option<Record>, Unavailable> {
        let mut get = cmd("GET");
        get.arg(keys::of_key(scope, key));
        let stored: Option<Bytes> = self.link.run(&get).await.map_err(Fault::unavailable)?;
        live(stored.as_ref(), now)
    }

    pub(in crate::store) async fn get_many(
        &self,
        scope: &Scope,
        keys: &[Key],
        now: Instant,
    ) -> Result<Vec<Option<Record>>, Unavailable> {
        let keys = keys.iter().map(|key| keys::of_key(scope, key)).collect();
        let found = self.stored(keys).await?;
        found.iter().map(|one| live(one.as_ref(), now)).collect()
    }

    async fn stored(&self, keys: Vec<String>) -> Result<Vec<Option<Bytes>>, Unavailable> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut get = cmd("MGET");
        get.arg(keys);
        self.link.run(&get).await.map_err(Fault::unavailable)
    }

    pub(in crate::store) async fn range(
        &self,
        scope: &Scope,
        folder: &Folder,
        after: Option<&Name>,
        limit: u16,
        now: Instant,
    ) -> Result<Page, Unavailable> {
        let (p, owner) = (scope.partition(), keys::owner(scope, false));
        let from = after.map_or_else(|| "-".to_owned(), |name| format!("({}", name.as_str()));
        let mut list = cmd("ZRANGEBYLEX");
        list.arg(keys::names(p, &owner, folder.name.as_str()))
            .arg(from)
            .arg("+")
            .arg("LIMIT")
            .arg(0)
            .arg(u32::from(limit) + 1);
        let mut names: Vec<String> = self.link.run(&list).await.map_err(Fault::unavailable)?;
        let more = names.len() > usize::from(limit);
        names.truncate(usize::from(limit));
        let folder = Some(folder.name.as_str());
        let records = names
            .iter()
            .map(|name| keys::record(p, &owner, folder, name));
        let stored = self.stored(records.collect()).await?;
        let mut items = Vec::with_capacity(names.len());
        for (name, stored) in names.iter().zip(&stored) {
            if let Some(record) = live(stored.as_ref(), now)? {
                items.push((Name::stored(name), record));
            }
        }
        let next = names.last().filter(|_| more).map(|name| Name::stored(name));
        Ok(Page { items, next })
    }

    pub(in crate::store) async fn changes(
        &self,
        scope: &Scope,
        folder: &Folder,
        after: Version,
        limit: u16,
    ) -> Result<Vec<Change>, Unavailable> {
        let (p, owner) = (scope.partition(), keys::owner(scope, false));
        let folder = folder.name.as_str();
        let mut list = cmd("ZRANGEBYSCORE");
        list.arg(keys::feed(p, &owner, folder))
            .arg(format!("({}", after.0))
            .arg("+inf")
            .arg("WITHSCORES")
            .arg("LIMIT")
            .arg(0)
            .arg(u32::from(limit) + ONE_VERSION);
        let listed: Vec<(String, u64)> = self.link.run(&list).await.map_err(Fault::unavailable)?;
        let records = listed
            .iter()
            .map(|(name, _)| keys::record(p, &owner, Some(folder), name));
        let stored = self.stored(records.collect()).await?;
        let mut changes = Vec::with_capacity(listed.len());
        for ((name, version), stored) in listed.iter().zip(&stored) {
            changes.push(Change {
                name: Name::stored(name),
                version: Version(*version),
                record: stored.as_ref().map(record).transpose()?,
            });
        }
        Ok(whole_versions(changes, limit))
    }

    pub(in crate::store) async fn tenants(
        &self,
        p: Partition,
        after: Option<&TenantId>,
        limit: u16,
    ) -> Result<Vec<TenantId>, Unavailable> {
        let mut list = cmd("ZRANGEBYLEX");
        list.arg(&self.fixed(p).tenants)
            .arg(after.map_or_else(|| "-".to_owned(), |tenant| format!("({tenant}")))
            .arg("+")
            .arg("LIMIT")
            .arg(0)
            .arg(limit);
        let found: Vec<String> = self.link.run(&list).await.map_err(Fault::unavailable)?;
        found
            .iter()
            .map(|text| text.parse().map_err(Unavailable::because))
            .collect()
    }

    pub(in crate::store) async fn dead(
        &self,
        scope: &Scope,
        after: Option<&JobKey>,
        limit: u16,
    ) -> Result<Vec<DeadJob>, Unavailable> {
        let fixed = self.fixed(scope.partition());
        let owner = keys::owner(scope, false);
        let from = after.map_or_else(
            || format!("[{owner} "),
            |id| format!("({owner} {}", id.as_str()),
        );
        let mut list = cmd("ZRANGEBYLEX");
        list.arg(&fixed.graves)
            .arg(from)
            .arg(format!("({owner}!"))
            .arg("LIMIT")
            .arg(0)
            .arg(limit);
        let fields: Vec<String> = self.link.run(&list).await.map_err(Fault::unavailable)?;
        let letters = self.letters(scope.partition(), &fields).await?;
        let mut dead = Vec::with_capacity(fields.len());
        for (field, letter) in fields.iter().zip(&letters) {
            let id = field.split_once(' ').map_or("", |(_, id)| id);
            if let Some(letter) = letter {
                dead.push(envelope::dead(id, letter)?.0);
            }
        }
        Ok(dead)
    }

    pub(super) async fn letters(
        &self,
        p: Partition,
        fields: &[String],
    ) -> Result<Vec<Option<Bytes>>, Unavailable> {
        if fields.is_empty() {
            return Ok(Vec::new());
        }
        let mut get = cmd("HMGET");
        get.arg(&self.fixed(p).dead).arg(fields);
        self.link.run(&get).await.map_err(Fault::unavailable)
    }
}
