//! A bridge's door on a port, a host's key server, and tenants that came in by the front.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use deskbridge::clock::{Clock, Entropy};
use deskbridge::doors::connect::{ConnectConfig, DOOR};
use deskbridge::doors::{Doors, SessionApi, routes};
use deskbridge::store::Store;
use deskbridge::tenants::{Tenant, Tenants};
use deskbridge::vault::{KeyRing, Vault};
use deskbridge::wire::{Kind, Problem};
use deskbridge_playground::token::{self, Signer};
use poem::error::NotFoundError;
use poem::http::StatusCode;
use poem::listener::{Acceptor as _, Listener as _, TcpListener};
use poem::web::{Data, Path, Redirect};
use poem::{Body as Stream, EndpointExt as _, IntoResponse as _, Request, Response, Route};
use poem::{Server, get, handler, post};
use poem_openapi::OpenApiService;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::wire::{Answer, Body, send};

pub const APP: &str = "deskbridge";
pub const BASE: &str = "https://bridge.example";

/// Names of keys that the key server answers in a way no key server should.
pub const HTML_KEY: &str = "html-page";
pub const REDIRECTED_KEY: &str = "redirected";
pub const ENDLESS_KEY: &str = "endless";
pub const BROKEN_KEY: &str = "broken";

pub struct Bed {
    pub addr: SocketAddr,
    pub clock: Clock,
    pub tenants: Tenants,
    pub signer: Signer,
    pub events: Arc<AtomicUsize>,
    database: PathBuf,
    _folder: TempDir,
}

pub fn config(key_server: &str, sites: &[&str]) -> ConnectConfig {
    ConnectConfig {
        app_key: APP.into(),
        public_url: BASE.parse().unwrap(),
        key_server: key_server.parse().unwrap(),
        token_server: key_server.parse().unwrap(),
        bridge_script: "https://host.example/all.js".parse().unwrap(),
        sites: sites.iter().map(|site| site.parse().unwrap()).collect(),
        secret_overlap: Duration::from_secs(600),
        retention: Duration::from_secs(30 * 86_400),
    }
}

#[handler]
fn published(Path(name): Path<String>, Data(signer): Data<&Signer>) -> Response {
    match name.as_str() {
        name if name == signer.kid => signer.public_pem().into_response(),
        HTML_KEY => Response::builder()
            .content_type("text/html")
            .body(signer.public_pem()),
        REDIRECTED_KEY => Redirect::temporary(format!("/{}", signer.kid)).into_response(),
        ENDLESS_KEY => format!("{}{}", signer.public_pem(), " ".repeat(20_000)).into_response(),
        BROKEN_KEY => StatusCode::BAD_GATEWAY.into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

#[handler]
async fn webhook(
    Data(doors): Data<&Doors>,
    Data(events): Data<&Arc<AtomicUsize>>,
    request: &Request,
    body: Stream,
) -> poem::Result<String> {
    let event = doors.webhook(request, body).await;
    let event = event.map_err(|problem| problem.into_error())?;
    events.fetch_add(1, Ordering::SeqCst);
    Ok(event.delivery().to_owned())
}

#[handler]
async fn page(Data(doors): Data<&Doors>, request: &Request) -> poem::Result<String> {
    let visit = doors.page(request).await;
    let visit = visit.map_err(|problem| problem.into_error())?;
    let out = json!({
        "surface": visit.surface.as_str(), "issue": visit.issue, "account": visit.account,
        "session": visit.session,
    });
    Ok(out.to_string())
}

async fn serve(route: impl poem::IntoEndpoint<Endpoint: 'static>) -> SocketAddr {
    let acceptor = TcpListener::bind("127.0.0.1:0")
        .into_acceptor()
        .await
        .unwrap();
    let addr = *acceptor.local_addr()[0].as_socket_addr().unwrap();
    let endpoint = route.into_endpoint();
    tokio::spawn(async move { Server::new_with_acceptor(acceptor).run(endpoint).await });
    addr
}

impl Bed {
    pub async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("store.db");
        let store = Store::open_embedded(&database).unwrap();
        let signer = Signer::generate();
        let keys = serve(
            Route::new()
                .at("/:name", get(published))
                .data(signer.clone()),
        )
        .await;
        let (clock, entropy) = (Clock::system(), Entropy::system());
        let vault = Vault::new(KeyRing::generate(&entropy, clock.now()), entropy.clone());
        let tenants = Tenants::new(store, vault.clone());
        let sites = ["https://*.atlassian.net"];
        let config = config(&format!("http://{keys}"), &sites);
        let doors = Doors::new(config, tenants.clone(), vault, clock.clone(), entropy).unwrap();
        let events = Arc::new(AtomicUsize::new(0));
        let api = OpenApiService::new(SessionApi::new(doors.clone()), "panel", "1");
        let routes = Route::new()
            .at("/atlassian-connect.json", get(routes::descriptor))
            .at("/connect/installed", post(routes::installed))
            .at("/connect/uninstalled", post(routes::uninstalled))
            .at("/connect/enabled", post(routes::enabled))
            .at("/connect/disabled", post(routes::disabled))
            .at("/connect/webhook", post(webhook))
            .at("/panels/*surface", get(page))
            .nest("/api", api)
            .data(doors)
            .data(Arc::clone(&events))
            .catch_error(|_: NotFoundError| async { Problem::new(Kind::NotFound) });
        Self {
            addr: serve(routes).await,
            clock,
            tenants,
            signer,
            events,
            database,
            _folder: folder,
        }
    }

    pub fn now(&self) -> i64 {
        self.clock.now().seconds()
    }

    /// A notice of the host about an installation, signed as it should be.
    pub async fn notice(&self, notice: &str, client: &str, secret: &str) -> Answer {
        let path = format!("/connect/{notice}");
        let now = self.now();
        let claims = json!({
            "iss": client, "iat": now, "exp": now + 180, "aud": [BASE],
            "qsh": token::of_target("POST", &path),
        });
        let token = match notice {
            "installed" | "uninstalled" => self.signer.sign(&claims),
            _ => token::sign(&claims, secret),
        };
        let headers = [("authorization".to_owned(), format!("JWT {token}"))];
        let body = payload(notice, client, secret).to_string().into_bytes();
        send(self.addr, "POST", &path, &headers, &Body::Sized(body)).await
    }

    pub async fn install(&self, client: &str, secret: &str) {
        let answer = self.notice("installed", client, secret).await;
        assert_eq!(answer.status, 204, "{answer:?}");
    }

    /// A webhook that the host signs with `secret`.
    pub async fn hook(&self, client: &str, secret: &str) -> Answer {
        let now = self.now();
        let claims = json!({
            "iss": client, "iat": now, "exp": now + 180,
            "qsh": token::of_target("POST", "/connect/webhook"),
        });
        let token = token::sign(&claims, secret);
        let headers = [("authorization".to_owned(), format!("JWT {token}"))];
        let body = Body::Sized(br#"{"webhookEvent":"jira:issue_created"}"#.to_vec());
        send(self.addr, "POST", "/connect/webhook", &headers, &body).await
    }

    pub async fn tenant(&self, client: &str) -> Option<Arc<Tenant>> {
        let seen = self
            .tenants
            .fresh_by_install(&DOOR, client, self.clock.now())
            .await;
        seen.unwrap().map(|seen| seen.tenant)
    }

    /// How many commits the store has taken, over all partitions.
    pub fn commits(&self) -> i64 {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let database = Connection::open_with_flags(&self.database, flags).unwrap();
        database
            .query_row("SELECT coalesce(sum(version), 0) FROM part", [], |row| {
                row.get(0)
            })
            .unwrap()
    }
}

pub fn payload(notice: &str, client: &str, secret: &str) -> Value {
    json!({
        "key": APP, "clientKey": client, "eventType": notice, "sharedSecret": secret,
        "baseUrl": "https://acme.atlassian.net", "productType": "jira", "later": [1, 2],
        "displayUrlServicedeskHelpCenter": "https://help.acme.example",
    })
}
