//! `kill -9` of the program as it is shipped, and of its Redis, while sites deliver: what was
//! acknowledged takes effect, once, and in the order of its issue.

mod client;
mod doomed;
mod program;
mod witness;

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use deskbridge::clock::{Clock, Entropy};
use deskbridge::ids::TenantId;
use deskbridge::store::{JobKey, RedisOptions, Store};
use deskbridge_playground::site::Draft;
use deskbridge_playground::{Host, HostOptions, Installed};

use self::client::{Acknowledged, Client, Load};
use self::doomed::Doomed;
use self::program::Program;
use self::witness::{Verdict, Witness, judge};
use crate::harness::{command, scaled};
use crate::store::server::{self, Server as Redis};

const SITES: usize = 3;
/// Issues of a site, each with a client of its own.
const ISSUES: usize = 8;

/// A site on which the program is installed.
struct Site {
    host: Host,
    installed: Installed,
    tenant: TenantId,
    issues: Vec<u64>,
    doomed: Vec<Doomed>,
    doomed_issues: Vec<u64>,
}

/// Where the program keeps its records.
enum Place<'a> {
    File,
    Redis(String, &'a Path),
}

struct Scene {
    sites: Vec<Site>,
    program: Program,
    witness: Witness,
}

/// New issues of a site to which no app listens yet: their ids and keys.
fn issues(host: &Host, count: usize) -> Vec<(u64, String)> {
    let draft = Draft {
        project: "ITH".to_owned(),
        summary: "The printer is on fire".to_owned(),
        description: "It began on Monday.".to_owned(),
        reporter: "jonathan".to_owned(),
        ..Draft::default()
    };
    let made = (0..count).map(|_| host.change(|site| site.create_issue(&draft)).unwrap());
    let ids: Vec<u64> = made.collect();
    let site = host.site();
    ids.iter()
        .map(|id| (*id, site.issues[id].key.clone()))
        .collect()
}

impl Site {
    /// Installs the program on `host`, and seals notes in issues that will be deleted.
    async fn of(host: Host, program: &Program) -> Self {
        let live = issues(&host, ISSUES);
        let dying = issues(&host, 2 + scaled(1));
        let url = program.url();
        let descriptor = format!("{url}/atlassian-connect.json");
        let installed = host.install(&descriptor).await.unwrap();
        let (tenant, doomed) = doomed::seal(&host, &url, &dying).await;
        Self {
            host,
            installed,
            tenant,
            issues: live.into_iter().map(|(id, _)| id).collect(),
            doomed,
            doomed_issues: dying.into_iter().map(|(id, _)| id).collect(),
        }
    }
}

impl Scene {
    async fn set(place: &Place<'_>) -> Self {
        let mut hosts = Vec::new();
        for _ in 0..SITES {
            hosts.push(Host::start(HostOptions::default()).await.unwrap());
        }
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("db.sqlite");
        let store = match place {
            Place::File => format!("path = \"{}\"\n", file.display()),
            Place::Redis(url, _) => format!("kind = \"redis\"\nurl = \"{url}\"\n"),
        };
        let mut program = Program::start(&hosts, folder, &store);
        let mut sites = Vec::new();
        for host in hosts {
            sites.push(Site::of(host, &program).await);
        }
        program.stopped().await;
        let witness = match place {
            Place::File => Witness::of_file(&file),
            Place::Redis(url, folder) => Witness::of_redis(url, folder).await,
        };
        program.started();
        let scene = Self {
            sites,
            program,
            witness,
        };
        scene.drained().await;
        scene
    }

    /// Jobs that wait for the day on which the notes would have run out.
    fn at_rest(&self) -> u64 {
        let notes: usize = self.sites.iter().map(|site| site.doomed.len()).sum();
        notes as u64
    }

    /// Waits until nothing is left to be run; fails when for a minute nothing was.
    async fn drained(&self) {
        let (mut before, mut idle) = (None, 0);
        while before != Some(self.at_rest()) {
            let now = self.witness.waiting().await;
            idle = if now == before { idle + 1 } else { 0 };
            before = now;
            assert!(idle < 60_000 / 50, "{now:?} jobs are left");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// A client for each issue, at work; `expected` events in all.
    fn clients(&self, load: &Arc<Load>, expected: usize) -> Vec<JoinHandle<Vec<Acknowledged>>> {
        let mut clients = Vec::new();
        for (number, site) in self.sites.iter().enumerate() {
            let state = site.host.site();
            for (at, issue) in site.issues.iter().enumerate() {
                let all = site.doomed_issues.iter().skip(at).step_by(ISSUES);
                let doomed: Vec<u64> = all.copied().collect();
                let from = (number, site.installed.clone());
                let share = expected / (SITES * ISSUES);
                let client = Client::new(from, &state, *issue, &doomed, share);
                let load = Arc::clone(load);
                clients.push(std::thread::spawn(move || client.run(&load)));
            }
        }
        clients
    }

    /// What must have been completed: each event, and what the room was told of each deletion.
    fn expected(&self, acknowledged: &[Acknowledged]) -> Vec<Vec<String>> {
        let mut expected = Vec::new();
        for issue in acknowledged {
            let tenant = self.sites[issue.site].tenant;
            let event = |id: &str| JobKey::of(&["event", id]).as_str().to_owned();
            let told = |id: &str| {
                let id = JobKey::of(&["told", "notes", "issue-deleted", &event(id)]);
                id.as_str().to_owned()
            };
            let all = issue.deliveries.iter();
            let deleted = all.clone().filter(|(_, deleted)| *deleted);
            expected.push(
                all.map(|(id, _)| format!("{tenant} {}", event(id)))
                    .collect(),
            );
            expected.push(
                deleted
                    .map(|(id, _)| format!("{tenant} {}", told(id)))
                    .collect(),
            );
        }
        expected
    }

    /// What people and operators see of it, and that nothing is left over.
    async fn assert_settled(&mut self, place: &Place<'_>) {
        let url = self.program.url();
        for site in &self.sites {
            doomed::assert_ended(&site.host, &url, &site.doomed).await;
        }
        self.drained().await;
        self.program.stopped().await;
        let log = self.program.log();
        assert!(!log.contains("panicked"), "{log}");
        let (code, out, _) = command(&["audit", "verify", "-c", &self.program.config()], &[]);
        assert_eq!(code, 0, "{out}");
        let store = match place {
            Place::File => {
                let path = self.program.folder.path().join("db.sqlite");
                Store::open_embedded(&path).unwrap()
            }
            Place::Redis(url, _) => Store::open_redis(&RedisOptions::new(url)).await.unwrap(),
        };
        let health = store.health(Clock::system().now()).await;
        assert!(health.reachable);
        assert_eq!((health.jobs, health.dead), (self.at_rest(), 0));
        for site in &self.sites {
            doomed::assert_audited(&store, site.tenant, &site.doomed).await;
        }
        store.close().await;
    }
}

/// Delivers while `kill` ends something and starts it again, so many times; then counts.
#[expect(clippy::print_stdout, reason = "the figures that `make prove` shows")]
async fn killed_under_load(
    what: &str,
    rounds: usize,
    place: Place<'_>,
    mut kill: impl FnMut(&mut Program),
) {
    let each = 250 + scaled(110);
    let mut scene = Scene::set(&place).await;
    let (clock, entropy) = (Clock::system(), Entropy::system());
    let began = clock.now();
    let load = Arc::new(Load::on(scene.program.port));
    let clients = scene.clients(&load, rounds * each);
    for _ in 0..rounds {
        let more = entropy.below(2 * each as u64);
        load.reach(load.acknowledged() + more).await;
        // Not always at a moment when something was just answered.
        tokio::time::sleep(Duration::from_micros(entropy.below(5000))).await;
        kill(&mut scene.program);
    }
    load.reach((rounds * each) as u64).await;
    load.end();
    let joined = tokio::task::spawn_blocking(|| {
        let all = clients.into_iter().map(|client| client.join().unwrap());
        all.flatten().collect::<Vec<_>>()
    });
    let acknowledged = joined.await.unwrap();
    let delivered = clock.now().since(began).as_secs();
    scene.drained().await;
    let seconds = clock.now().since(began).as_secs();

    let count: usize = acknowledged.iter().map(|a| a.deliveries.len()).sum();
    let verdict = judge(&scene.expected(&acknowledged), &scene.witness.completed());
    let (Verdict { lost, twice, early }, again) = (&verdict, load.again());
    println!(
        "{what}: {count} webhooks acknowledged, {again} sent again, {rounds} kills, {lost} lost, \
         {twice} run twice, {early} out of order, in {delivered} s, all done after {seconds} s"
    );
    assert_eq!(verdict, Verdict::default());
    assert_eq!(load.acknowledged(), count as u64);
    scene.assert_settled(&place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn w2_the_program_on_sqlite_is_killed_and_loses_nothing_it_acknowledged() {
    let rounds = scaled(3);
    killed_under_load("program on SQLite", rounds, Place::File, Program::killed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn w2_the_program_on_redis_is_killed_and_loses_nothing_it_acknowledged() {
    assert!(server::installed());
    let redis = Redis::start(&witness::KEEP_LOG);
    let place = Place::Redis(redis.url(), redis.folder.path());
    killed_under_load("program on Redis", scaled(3), place, Program::killed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn w2_redis_is_killed_and_has_lost_nothing_that_was_acknowledged() {
    assert!(server::installed());
    let mut redis = Redis::start(&witness::KEEP_LOG);
    let folder = redis.folder.path().to_owned();
    let place = Place::Redis(redis.url(), &folder);
    let kill = |_: &mut Program| {
        redis.kill();
        redis.restart();
    };
    killed_under_load("Redis", scaled(3), place, kill).await;
}
