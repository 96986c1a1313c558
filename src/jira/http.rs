//! The one HTTP client of the process. It follows no redirect (a token belongs to one host), uses
//! no proxy from the environment, gives up in time, and reads no answer without an end.

use std::time::Duration;

use reqwest::redirect::Policy;

/// How calls to other servers are made.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// Until the connection stands, TLS included.
    pub connect_timeout: Duration,
    /// Until the whole answer is here.
    pub timeout: Duration,
    /// Longest answer read, in bytes after decompression (none is asked for).
    pub longest_answer: usize,
    /// A call that the limits hold back for longer is answered `RateLimited` at once.
    pub longest_wait: Duration,
    /// What one tenant may use of the app's hourly quota, in points. Jira gives 65,000 to all
    /// tenants of an app together.
    pub points_per_hour: u64,
    /// `product/version app-key`, as Atlassian asks for.
    pub user_agent: String,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(3),
            timeout: Duration::from_secs(8),
            longest_answer: 4 * 1024 * 1024,
            longest_wait: Duration::from_secs(1),
            points_per_hour: 20_000,
            user_agent: concat!("deskbridge/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// The answer did not come whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    TooLong,
    Broken,
}

/// Builds the client. Fails when TLS cannot be set up.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that decides on timeouts, redirects and TLS"
)]
pub fn client(options: &HttpOptions) -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .user_agent(&options.user_agent)
        .connect_timeout(options.connect_timeout)
        .timeout(options.timeout)
        .redirect(Policy::none())
        .referer(false)
        .no_proxy()
        .tcp_nodelay(true)
        .pool_idle_timeout(Duration::from_secs(30))
        .build()
}

/// Reads a body up to `longest` bytes. A longer one is refused, whatever length it claims.
pub async fn read_body(mut answer: reqwest::Response, longest: usize) -> Result<Vec<u8>, Cut> {
    let claimed = answer.content_length().unwrap_or(0);
    if usize::try_from(claimed).unwrap_or(usize::MAX) > longest {
        return Err(Cut::TooLong);
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|_| Cut::Broken)? {
        if body.len() + chunk.len() > longest {
            return Err(Cut::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
