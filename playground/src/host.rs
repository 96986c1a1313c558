//! The running site.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use poem::listener::{Acceptor, Listener, TcpListener};
use poem::{EndpointExt, Route, Server};

use crate::connect::{Deliveries, Frame, FrameError, InstallError, Installed, Outbox};
use crate::faults::Fault;
use crate::holdings::Holdings;
use crate::moment::now_seconds;
use crate::site::{Event, Role, Site};
use crate::token::Signer;
use crate::{chance, control, holdings, pages, rest};

/// How soon webhooks are sent again, and how long an answer may take.
#[derive(Clone, Debug)]
pub struct Pace {
    /// The shortest and longest pause before a retry; Jira waits 5 to 15 minutes.
    pub retry: (Duration, Duration),
    pub timeout: Duration,
}

impl Pace {
    /// As Jira does it.
    pub fn of_jira() -> Pace {
        Pace {
            retry: (Duration::from_mins(5), Duration::from_mins(15)),
            timeout: Duration::from_secs(30),
        }
    }

    pub(crate) fn pause(&self) -> Duration {
        let (least, most) = self.retry;
        let span = most.saturating_sub(least).as_millis();
        let span = u64::try_from(span).unwrap_or(u64::MAX);
        least + Duration::from_millis(chance::below(span.saturating_add(1)))
    }
}

impl Default for Pace {
    /// A thousandth of Jira's.
    fn default() -> Pace {
        Pace {
            retry: (Duration::from_millis(300), Duration::from_millis(900)),
            timeout: Duration::from_secs(5),
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct HostOptions {
    /// Port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    pub pace: Pace,
    /// Descriptor that *Get app* in the Apps menu installs.
    pub app: Option<String>,
    /// Where the app keeps its records, for the pane *What the server holds*.
    pub holdings: Option<Holdings>,
}

#[derive(Debug, thiserror::Error)]
#[error("the site cannot listen on 127.0.0.1:{port}: {source}")]
pub struct StartError {
    port: u16,
    source: std::io::Error,
}

pub(crate) struct Inner {
    pub base_url: String,
    pub client_key: String,
    pub options: HostOptions,
    pub site: Mutex<Site>,
    pub faults: Mutex<Vec<Fault>>,
    pub http: reqwest::Client,
    pub signer: Signer,
    /// Accounts of the administrator and of the app; these two never change.
    pub admin_account: String,
    pub app_account: String,
    app: Mutex<Option<Installed>>,
    outbox: OnceLock<Outbox>,
    revision: AtomicU64,
    /// Seconds by which this site's clock is ahead of the machine's.
    ahead: AtomicI64,
}

/// Locks; a test that panicked while holding the lock does not spoil the site for the others.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Inner {
    pub fn app(&self) -> Option<Installed> {
        locked(&self.app).clone()
    }

    /// Puts another app in the place of the installed one, which it returns.
    pub fn replace_app(&self, app: Option<Installed>) -> Option<Installed> {
        self.touch();
        std::mem::replace(&mut *locked(&self.app), app)
    }

    pub fn outbox(&self) -> &Outbox {
        self.outbox.get_or_init(|| Outbox::new(Weak::new()))
    }

    /// Counts changes, so that pages know when to draw themselves anew.
    pub fn touch(&self) {
        self.revision.fetch_add(1, Ordering::Relaxed);
    }

    pub fn revision(&self) -> u64 {
        self.revision.load(Ordering::Relaxed)
    }

    /// The time by which tokens are made and judged.
    pub fn now_seconds(&self) -> i64 {
        now_seconds() + self.ahead.load(Ordering::SeqCst)
    }

    /// Carries out a change of the site, and sends the webhooks it causes.
    pub fn change<T, E>(
        &self,
        change: impl FnOnce(&mut Site) -> Result<(T, Vec<Event>), E>,
    ) -> Result<T, E> {
        let (value, events) = change(&mut locked(&self.site))?;
        self.touch();
        self.announce(&events);
        Ok(value)
    }

    pub fn announce(&self, events: &[Event]) {
        let Some(app) = self.app().filter(|app| app.enabled) else {
            return;
        };
        let site = locked(&self.site).clone();
        for event in events {
            self.outbox().announce(&app, &site, event);
        }
    }
}

/// A site that runs until this value is dropped.
pub struct Host {
    /// `http://127.0.0.1:PORT`, without a slash at its end.
    pub base_url: String,
    /// Where public keys of installs are: `{key_server_url}/{kid}`.
    pub key_server_url: String,
    /// The `all.js` that panels load.
    pub bridge_script_url: String,
    pub addr: SocketAddr,
    inner: Arc<Inner>,
    server: tokio::task::JoinHandle<()>,
}

impl Host {
    pub async fn start(options: HostOptions) -> Result<Host, StartError> {
        let port = options.port;
        let fail = |source| StartError { port, source };
        let acceptor = TcpListener::bind(("127.0.0.1", port))
            .into_acceptor()
            .await
            .map_err(fail)?;
        let addr = acceptor
            .local_addr()
            .into_iter()
            .find_map(|a| a.as_socket_addr().copied());
        let addr = addr.ok_or_else(|| fail(std::io::ErrorKind::AddrNotAvailable.into()))?;
        let base_url = format!("http://{addr}");
        let site = Site::seeded(&base_url);
        let account = |role| {
            let person = site.people.iter().find(|p| p.role == role);
            person.map(|p| p.account.clone()).unwrap_or_default()
        };
        let inner = Arc::new(Inner {
            admin_account: account(Role::Admin),
            app_account: account(Role::App),
            site: Mutex::new(site),
            client_key: chance::uuid(),
            options,
            faults: Mutex::default(),
            http: http_client(),
            signer: Signer::of_process(),
            app: Mutex::default(),
            outbox: OnceLock::new(),
            revision: AtomicU64::new(1),
            ahead: AtomicI64::new(0),
            base_url: base_url.clone(),
        });
        let outbox = Outbox::new(Arc::downgrade(&inner));
        inner.outbox.get_or_init(|| outbox);
        let routes = routes(&inner);
        let server = tokio::spawn(async move {
            if let Err(error) = Server::new_with_acceptor(acceptor).run(routes).await {
                tracing::error!(%error, "the site stopped");
            }
        });
        Ok(Host {
            key_server_url: format!("{base_url}/keys"),
            bridge_script_url: format!("{base_url}/atlassian-connect/all.js"),
            base_url,
            addr,
            inner,
            server,
        })
    }

    /// Installs the app whose descriptor is at that address, as *Get app* does.
    pub async fn install(&self, descriptor_url: &str) -> Result<Installed, InstallError> {
        self.inner.install(descriptor_url).await
    }

    pub async fn uninstall(&self) -> Result<(), InstallError> {
        self.inner.uninstall().await
    }

    pub async fn rotate_secret(&self) -> Result<Installed, InstallError> {
        self.inner.rotate_secret().await
    }

    /// Gives the site another address; what is told to the app goes with it.
    pub async fn rename(&self, base_url: &str) -> Result<Installed, InstallError> {
        self.inner.rename(base_url).await
    }

    pub fn set_enabled(&self, enabled: bool) -> Result<(), InstallError> {
        self.inner.set_enabled(enabled)
    }

    pub fn installed(&self) -> Option<Installed> {
        self.inner.app()
    }

    /// The key that signs installs; its public half is on the key server.
    pub fn signer(&self) -> &Signer {
        &self.inner.signer
    }

    /// The page of a module, as the site would put it into an iframe for that person.
    pub fn frame(
        &self,
        who: Option<&str>,
        module_key: &str,
        issue: Option<&str>,
    ) -> Result<Frame, FrameError> {
        self.inner.frame(who, module_key, issue)
    }

    /// What `AP.context.getToken` would give to that person on that issue.
    pub fn context_token(
        &self,
        who: Option<&str>,
        issue: Option<&str>,
    ) -> Result<String, FrameError> {
        self.inner.context_token(who, issue)
    }

    /// Account of a person by short name: `niro`, `nero`, `ada`, `jonathan`, `ana`, `kofi`, `app`.
    pub fn account(&self, slug: &str) -> String {
        let site = locked(&self.inner.site);
        site.person(slug)
            .map(|p| p.account.clone())
            .unwrap_or_default()
    }

    /// A copy of the site's state.
    pub fn site(&self) -> Site {
        locked(&self.inner.site).clone()
    }

    /// Changes the site, and sends the webhooks that the change returns.
    pub fn change<T, E>(
        &self,
        change: impl FnOnce(&mut Site) -> Result<(T, Vec<Event>), E>,
    ) -> Result<T, E> {
        self.inner.change(change)
    }

    pub fn deliveries(&self) -> Deliveries {
        self.inner.outbox().deliveries()
    }

    /// Moves the time by which the site makes and judges tokens, for tests of what takes weeks.
    /// What happens on the site keeps the machine's time.
    pub fn advance(&self, by: Duration) {
        let seconds = i64::try_from(by.as_secs()).unwrap_or(i64::MAX);
        self.inner.ahead.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Replaces the faults of the REST API.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        *locked(&self.inner.faults) = faults;
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn routes(inner: &Arc<Inner>) -> impl poem::Endpoint + 'static {
    let app = Route::new()
        .nest_no_strip("/rest", rest::routes(inner))
        .nest("/__control", control::routes());
    holdings::routes(pages::routes(rest::public_routes(app))).data(inner.clone())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the site's one client: no redirects, short timeouts, never a proxy"
)]
pub(crate) fn http_client() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(3))
        .timeout(Duration::from_secs(10))
        .no_proxy()
        .build()
        .expect("a client without a proxy can be made")
}
