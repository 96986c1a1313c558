//! A wire between somebody and their server that a test can cut, and that remembers what went over it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

pub struct Proxy {
    pub port: u16,
    /// While set, what the server says next is swallowed and the connection closed.
    swallow: Arc<AtomicBool>,
    /// What a client says before that is set by itself.
    word: Arc<OnceLock<Vec<u8>>>,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Proxy {
    pub async fn to(server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let swallow = Arc::new(AtomicBool::new(false));
        let armed = swallow.clone();
        let word: Arc<OnceLock<Vec<u8>>> = Arc::default();
        let last = word.clone();
        let heard: Arc<Mutex<Vec<u8>>> = Arc::default();
        let ears = heard.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else {
                    continue;
                };
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                let (said, armed) = (last.clone(), armed.clone());
                let arm = armed.clone();
                let (to_server_ear, to_client_ear) = (ears.clone(), ears.clone());
                tokio::spawn(pass(from_client, to_server, move |bytes| {
                    to_server_ear.lock().unwrap().extend_from_slice(bytes);
                    let heard = |word: &Vec<u8>| bytes.windows(word.len()).any(|w| w == word);
                    if said.get().is_some_and(heard) {
                        arm.store(true, Ordering::SeqCst);
                    }
                    true
                }));
                tokio::spawn(pass(from_server, to_client, move |bytes| {
                    to_client_ear.lock().unwrap().extend_from_slice(bytes);
                    !armed.load(Ordering::SeqCst)
                }));
            }
        });
        Self {
            port,
            swallow,
            word,
            heard,
        }
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Everything that was said so far, by both sides.
    pub fn recorded(&self) -> Vec<u8> {
        self.heard.lock().unwrap().clone()
    }

    pub fn swallow(&self, on: bool) {
        self.swallow.store(on, Ordering::SeqCst);
    }

    /// Passes on what holds `word`, and from then on no answer.
    pub fn cut_after(&self, word: &str) {
        self.word.set(word.as_bytes().to_vec()).unwrap();
    }
}

/// Until `goes` says that it goes no further.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, goes: impl Fn(&[u8]) -> bool) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(length) = from.read(&mut bytes).await {
        if length == 0 || !goes(&bytes[..length]) {
            break;
        }
        if to.write_all(&bytes[..length]).await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}
