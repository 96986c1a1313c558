//! Notes: created, and wholly unlocked (both requests), against the bridge in its own process.
//! The site beside it answers each access question anew; its time is not the bridge's, so the
//! processor time of the bridge and of Redis stands beside the rates.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use deskbridge::clock::Clock;
use deskbridge::ids::{AccountId, IssueId, TenantId};
use deskbridge::seal::Fill;
use deskbridge_playground::Host;
use serde_json::{Value, json};

use crate::browser::{Browser, Draft, Histories, Sealed};
use crate::load::now;
use crate::process::{Process, redis};
use crate::webhooks::bridge_process;
use crate::{Failure, line, median};

#[derive(Debug, Args)]
pub struct Options {
    #[arg(long)]
    deskbridge: PathBuf,
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Notes a round.
    #[arg(long, default_value_t = 60)]
    notes: usize,
    /// Requests at once.
    #[arg(long, default_value_t = 8)]
    clients: usize,
}

/// Somebody in front of a panel.
struct Person {
    url: String,
    token: String,
    account: AccountId,
    http: reqwest::Client,
}

impl Person {
    async fn ask(&self, request: reqwest::RequestBuilder) -> Result<Value, Failure> {
        let request = request.header("authorization", format!("JWT {}", self.token));
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        if !status.is_success() {
            return Err(format!("{status} {text}").into());
        }
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }

    async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.ask(self.http.get(format!("{}{path}", self.url))).await
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.ask(self.http.post(format!("{}{path}", self.url)).json(body))
            .await
    }
}

struct Stage {
    _host: Host,
    bridge: Process,
    store: Process,
    niro: Arc<Person>,
    nero: Arc<Person>,
    tenant: TenantId,
    issue: IssueId,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let stage = stage(&options.deskbridge, folder.path()).await?;
    let author = browser(&stage, &stage.niro).await?;
    let reader = Arc::new(browser(&stage, &stage.nero).await?);
    let mut create = Figures::default();
    let mut unlock = Figures::default();
    for _ in 0..options.rounds {
        let notes = sealed(&stage, &author, options.notes).await?;
        let niro = stage.niro.clone();
        let each = |note: Arc<Sealed>| {
            let niro = niro.clone();
            async move {
                let body = json!({ "envelope": note.envelope, "seal": note.seal });
                niro.post("/api/notes", &body).await.map(drop)
            }
        };
        create.add(&stage, &notes, options.clients, each).await?;
        let (nero, reader) = (stage.nero.clone(), reader.clone());
        let each = |note: Arc<Sealed>| {
            let (nero, reader) = (nero.clone(), reader.clone());
            async move {
                let path = format!("/api/notes/{}", note.id);
                let authorised = nero.post(&format!("{path}/authorise"), &json!({})).await?;
                let iat = authorised["now"].as_i64().unwrap_or_default();
                let consent = reader.consent(&authorised, reader.entropy.bytes(), iat);
                nero.post(&format!("{path}/open"), &consent).await.map(drop)
            }
        };
        unlock.add(&stage, &notes, options.clients, each).await?;
    }
    line(&format!(
        "notes, Redis always, {} at once, medians of {} rounds of {}; the site asked each time",
        options.clients, options.rounds, options.notes
    ));
    line(&format!(
        "{:<36}{:>9}{:>10}{:>10}",
        "", "per s", "CPU us", "Redis us"
    ));
    create.print("create");
    unlock.print("unlock, both requests");
    Ok(())
}

#[derive(Default)]
struct Figures {
    rates: Vec<f64>,
    cpu_us: Vec<f64>,
    redis_us: Vec<f64>,
}

impl Figures {
    async fn add<F>(
        &mut self,
        stage: &Stage,
        notes: &[Arc<Sealed>],
        clients: usize,
        each: impl Fn(Arc<Sealed>) -> F,
    ) -> Result<(), Failure>
    where
        F: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        let before = (stage.bridge.cpu_seconds()?, stage.store.cpu_seconds()?);
        let began = now();
        for some in notes.chunks(clients) {
            let tasks: Vec<_> = some
                .iter()
                .map(|note| tokio::spawn(each(note.clone())))
                .collect();
            for task in tasks {
                task.await??;
            }
        }
        let count = notes.len() as f64;
        self.rates.push(count / began.elapsed().as_secs_f64());
        let after = (stage.bridge.cpu_seconds()?, stage.store.cpu_seconds()?);
        self.cpu_us.push((after.0 - before.0) * 1e6 / count);
        self.redis_us.push((after.1 - before.1) * 1e6 / count);
        Ok(())
    }

    fn print(&self, name: &str) {
        line(&format!(
            "{name:<36}{:>9.0}{:>10.0}{:>10.0}",
            median(self.rates.clone()),
            median(self.cpu_us.clone()),
            median(self.redis_us.clone())
        ));
    }
}

async fn stage(binary: &Path, folder: &Path) -> Result<Stage, Failure> {
    let (store, url) = redis(folder).await?;
    let notes = "[notes]\nannounce_after_seconds = 300\n";
    let (bridge, host, address, _) = bridge_process(binary, folder, Some(&url), notes).await?;
    let person = |slug: &str| -> Result<Arc<Person>, Failure> {
        Ok(Arc::new(Person {
            url: format!("http://{address}"),
            token: host.context_token(Some(slug), Some("ITH-1"))?,
            account: host.account(slug).parse()?,
            http: client()?,
        }))
    };
    let (niro, nero) = (person("niro")?, person("nero")?);
    let state = niro.get("/api/state").await?;
    let tenant = state["tenant"].as_str().ok_or("no tenant")?.parse()?;
    niro.post("/api/subscription", &json!({})).await?;
    let issue = state["issue"]["id"].as_str().ok_or("no issue")?.parse()?;
    Ok(Stage {
        _host: host,
        bridge,
        store,
        niro,
        nero,
        tenant,
        issue,
    })
}

#[expect(clippy::disallowed_methods, reason = "the load's own client")]
fn client() -> Result<reqwest::Client, Failure> {
    Ok(reqwest::Client::builder().build()?)
}

async fn browser(stage: &Stage, person: &Person) -> Result<Browser, Failure> {
    let seconds = Clock::system().now().seconds();
    let (browser, entry) = Browser::new(stage.tenant, &person.account, &[], None, seconds, "kept");
    person.post("/api/keys", &json!({ "entry": entry })).await?;
    Ok(browser)
}

async fn sealed(
    stage: &Stage,
    author: &Browser,
    count: usize,
) -> Result<Vec<Arc<Sealed>>, Failure> {
    let (niro, nero) = (&stage.niro.account, &stage.nero.account);
    let keys = stage
        .niro
        .get(&format!("/api/keys?accounts={niro},{nero}"))
        .await?;
    let histories = Histories::read(stage.tenant, &keys);
    let text = "The new password is in this note, and nowhere else. ".repeat(10);
    let draft = Draft {
        issue: stage.issue,
        readers: &[nero],
        text: &text,
        now: Clock::system().now().seconds(),
        life: 7 * 86_400,
        fill: Fill::Readers,
    };
    Ok((0..count)
        .map(|_| Arc::new(author.seal(&draft, &histories)))
        .collect())
}
