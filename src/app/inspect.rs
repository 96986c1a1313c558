//! Commands that look into a store, or mend it, while nothing serves from the same file (the
//! embedded store has one process at a time; with Redis they run beside replicas).

use super::commands::{Failed, say};
use super::config::Config;
use super::parts::Parts;
use super::router;
use crate::audit::{self, Verdict};
use crate::clock::{Clock, Entropy, Instant};
use crate::ids::{Partition, Scope, TenantId};
use crate::store::{Batch, JobKey};
use crate::tenants::{Credentials, Shred, Tenant, TenantState};
use crate::vault::KeyRing;

const PAGE: u16 = 100;

async fn open(config: &Config) -> Result<Parts, Failed> {
    Parts::open(config, Clock::system(), Entropy::system())
        .await
        .map_err(|error| Failed {
            line: error.to_string(),
            code: 2,
        })
}

/// `descriptor`
pub fn descriptor(config: &Config) -> Result<(), Failed> {
    let connect = super::parts::connect(config).map_err(|error| Failed {
        line: error.to_string(),
        code: 2,
    })?;
    let descriptor = crate::doors::connect::descriptor::render(&connect);
    say(&serde_json::to_string_pretty(&descriptor).map_err(Failed::because)?)
}

/// `openapi`: the routes are described by their code, which needs rooms to stand on: a store of
/// its own in the folder for temporary files, gone afterwards.
pub async fn openapi() -> Result<(), Failed> {
    let folder = std::env::temp_dir().join(format!("deskbridge-openapi-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(Failed::because)?;
    let mut config = Config::default();
    config.store.path = folder.join("empty.sqlite");
    config.vault.keys = folder.join("keys.toml");
    let parts = open(&config).await?;
    let document = router::document(&parts);
    parts.close().await;
    std::fs::remove_dir_all(&folder).map_err(Failed::because)?;
    say(&document)
}

/// `keys rotate`
pub async fn rotate(config: &Config) -> Result<(), Failed> {
    let clock = Clock::system();
    let ring = KeyRing::rotate(&config.vault.keys, &Entropy::system(), clock.now())
        .map_err(Failed::because)?;
    let keys = ring.len();
    let parts = open(config).await?;
    let mut resealed = 0;
    for partition in Partition::all() {
        resealed += parts
            .tenants
            .reseal(partition, clock.now())
            .await
            .map_err(Failed::because)?;
    }
    parts.close().await;
    say(&format!(
        "A new key seals from now on; {resealed} tenants sealed again; {keys} keys in the ring. \
         Send SIGHUP to running replicas."
    ))
}

/// `tenants list`
pub async fn tenants(config: &Config) -> Result<(), Failed> {
    let parts = open(config).await?;
    let now = parts.clock.now();
    let mut count = 0;
    for id in all_tenants(&parts).await? {
        let seen = parts
            .tenants
            .closed(&id, now)
            .await
            .map_err(Failed::because)?;
        let Some(seen) = seen else { continue };
        let state = described(seen.tenant.state, now);
        say(&format!("{id}  {}  {state}", seen.tenant.site.display()))?;
        count += 1;
    }
    parts.close().await;
    say(&format!("{count} tenants"))
}

fn described(state: TenantState, now: Instant) -> String {
    match state {
        TenantState::Active => "active".to_owned(),
        TenantState::Disabled => "disabled".to_owned(),
        TenantState::Uninstalled { at, shred_at } if shred_at > now => format!(
            "uninstalled {}, comes back by a reinstall until {}, then it is shredded",
            written(at),
            written(shred_at)
        ),
        TenantState::Uninstalled { at, shred_at } => {
            let (at, due) = (written(at), written(shred_at));
            format!("uninstalled {at}, due to be shredded since {due}")
        }
        TenantState::Shredding { since, .. } => format!("being shredded since {}", written(since)),
    }
}

/// To the second, UTC.
fn written(at: Instant) -> String {
    let at = chrono::DateTime::from_timestamp_millis(at.millis()).unwrap_or_default();
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `tenants shred`
pub async fn shred(config: &Config, id: &TenantId, even_installed: bool) -> Result<(), Failed> {
    let parts = open(config).await?;
    let done = hand_over(&parts, id, even_installed).await;
    parts.close().await;
    say(&done?)
}

/// Ends the retention of a tenant now. The work is left to whatever serves, which does it with the
/// same care as at the end of any retention.
async fn hand_over(parts: &Parts, id: &TenantId, even_installed: bool) -> Result<String, Failed> {
    let now = parts.clock.now();
    let seen = parts.tenants.closed(id, now).await;
    let Some(seen) = seen.map_err(Failed::because)? else {
        return Err(Failed::because(format!("there is no tenant {id}")));
    };
    if matches!(seen.tenant.state, TenantState::Shredding { .. }) {
        return Ok(format!("{id} is being shredded already"));
    }
    if seen.tenant.is_installed() && !even_installed {
        return Err(Failed::because(format!(
            "{id} is installed on {}: uninstall it there first, or say --even-installed",
            seen.tenant.site.display()
        )));
    }
    let due = TenantState::Uninstalled {
        at: now,
        shred_at: now,
    };
    let tenant = Tenant {
        state: due,
        credentials: Credentials::default(),
        changed_at: now,
        ..Tenant::clone(&seen.tenant)
    };
    let with = Batch {
        push: vec![Shred::after(now).envelope(now)],
        ..Batch::default()
    };
    let saved = parts.tenants.save(tenant, Some(&seen), with, now).await;
    saved.map_err(Failed::because)?;
    Ok(format!(
        "{id} does not come back any more; everything of it is erased within minutes of a running \
         bridge"
    ))
}

/// `jobs list`
pub async fn dead_jobs(config: &Config, only: Option<TenantId>) -> Result<(), Failed> {
    let parts = open(config).await?;
    let tenants = match only {
        Some(tenant) => vec![tenant],
        None => all_tenants(&parts).await?,
    };
    let mut count = 0;
    for tenant in tenants {
        let scope = Scope::tenant(tenant);
        let mut after: Option<JobKey> = None;
        loop {
            let dead = parts.store.dead(&scope, after.as_ref(), PAGE).await;
            let dead = dead.map_err(Failed::because)?;
            let Some(last) = dead.last() else { break };
            after = Some(last.id.clone());
            for job in &dead {
                say(&format!(
                    "{tenant}  {}  {}  after {} attempts: {}",
                    job.id.as_str(),
                    job.kind,
                    job.attempts,
                    job.reason
                ))?;
                count += 1;
            }
        }
    }
    parts.close().await;
    say(&format!("{count} jobs given up"))
}

/// `jobs redrive`
pub async fn redrive(config: &Config, tenant: TenantId, ids: &[String]) -> Result<(), Failed> {
    let parts = open(config).await?;
    let scope = Scope::tenant(tenant);
    let now = parts.clock.now();
    let mut count = 0;
    loop {
        let dead = parts
            .store
            .dead(&scope, None, PAGE)
            .await
            .map_err(Failed::because)?;
        let chosen: Vec<JobKey> = dead
            .into_iter()
            .map(|job| job.id)
            .filter(|id| ids.is_empty() || ids.iter().any(|wanted| wanted == id.as_str()))
            .collect();
        if chosen.is_empty() {
            break;
        }
        count += parts
            .store
            .redrive(&scope, &chosen, now)
            .await
            .map_err(Failed::because)?;
    }
    parts.close().await;
    say(&format!("{count} jobs put back to work"))
}

/// `audit verify`
pub async fn verify(config: &Config) -> Result<(), Failed> {
    let parts = open(config).await?;
    let mut broken = 0;
    for tenant in all_tenants(&parts).await? {
        let verdict = audit::verify(&parts.store, &Scope::tenant(tenant), parts.clock.now()).await;
        let verdict = verdict.map_err(Failed::because)?;
        match verdict {
            Verdict::Whole { entries } => say(&format!("{tenant}  whole, {entries} entries"))?,
            Verdict::Broken { at, why } => {
                broken += 1;
                say(&format!("{tenant}  BROKEN at entry {at}: {why:?}"))?;
            }
        }
    }
    parts.close().await;
    match broken {
        0 => Ok(()),
        _ => Err(Failed {
            line: format!("{broken} chains are broken"),
            code: 1,
        }),
    }
}

async fn all_tenants(parts: &Parts) -> Result<Vec<TenantId>, Failed> {
    let mut all = Vec::new();
    for partition in Partition::all() {
        let mut after = None;
        loop {
            let some = parts.store.tenants(partition, after.as_ref(), PAGE).await;
            let some = some.map_err(Failed::because)?;
            let Some(last) = some.last() else { break };
            after = Some(*last);
            all.extend(some);
        }
    }
    Ok(all)
}
