//! `deskbridge doctor`: what is in force, what is wrong, what to do.

use super::commands::{Failed, say};
use super::config::{Config, StoreKind};
use super::parts;
use crate::clock::{Clock, Entropy};
use crate::store::Persistence;
use crate::vault::KeyRing;

/// Checks one thing after the other and reports them all.
pub async fn run(config: &Config) -> Result<(), Failed> {
    let clock = Clock::system();
    let mut wrong = 0;
    let mut report = |good: bool, what: &str, detail: &str| {
        wrong += u32::from(!good);
        say(&format!(
            "{}  {what}: {detail}",
            if good { "ok  " } else { "FAIL" }
        ))
    };
    report(true, "public address", &config.server.public_url)?;
    if config.server.public_url.starts_with("http://") {
        say("      plain http: for this machine only; hosts on the internet need https")?;
    }
    match parts::connect(config) {
        Ok(_) => report(
            true,
            "door",
            &format!("Connect, sites {}", config.connect.sites.join(" ")),
        )?,
        Err(error) => report(false, "door", &error.to_string())?,
    }
    match KeyRing::open(&config.vault.keys, &Entropy::system(), clock.now()) {
        Ok(ring) => report(true, "key ring", &format!("{} keys", ring.len()))?,
        Err(error) => report(false, "key ring", &error.to_string())?,
    }
    let kind = match config.store.kind {
        StoreKind::Embedded => format!("embedded, {}", config.store.path.display()),
        StoreKind::Redis => "redis".to_owned(),
    };
    match parts::open_store(config, &clock).await {
        Err(error) => report(false, "store", &error.to_string())?,
        Ok((store, shred)) => {
            let health = store.health(clock.now()).await;
            report(health.reachable, "store", &kind)?;
            match &health.persistence {
                Persistence::Durable => report(true, "durability", "what is answered is on disk")?,
                Persistence::Accepted(names) => {
                    report(
                        true,
                        "durability",
                        &format!("weakened as accepted: {names:?}"),
                    )?;
                }
                Persistence::Refused(why) => report(false, "durability", why)?,
            }
            let waiting = format!("{} waiting, {} given up", health.jobs, health.dead);
            report(health.dead == 0, "jobs", &waiting)?;
            shred.close().await;
            store.close().await;
        }
    }
    match wrong {
        0 => say("Everything needed is in place."),
        count => Err(Failed {
            line: format!("{count} things to mend, see above"),
            code: 1,
        }),
    }
}
