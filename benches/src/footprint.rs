//! What deskbridge weighs.

use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

use crate::process::{Process, free_port};
use crate::{Failure, line, median};

pub async fn run(deskbridge: &Path) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let mut starts = Vec::new();
    let mut idle = Vec::new();
    for round in 0..7 {
        let (process, host, millis) = start(deskbridge, folder.path(), round).await?;
        starts.push(millis);
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        idle.push(process.resident_mb()?);
        process.stop().await?;
        until_closed(&host).await;
    }
    let size = std::fs::metadata(deskbridge)?.len() as f64 / 1e6;
    line(&format!(
        "idle memory     {:>8.1} MB   (median of {})",
        median(idle),
        starts.len()
    ));
    line(&format!(
        "start to serving{:>8.1} ms   (median of {})",
        median(starts.clone()),
        starts.len()
    ));
    line(&format!("binary          {size:>8.1} MB   (stripped)"));
    Ok(())
}

async fn start(
    deskbridge: &Path,
    folder: &Path,
    round: u32,
) -> Result<(Process, String, f64), Failure> {
    let host = format!("127.0.0.1:{}", free_port()?);
    let config = folder.join(format!("{round}.toml"));
    std::fs::write(
        &config,
        format!(
            "[server]\nlisten = \"{host}\"\noperations = \"\"\npublic_url = \"http://{host}\"\n\
             [store]\npath = \"{0}/db.sqlite\"\n[vault]\nkeys = \"{0}/keys.toml\"\n\
             [log]\nlevel = \"warn\"\n",
            folder.display()
        ),
    )?;
    let began = crate::load::now();
    let mut command = Command::new(deskbridge);
    command
        .arg("serve")
        .arg("--config")
        .arg(&config)
        .stdout(Stdio::null());
    let process = Process::start(&mut command)?;
    while tokio::net::TcpStream::connect(&host).await.is_err() {
        tokio::time::sleep(std::time::Duration::from_micros(500)).await;
    }
    let millis = began.elapsed().as_secs_f64() * 1000.0;
    Ok((process, host, millis))
}

async fn until_closed(host: &str) {
    while tokio::net::TcpStream::connect(host).await.is_ok() {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}
