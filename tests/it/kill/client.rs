//! Clients that deliver as a host does: signed, the events of an issue one after the other, each
//! with its identifier until it is acknowledged, and now and then one of them once more.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use deskbridge::clock::{Clock, Entropy};
use deskbridge_playground::Installed;
use deskbridge_playground::site::{Event, Site};
use deskbridge_playground::token;
use serde_json::json;

const PATH: &str = "/connect/webhook";
/// A token is good for three minutes; a new one is signed long before.
const SIGNED_ANEW: i64 = 30;
/// Of so many events one is an issue's deletion, which rooms are told of.
const DELETED_EACH: usize = 8;
/// Of so many acknowledged events one is delivered again.
const AGAIN_EACH: u64 = 16;

/// What all clients of a run share.
pub struct Load {
    port: u16,
    acknowledged: AtomicU64,
    again: AtomicU64,
    ended: AtomicBool,
}

impl Load {
    pub fn on(port: u16) -> Self {
        Self {
            port,
            acknowledged: AtomicU64::new(0),
            again: AtomicU64::new(0),
            ended: AtomicBool::new(false),
        }
    }

    /// Events that were acknowledged so far.
    pub fn acknowledged(&self) -> u64 {
        self.acknowledged.load(Ordering::SeqCst)
    }

    /// Deliveries of events that were delivered before: refused, without an answer, or in vain.
    pub fn again(&self) -> u64 {
        self.again.load(Ordering::SeqCst)
    }

    /// Waits until so many are acknowledged. Fails when for a minute none is.
    pub async fn reach(&self, count: u64) {
        let (mut before, mut idle) = (0, 0);
        loop {
            let now = self.acknowledged();
            if now >= count {
                return;
            }
            idle = if now == before { idle + 1 } else { 0 };
            before = now;
            assert!(idle < 60_000 / 5, "nothing is acknowledged any more");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Lets each client deliver what it has begun, and then stop.
    pub fn end(&self) {
        self.ended.store(true, Ordering::SeqCst);
    }
}

/// The acknowledged events of one issue, in order.
pub struct Acknowledged {
    /// Which of the sites, by number.
    pub site: usize,
    /// Identifiers, and whether the event was the issue's deletion.
    pub deliveries: Vec<(String, bool)>,
}

/// What Jira says of an issue when it is edited, commented on and deleted.
struct Bodies {
    edited: Vec<u8>,
    commented: Vec<u8>,
    deleted: Vec<u8>,
}

impl Bodies {
    fn of(site: &Site, issue: u64) -> Self {
        let actor = site.person("niro").unwrap().account.clone();
        let mut site = site.clone();
        let text = "The printer on the third floor answers with error 50.4 when it warms up.";
        let paragraph = json!({"type": "paragraph", "content": [{"type": "text", "text": text}]});
        let comment = json!({"type": "doc", "version": 1, "content": [paragraph]});
        let changes = BTreeMap::from([("summary".to_owned(), json!(text))]);
        let edited = site.edit_issue(issue, &actor, &changes).unwrap().1;
        let commented = site
            .add_comment(issue, &actor, comment, true, BTreeMap::new())
            .unwrap()
            .1;
        Self {
            edited: body(&edited),
            commented: body(&commented),
            deleted: deletion(&site, issue),
        }
    }
}

fn body(events: &[Event]) -> Vec<u8> {
    serde_json::to_vec(&events[0].body).unwrap()
}

fn deletion(site: &Site, issue: u64) -> Vec<u8> {
    let actor = site.person("niro").unwrap().account.clone();
    body(&site.clone().delete_issue(issue, &actor).unwrap().1)
}

/// Delivers the events of one issue, and on its way the one event of each of some others.
pub struct Client {
    number: usize,
    installed: Installed,
    issue: u64,
    bodies: Bodies,
    /// Issues that are deleted, each after so many events.
    doomed: VecDeque<(usize, u64, Vec<u8>)>,
    entropy: Entropy,
    clock: Clock,
    signed: Option<(i64, String)>,
}

impl Client {
    /// Of the site with that `number`; about `expected` events will be delivered.
    pub fn new(
        (number, installed): (usize, Installed),
        site: &Site,
        issue: u64,
        doomed: &[u64],
        expected: usize,
    ) -> Self {
        let apart = expected / (doomed.len() + 1);
        let doomed = (1..)
            .zip(doomed)
            .map(|(n, issue)| (n * apart, *issue, deletion(site, *issue)))
            .collect();
        Self {
            number,
            installed,
            issue,
            bodies: Bodies::of(site, issue),
            doomed,
            entropy: Entropy::system(),
            clock: Clock::system(),
            signed: None,
        }
    }

    /// Blocks until the load has ended.
    pub fn run(mut self, load: &Load) -> Vec<Acknowledged> {
        let mut line = Line::to(load.port);
        let (mut own, mut others) = (Vec::new(), Vec::new());
        let mut ended = false;
        while !ended {
            ended = load.ended.load(Ordering::SeqCst);
            let (id, deleted) = self.next(own.len());
            let body = self.own_body(own.len()).to_vec();
            self.until_acknowledged(load, &mut line, &id, &body);
            own.push((id, deleted));
            while let Some((_, issue, body)) = self.due(own.len(), ended) {
                let id = format!("{issue}-gone");
                self.until_acknowledged(load, &mut line, &id, &body);
                others.push(vec![(id, true)]);
            }
            if self.entropy.below(AGAIN_EACH) == 0 {
                load.again.fetch_add(1, Ordering::SeqCst);
                self.again(&mut line, &own);
            }
        }
        let site = self.number;
        others.push(own);
        let all = others.into_iter();
        all.map(|deliveries| Acknowledged { site, deliveries })
            .collect()
    }

    fn next(&self, at: usize) -> (String, bool) {
        (
            format!("{}-{at}", self.issue),
            at % DELETED_EACH == DELETED_EACH - 1,
        )
    }

    fn own_body(&self, at: usize) -> &[u8] {
        match at % DELETED_EACH {
            7 => &self.bodies.deleted,
            1 | 3 | 5 => &self.bodies.commented,
            _ => &self.bodies.edited,
        }
    }

    /// The next issue to be deleted, when its time has come or the load ends.
    fn due(&mut self, delivered: usize, ended: bool) -> Option<(usize, u64, Vec<u8>)> {
        let (at, ..) = self.doomed.front()?;
        (ended || delivered >= *at).then(|| self.doomed.pop_front())?
    }

    fn until_acknowledged(&mut self, load: &Load, line: &mut Line, id: &str, body: &[u8]) {
        loop {
            let pause = match self.deliver(line, id, body) {
                Some(200..=299) => break,
                Some(503) => 20,
                None => 5,
                Some(other) => panic!("{id} was answered {other}"),
            };
            load.again.fetch_add(1, Ordering::SeqCst);
            std::thread::park_timeout(Duration::from_millis(pause));
        }
        load.acknowledged.fetch_add(1, Ordering::SeqCst);
    }

    /// As a host that lost the answer: nobody waits for what becomes of it.
    fn again(&mut self, line: &mut Line, own: &[(String, bool)]) {
        let count = u64::try_from(own.len()).unwrap();
        let at = usize::try_from(self.entropy.below(count)).unwrap();
        let body = self.own_body(at).to_vec();
        match self.deliver(line, &own[at].0, &body) {
            Some(200..=299 | 503) | None => {}
            Some(other) => panic!("{} was answered {other} the second time", own[at].0),
        }
    }

    fn deliver(&mut self, line: &mut Line, id: &str, body: &[u8]) -> Option<u16> {
        let token = self.token();
        let head = format!(
            "POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: JWT {token}\r\n\
             Content-Type: application/json; charset=utf-8\r\nX-Atlassian-Webhook-Flow: Primary\r\n\
             X-Atlassian-Webhook-Identifier: {id}\r\nContent-Length: {}\r\n\r\n",
            line.port,
            body.len()
        );
        line.post(head.as_bytes(), body)
    }

    fn token(&mut self) -> String {
        let now = self.clock.now().seconds();
        match &self.signed {
            Some((at, token)) if now - at < SIGNED_ANEW => token.clone(),
            _ => {
                let claims = json!({
                    "iss": self.installed.client_key, "iat": now,
                    "exp": now + token::LIFE_SECONDS, "qsh": token::of_target("POST", PATH),
                });
                let token = token::sign(&claims, &self.installed.shared_secret);
                self.signed = Some((now, token.clone()));
                token
            }
        }
    }
}

/// One connection, kept open from request to request and opened anew when it was lost.
struct Line {
    port: u16,
    open: Option<BufReader<TcpStream>>,
}

impl Line {
    fn to(port: u16) -> Self {
        Self { port, open: None }
    }

    /// The status of the answer; None when none came.
    fn post(&mut self, head: &[u8], body: &[u8]) -> Option<u16> {
        let answer = self.exchange(&[head, body].concat());
        if answer.is_err() {
            self.open = None;
        }
        answer.ok()
    }

    fn exchange(&mut self, request: &[u8]) -> io::Result<u16> {
        let stream = match &mut self.open {
            Some(stream) => stream,
            None => self.open.insert(connect(self.port)?),
        };
        stream.get_mut().write_all(request)?;
        let cut = || io::Error::from(io::ErrorKind::UnexpectedEof);
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let status = line
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let mut length = 0;
        while line != "\r\n" {
            line.clear();
            if stream.read_line(&mut line)? == 0 {
                return Err(cut());
            }
            let field = line.to_ascii_lowercase();
            if let Some(value) = field.strip_prefix("content-length:") {
                length = value.trim().parse().map_err(|_| cut())?;
            }
        }
        stream.read_exact(&mut vec![0; length])?;
        status.ok_or_else(cut)
    }
}

fn connect(port: u16) -> io::Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    Ok(BufReader::new(stream))
}
