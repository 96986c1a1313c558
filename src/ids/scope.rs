use aws_lc_rs::digest;

use super::{Malformed, TenantId};

/// How many partitions a store has; fixed for the life of a store.
pub const PARTITIONS: u8 = 64;

/// One of the 64 parts of a store. All keys of a tenant lie in one, so that a commit is atomic
/// on Redis Cluster (`{p}` is the hash tag) and each has its own lane index, feed and sweeper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition(u8);

impl Partition {
    pub fn new(number: u8) -> Result<Self, Malformed> {
        if number < PARTITIONS {
            Ok(Self(number))
        } else {
            Err(Malformed("partition"))
        }
    }

    /// The partition that `seed` falls into: SHA-256 modulo 64.
    pub fn of(seed: &[u8]) -> Self {
        let digest = digest::digest(&digest::SHA256, seed);
        Self(digest.as_ref()[31] % PARTITIONS)
    }

    pub fn all() -> impl Iterator<Item = Self> {
        (0..PARTITIONS).map(Self)
    }

    pub const fn number(self) -> u8 {
        self.0
    }
}

/// Whose keys a read or a commit touches: a tenant's own, and the shared keys of its partition.
/// An installation that has no tenant yet has a scope as well, with shared keys only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    tenant: Option<TenantId>,
    partition: Partition,
}

impl Scope {
    pub fn tenant(id: TenantId) -> Self {
        Self {
            tenant: Some(id),
            partition: Partition::of(id.as_bytes()),
        }
    }

    /// The scope of shared keys found by `seed`, for example an installation's host-given id.
    pub fn shared(seed: &[u8]) -> Self {
        Self {
            tenant: None,
            partition: Partition::of(seed),
        }
    }

    /// The shared keys of one partition.
    pub const fn commons(partition: Partition) -> Self {
        Self {
            tenant: None,
            partition,
        }
    }

    pub const fn owner(&self) -> Option<TenantId> {
        self.tenant
    }

    pub const fn partition(&self) -> Partition {
        self.partition
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_partition_is_reached() {
        let mut seen = [false; PARTITIONS as usize];
        for n in 0..2000_u32 {
            seen[usize::from(Partition::of(&n.to_be_bytes()).number())] = true;
        }
        assert!(seen.iter().all(|s| *s));
        assert!(Partition::new(64).is_err());
    }
}
