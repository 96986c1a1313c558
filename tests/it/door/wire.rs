//! HTTP/1.1 by hand: clients tidy up addresses and refuse doubled headers, forgers do not.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What a request's body is and how its length is told.
#[derive(Clone, Debug)]
pub enum Body {
    Sized(Vec<u8>),
    Chunked(Vec<u8>),
    /// A length, and nothing that follows.
    Announced(u64),
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub content_type: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The name of the problem, where the answer is one.
    pub fn problem(&self) -> Option<String> {
        (self.content_type == "application/problem+json").then(|| {
            let kind = self.json()["type"].as_str().unwrap_or_default().to_owned();
            kind.trim_start_matches("urn:deskbridge:problem:")
                .to_owned()
        })
    }
}

pub async fn send(
    addr: SocketAddr,
    method: &str,
    target: &str,
    headers: &[(String, String)],
    body: &Body,
) -> Answer {
    let mut head = format!("{method} {target} HTTP/1.1\r\nhost: {addr}\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let content = match body {
        Body::Sized(bytes) => {
            head.push_str(&format!("content-length: {}\r\n\r\n", bytes.len()));
            bytes.clone()
        }
        Body::Announced(length) => {
            head.push_str(&format!("content-length: {length}\r\n\r\n"));
            Vec::new()
        }
        Body::Chunked(bytes) => {
            head.push_str("transfer-encoding: chunked\r\n\r\n");
            let size = format!("{:x}\r\n", bytes.len()).into_bytes();
            [&size[..], bytes, b"\r\n0\r\n\r\n"].concat()
        }
    };
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    // A server that has refused may close before it has all of the body.
    stream.write_all(&content).await.ok();
    let mut raw = Vec::new();
    stream.read_to_end(&mut raw).await.ok();
    parse(&raw)
}

fn parse(raw: &[u8]) -> Answer {
    let end = raw.windows(4).position(|part| part == b"\r\n\r\n").unwrap();
    let head = std::str::from_utf8(&raw[..end]).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let content_type = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        .map_or_else(String::new, |(_, value)| value.to_owned());
    Answer {
        status,
        content_type,
        body: raw[end + 4..].to_vec(),
    }
}
