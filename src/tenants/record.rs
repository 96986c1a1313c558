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
    site: SiteUrls,
    state: TenantState,
    /// Sealed by the vault, base64url.
    credentials: String,
    installed_at: Instant,
    changed_at: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    moved_at: Option<Instant>,
}

/// What the store gave back is not what was written there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unreadable(pub(super) &'static str);

/// What the credentials are sealed for: whoever can write the store, but lacks the key ring, must
/// not have them sent, or believed, anywhere but where the door took them from. Each part has its
/// length before it, so that no two can run into each other.
fn context(id: TenantId, door: &DoorKind, install_key: &str, site: &SiteUrls) -> Vec<u8> {
    let mut out = [&b"tenant credentials "[..], id.as_bytes()].concat();
    for part in [
        Some(door.as_str()),
        Some(install_key),
        Some(&site.base_url),
        site.display_url.as_deref(),
        site.help_center_url.as_deref(),
    ] {
        let length = part.map_or(u64::MAX, |part| part.len() as u64);
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(part.unwrap_or_default().as_bytes());
    }
    out
}

pub(super) fn encode(tenant: &Tenant, vault: &Vault) -> Bytes {
    use base64::Engine as _;
    let context = context(tenant.id, &tenant.door, &tenant.install_key, &tenant.site);
    let sealed = vault.seal(&context, tenant.credentials.expose());
    let stored = Stored {
        id: tenant.id,
        door: tenant.door.clone(),
        install_key: tenant.install_key.clone(),
        site: tenant.site.clone(),
        state: tenant.state,
        credentials: base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(sealed),
        installed_at: tenant.installed_at,
        changed_at: tenant.changed_at,
        moved_at: tenant.moved_at,
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
    let context = context(stored.id, &stored.door, &stored.install_key, &stored.site);
    let credentials = vault
        .open(&context, &sealed)
        .map_err(|_| Unreadable("credentials were not sealed for this site by this key ring"))?;
    let tenant = stored.with(Credentials::new(credentials));
    Ok((tenant, vault.is_current(&sealed)))
}

/// The tenant without its credentials.
pub(super) fn decode_closed(value: &[u8]) -> Result<Tenant, Unreadable> {
    let stored: Stored = without_format(value)?;
    Ok(stored.with(Credentials::default()))
}

impl Stored {
    fn with(self, credentials: Credentials) -> Tenant {
        Tenant {
            id: self.id,
            door: self.door,
            install_key: self.install_key,
            site: self.site,
            state: self.state,
            credentials,
            installed_at: self.installed_at,
            changed_at: self.changed_at,
            moved_at: self.moved_at,
        }
    }
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
            id: TenantId::from_bytes([1; 16]),
            door,
            install_key: "key".into(),
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
            moved_at: None,
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
    fn credentials_open_only_in_the_record_that_they_were_sealed_for() {
        let ring = KeyRing::generate(&Entropy::seeded(1), Instant::EPOCH);
        let vault = Vault::new(ring, Entropy::system());
        let value = String::from_utf8(encode(&tenant(), &vault).to_vec()).unwrap();
        let other = TenantId::from_bytes([2; 16]).to_string();
        for (what, from, to) in [
            ("another tenant", &*tenant().id.to_string(), &*other),
            (
                "another host",
                "https://acme.example",
                "https://evil.example",
            ),
            ("another port", "acme.example", "acme.example:444"),
            (
                "another page around panels",
                "\"display_url\":null",
                "\"display_url\":\"\"",
            ),
            (
                "another portal",
                "\"help_center_url\":null",
                "\"help_center_url\":\"x\"",
            ),
            ("another installation", "\"key\"", "\"other\""),
            ("another door", "\"test\"", "\"best\""),
        ] {
            let moved = value.replacen(from, to, 1);
            assert_ne!(moved, value, "{what}");
            let told = decode(moved.as_bytes(), &vault);
            let refused = "credentials were not sealed for this site by this key ring";
            assert_eq!(told, Err(Unreadable(refused)), "{what}");
        }
    }
}
