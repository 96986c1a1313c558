use crate::clock::Instant;

/// Why a question to Jira has no answer. None of them carries anything of the request or of the
/// answer: both hold other people's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JiraError {
    /// No such thing, or none the app may see: Jira answers both alike (404).
    #[error("the host knows no such thing")]
    NotFound,
    /// 403; the service desk's API also says so when the app has no agent licence.
    #[error("the host does not allow this")]
    Forbidden,
    /// Too much was asked of this site, issue or endpoint. Nothing was sent, or Jira said no.
    #[error("the host asks to wait")]
    RateLimited { until: Instant },
    /// No answer in time, no connection, or a fault of Jira's. What was asked for may have
    /// happened nevertheless: read back before writing again.
    #[error("the host does not answer")]
    Unreachable,
    /// Any other status than success.
    #[error("the host refuses with status {status}")]
    Refused { status: u16 },
    /// A success whose body is not what the operation documents, or is too large.
    #[error("the host's answer cannot be read")]
    Unreadable,
    /// The site has no usable credentials: not installed, uninstalled, or a damaged record.
    #[error("no credentials for this site")]
    NoCredentials,
}

impl JiraError {
    /// When asking again makes sense, where Jira or the limits say so.
    pub fn retry_after(&self) -> Option<Instant> {
        match self {
            JiraError::RateLimited { until } => Some(*until),
            _ => None,
        }
    }

    /// Whether the same call may succeed later without anybody changing anything.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            JiraError::RateLimited { .. } | JiraError::Unreachable | JiraError::Unreadable
        )
    }
}
