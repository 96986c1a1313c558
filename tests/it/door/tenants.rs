//! Tenants in a store: repaired, cached, sealed again.

use std::time::Duration;

use deskbridge::clock::{Clock, Entropy, Instant};
use deskbridge::ids::{Partition, Scope};
use deskbridge::store::{Batch, Key, Store};
use deskbridge::tenants::{
    Credentials, DoorKind, LookupError, SaveError, SiteUrls, Tenant, TenantState, Tenants,
};
use deskbridge::vault::{KeyRing, Vault};
use tempfile::TempDir;

const DOOR: DoorKind = DoorKind::new("test");

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
            id: Tenant::id_of(&DOOR, name, 0),
            door: DOOR,
            install_key: name.into(),
            life: 0,
            site: SiteUrls {
                base_url: "https://acme.example".into(),
                display_url: None,
                help_center_url: None,
            },
            state: TenantState::Active,
            credentials: Credentials::new(b"secret".to_vec()),
            installed_at: self.now,
            changed_at: self.now,
        }
    }
}

#[tokio::test]
async fn an_installation_cut_off_half_way_is_mended_when_asked_for() {
    let bed = Bed::open();
    let tenant = bed.tenant("acme");
    let tenants = bed.tenants();
    let saved = tenants.save(tenant.clone(), None, Batch::default(), bed.now);
    saved.await.unwrap();
    let scope = Scope::shared(b"install/test/acme");
    let pointer = Key::shared("install", &["test", "acme"]);
    let cut = Batch {
        delete: vec![pointer.clone()],
        ..Batch::default()
    };
    bed.store.commit(&scope, &cut, bed.now).await.unwrap();
    let found = bed.tenants().by_install(&DOOR, "acme", bed.now).await;
    assert_eq!(*found.unwrap().unwrap(), tenant);
    let mended = bed.store.get(&scope, &pointer, bed.now).await.unwrap();
    assert!(mended.is_some());
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
    let id = Tenant::id_of(&DOOR, "client-0", 0);
    assert!(matches!(
        bed.tenants().fresh(&id, bed.now).await,
        Err(LookupError::Unreadable { tenant, .. }) if tenant == id
    ));
}
