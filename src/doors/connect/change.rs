//! What a notice of the host makes of a tenant, and the work that follows from it.

use super::secrets::Secrets;
use super::{ConnectConfig, DOOR};
use crate::audit::{self, About, Action};
use crate::clock::Instant;
use crate::ids::TenantId;
use crate::jobs::{Happened, Unpark};
use crate::store::Envelope;
use crate::tenants::{Credentials, Shred, SiteUrls, Tenant, TenantState};

/// An installation as the host announces it, every part held against what is allowed.
pub(super) struct Installation {
    pub install_key: String,
    pub secret: String,
    /// The app's name at the host's authorization server.
    pub client: Option<String>,
    pub site: SiteUrls,
}

/// Whether an installation over `old` finds its data again. Once they are due to be shredded,
/// nobody does: the installation begins as another tenant.
pub(super) fn comes_back(old: &Tenant, now: Instant) -> bool {
    match old.state {
        TenantState::Active | TenantState::Disabled => true,
        TenantState::Uninstalled { shred_at, .. } => shred_at > now,
        TenantState::Shredding { .. } => false,
    }
}

/// The tenant of an installation that nothing is known of.
pub(super) fn first(id: TenantId, new: &Installation, now: Instant) -> Tenant {
    Tenant {
        id,
        door: DOOR,
        install_key: new.install_key.clone(),
        site: new.site.clone(),
        state: TenantState::Active,
        credentials: Secrets::new(&new.secret)
            .of_client(new.client.as_deref())
            .credentials(),
        installed_at: now,
        changed_at: now,
        moved_at: None,
    }
}

/// The tenant after `new` was installed over `old`, which [`comes_back`], and what that was.
pub(super) fn again(
    old: &Tenant,
    new: &Installation,
    config: &ConnectConfig,
    now: Instant,
) -> (Tenant, Action) {
    if !old.is_installed() {
        return (first(old.id, new, now), Action::Installed);
    }
    let secrets = match Secrets::of(&old.credentials) {
        Some(secrets) => secrets.rotated(&new.secret, config.secret_overlap, now),
        None => Secrets::new(&new.secret),
    };
    let changed = Tenant {
        site: new.site.clone(),
        credentials: secrets.of_client(new.client.as_deref()).credentials(),
        changed_at: now,
        moved_at: if new.site == old.site {
            old.moved_at
        } else {
            Some(now)
        },
        ..old.clone()
    };
    (changed, Action::SecretRotated)
}

/// The tenant after an uninstallation that the host signed at `signed_at`. None when there is
/// nothing to change, or when it comes late: the app was installed again meanwhile.
pub(super) fn uninstalled(
    old: &Tenant,
    signed_at: Instant,
    config: &ConnectConfig,
    now: Instant,
) -> Option<Tenant> {
    if !old.is_installed() || signed_at.seconds() < old.installed_at.seconds() {
        return None;
    }
    Some(Tenant {
        state: TenantState::Uninstalled {
            at: now,
            shred_at: now + config.retention,
        },
        // The secret proves nothing any more, and a new installation brings its own.
        credentials: Credentials::default(),
        changed_at: now,
        ..old.clone()
    })
}

/// The tenant after an admin switched the app on or off. None when there is nothing to change.
pub(super) fn switched(old: &Tenant, on: bool, now: Instant) -> Option<Tenant> {
    let state = match (old.state, on) {
        (TenantState::Disabled, true) => TenantState::Active,
        (TenantState::Active, false) => TenantState::Disabled,
        _ => return None,
    };
    Some(Tenant {
        state,
        changed_at: now,
        ..old.clone()
    })
}

/// The work that follows when `tenant` has become what it is by `action`.
pub(super) fn followers(tenant: &Tenant, action: Action, now: Instant) -> Vec<Envelope> {
    let entry = audit::entry(tenant.id, now, None, action, About::default());
    let cause = [&*tenant.id.to_string(), &*now.millis().to_string()];
    let mut out = vec![entry];
    match action {
        Action::Installed => {
            out.push(Happened::TenantInstalled {}.envelope(&cause, now));
            out.push(Unpark::since(now).envelope(now));
        }
        Action::Enabled => out.push(Unpark::since(now).envelope(now)),
        Action::Uninstalled => out.push(Happened::TenantUninstalled {}.envelope(&cause, now)),
        _ => {}
    }
    if let TenantState::Uninstalled { at, shred_at } = tenant.state {
        out.push(Shred::after(at).envelope(shred_at));
    }
    out
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;
