use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{Credentials, DoorKind, SiteUrls, Tenant, TenantState};
use crate::clock::Instant;
use crate::ids::TenantId;
use crate::vault::Vault;

/// First byte of every tenant record and install record.
const FORMAT: u8 = 1;

#[derive(Serialize, Deserialize)]
struct Stored {
    id: TenantId,
    door: DoorKind,
    install_key: String,
    life: u32,
    site: SiteUrls,
    state: TenantState,
    /// Sealed by the vault, base64url.
    credentials: String,
    installed_at: Instant,
    changed_at: Instant,
}

/// What the store gave back is not what was written there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unreadable(pub(super) &'static str);

fn context(id: TenantId) -> Vec<u8> {
    [&b"tenant credentials "[..], id.as_bytes()].concat()
}

pub(super) fn encode(tenant: &Tenant, vault: &Vault) -> Bytes {
    use base64::Engine as _;
    let sealed = vault.seal(&context(tenant.id), tenant.credentials.expose());
    let stored = Stored {
        id: tenant.id,
        door: tenant.door.clone(),
        install_key: tenant.install_key.clone(),
        life: tenant.life,
        site: tenant.site.clone(),
        state: tenant.state,
        credentials: base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(sealed),
        installed_at: tenant.installed_at,
        changed_at: tenant.changed_at,
    };
    with_format(&stored)
}

/// The tenant, and whether the newest key sealed its credentials.
pub(super) fn decode(value: &[u8], vault: &Vault) -> Result<(Tenant, bool), Unreadable> {
    use base64::Engine as _;
    let stored: Stored = without_format(value)?;
    let sealed = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(&stored.credentials)
        .map_err(|_| Unreadable("credentials are not base64url"))?;
    let credentials = vault
        .open(&context(stored.id), &sealed)
        .map_err(|_| Unreadable("credentials do not open with this key ring"))?;
    let tenant = Tenant {
        id: stored.id,
        door: stored.door,
        install_key: stored.install_key,
        life: stored.life,
        site: stored.site,
        state: stored.state,
        credentials: Credentials::new(credentials),
        installed_at: stored.installed_at,
        changed_at: stored.changed_at,
    };
    Ok((tenant, vault.is_current(&sealed)))
}

/// The record that leads from the host's name of an installation to its tenant.
#[derive(Serialize, Deserialize)]
struct Pointer {
    tenant: TenantId,
}

pub(super) fn encode_pointer(tenant: TenantId) -> Bytes {
    with_format(&Pointer { tenant })
}

pub(super) fn decode_pointer(value: &[u8]) -> Result<TenantId, Unreadable> {
    without_format::<Pointer>(value).map(|pointer| pointer.tenant)
}

fn with_format<T: Serialize>(value: &T) -> Bytes {
    let mut out = vec![FORMAT];
    serde_json::to_writer(&mut out, value).expect("plain structs of strings and numbers");
    out.into()
}

fn without_format<'de, T: Deserialize<'de>>(value: &'de [u8]) -> Result<T, Unreadable> {
    match value.split_first() {
        Some((&FORMAT, json)) => {
            serde_json::from_slice(json).map_err(|_| Unreadable("the record is damaged"))
        }
        _ => Err(Unreadable("the record has an unknown format")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Entropy;
    use crate::vault::KeyRing;

    fn tenant() -> Tenant {
        let door = DoorKind::new("test");
        Tenant {
            id: Tenant::id_of(&door, "key", 0),
            door,
            install_key: "key".into(),
            life: 0,
            site: SiteUrls {
                base_url: "https://acme.example".into(),
                display_url: None,
                help_center_url: None,
            },
            state: TenantState::Uninstalled {
                at: Instant::from_seconds(1),
                shred_at: Instant::from_seconds(2),
            },
            credentials: Credentials::new(b"a shared secret".to_vec()),
            installed_at: Instant::from_seconds(1),
            changed_at: Instant::from_seconds(2),
        }
    }

    #[test]
    fn a_record_comes_back_whole_and_shows_no_secret() {
        let ring = KeyRing::generate(&Entropy::seeded(1), Instant::EPOCH);
        let vault = Vault::new(ring, Entropy::system());
        let value = encode(&tenant(), &vault);
        assert_eq!(decode(&value, &vault), Ok((tenant(), true)));
        assert!(!value.windows(6).any(|part| part == b"secret"));
        assert!(!format!("{:?}", tenant()).contains("secret"));
    }

    #[test]
    fn credentials_of_one_tenant_do_not_open_in_anothers_record() {
        let ring = KeyRing::generate(&Entropy::seeded(1), Instant::EPOCH);
        let vault = Vault::new(ring, Entropy::system());
        let value = encode(&tenant(), &vault);
        let other = Tenant::id_of(&DoorKind::new("test"), "other", 0);
        let moved = String::from_utf8(value.to_vec())
            .unwrap()
            .replace(&tenant().id.to_string(), &other.to_string());
        assert_eq!(
            decode(moved.as_bytes(), &vault),
            Err(Unreadable("credentials do not open with this key ring"))
        );
    }
}
