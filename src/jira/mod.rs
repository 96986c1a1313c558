//! What the bridge asks of Jira and Jira Service Management, how it waits when told to, and what
//! it makes of what they send.

pub mod adf;
pub mod event;
pub mod http;

mod acting;
mod call;
mod client;
mod error;
mod fresh;
mod limits;
mod site;

pub use acting::Assertion;
pub use client::{CredentialSource, Jira, NoCredentials};
pub use error::JiraError;
pub use fresh::{Fresh, Freshness};
pub use http::HttpOptions;
pub use site::{
    ANNOUNCEMENT, AccountKind, Administers, Attempt, CommentId, Found, FoundIssue, Issue, Linked,
    Notice, OrganizationId, Permissions, Posting, Project, ProjectKind, ProjectState, REPORTED,
    Request, ServiceDeskId, Site, User, Whereabouts,
};
