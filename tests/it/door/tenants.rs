//! Tenants in a store: repaired, cached, sealed again.

use std::time::Duration;

use deskbridge::clock::{Clock, Entropy, Instant};
use deskbridge::ids::{Partition, TenantId};
use deskbridge::store::{Batch, Store};
use deskbridge::tenants::{
    Credentials, DoorKind, LookupError, SaveError, SiteUrls, Tenant, TenantState, Tenants,
};
use deskbridge::vault::{KeyRing, Vault};
use tempfile::TempDir;

const DOOR: DoorKind = DoorKind::new("test");

fn id_of(name: &str) -> TenantId {
    let mut id = [0; 16];
    for (byte, from) in id.iter_mut().zip(name.bytes()) {
        *byte = from;
    }
    TenantId::from_bytes(id)
}

struct Bed {
    store: Store,
    vault: Vault,
    ring: KeyRing,
    now: Instant,
    _folder: TempDir,
}

impl Bed {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now = Clock::system().now();
        let ring = KeyRing::generate(&Entropy::system(), now);
        Self {
            store: Store::open_embedded(&folder.path().join("store.db")).unwrap(),
            vault: Vault::new(ring.clone(), Entropy::system()),
            ring,
            now,
            _folder: folder,
        }
    }

    /// As another replica sees them: with a cache of its own.
    fn tenants(&self) -> Tenants {
        Tenants::new(self.store.clone(), self.vault.clone())
    }

    fn tenant(&self, name: &str) -> Tenant {
        Tenant {
            id: id_of(name),
            door: DOOR,
            install_key: name.into(),
            site: SiteUrls {
                base_url: "https://acme.example".into(),
                display_url: None,
                help_center_url: None,
            },
            state: TenantState::Active,
            credentials: Credentials::new(b"secret".to_vec()),
            installed_at: self.now,
            changed_at: self.now,
            moved_at: None,
        }
    }
}

#[tokio::test]
async fn an_installation_cut_off_half_way_is_finished_by_the_next() {
    let bed = Bed::open();
    let tenants = bed.tenants();
    let entropy = Entropy::system();
    let claim = async |tenants: &Tenants| tenants.claim(&DOOR, "acme", &entropy, bed.now).await;
    let first = claim(&tenants).await.unwrap();
    let found = tenants.by_install(&DOOR, "acme", bed.now).await;
    assert!(found.unwrap().is_none(), "nothing is installed yet");
    assert_eq!(claim(&bed.tenants()).await.unwrap(), first);
    let tenant = Tenant {
        id: first,
        ..bed.tenant("acme")
    };
    let saved = tenants.save(tenant.clone(), None, Batch::default(), bed.now);
    saved.await.unwrap();
    let found = bed.tenants().by_install(&DOOR, "acme", bed.now).await;
    assert_eq!(*found.unwrap().unwrap(), tenant);

    // A later life has another id; what ends the earlier one does not lose it.
    let second = claim(&tenants).await.unwrap();
    assert_ne!(second, first);
    tenants.lose(&tenant, bed.now).await.unwrap();
    assert_eq!(claim(&bed.tenants()).await.unwrap(), second);
    let next = Tenant {
        id: second,
        ..tenant
    };
    tenants.lose(&next, bed.now).await.unwrap();
    assert_ne!(claim(&bed.tenants()).await.unwrap(), second);
}

#[tokio::test]
async fn another_replica_knows_of_a_change_within_five_seconds() {
    let bed = Bed::open();
    let (here, there) = (bed.tenants(), bed.tenants());
    let id = bed.tenant("acme").id;
    let saved = here.save(bed.tenant("acme"), None, Batch::default(), bed.now);
    saved.await.unwrap();
    assert!(there.get(&id, bed.now).await.unwrap().unwrap().is_active());
    let seen = here.fresh(&id, bed.now).await.unwrap().unwrap();
    let off = Tenant {
        state: TenantState::Disabled,
        ..bed.tenant("acme")
    };
    let saved = here.save(off, Some(&seen), Batch::default(), bed.now).await;
    assert!(!saved.unwrap().is_active());
    let later = bed.now + Duration::from_secs(5);
    assert!(!there.get(&id, later).await.unwrap().unwrap().is_active());
    assert!(!here.get(&id, bed.now).await.unwrap().unwrap().is_active());
}

#[tokio::test]
async fn of_two_changes_at_once_one_is_told() {
    let bed = Bed::open();
    let tenants = bed.tenants();
    let saved = tenants.save(bed.tenant("acme"), None, Batch::default(), bed.now);
    saved.await.unwrap();
    let id = bed.tenant("acme").id;
    let seen = tenants.fresh(&id, bed.now).await.unwrap().unwrap();
    let first = tenants.save(bed.tenant("acme"), Some(&seen), Batch::default(), bed.now);
    assert!(first.await.is_ok());
    let second = tenants.save(bed.tenant("acme"), Some(&seen), Batch::default(), bed.now);
    assert!(matches!(second.await, Err(SaveError::Conflict)));
}

#[tokio::test]
async fn after_rotation_every_tenant_is_sealed_by_the_new_key() {
    let bed = Bed::open();
    let tenants = bed.tenants();
    for n in 0..20 {
        let tenant = bed.tenant(&format!("client-{n}"));
        let saved = tenants.save(tenant, None, Batch::default(), bed.now);
        saved.await.unwrap();
    }
    let mut longer = bed.ring.clone();
    longer.add(&Entropy::system(), bed.now);
    bed.vault.replace(longer);
    let mut sealed = 0;
    for partition in Partition::all() {
        sealed += tenants.reseal(partition, bed.now).await.unwrap();
    }
    assert_eq!(sealed, 20);
    for partition in Partition::all() {
        assert_eq!(tenants.reseal(partition, bed.now).await.unwrap(), 0);
    }
    // Without any of the keys there is no tenant, and it is said which.
    let strange = KeyRing::generate(&Entropy::system(), bed.now);
    bed.vault.replace(strange);
    let id = id_of("client-0");
    assert!(matches!(
        bed.tenants().fresh(&id, bed.now).await,
        Err(LookupError::Unreadable { tenant, .. }) if tenant == id
    ));
}
