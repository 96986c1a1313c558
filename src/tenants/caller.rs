use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::Tenant;
use crate::clock::Instant;
use crate::ids::{AccountId, IssueId};

/// Where a panel is shown. Says what to draw, never what is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Surface {
    IssueActivity,
    IssuePanel,
    PortalRequest,
    Background,
    Admin,
}

impl Surface {
    pub const ALL: [Surface; 5] = [
        Surface::IssueActivity,
        Surface::IssuePanel,
        Surface::PortalRequest,
        Surface::Background,
        Surface::Admin,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Surface::IssueActivity => "issue-activity",
            Surface::IssuePanel => "issue-panel",
            Surface::PortalRequest => "portal-request",
            Surface::Background => "background",
            Surface::Admin => "admin",
        }
    }

    /// Whether the surface shows one issue, and so cannot be shown without.
    pub const fn needs_issue(self) -> bool {
        match self {
            Surface::IssueActivity | Surface::IssuePanel | Surface::PortalRequest => true,
            Surface::Background | Surface::Admin => false,
        }
    }
}

impl fmt::Display for Surface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// No surface has that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such surface")]
pub struct NoSuchSurface;

impl FromStr for Surface {
    type Err = NoSuchSurface;

    fn from_str(text: &str) -> Result<Self, NoSuchSurface> {
        Surface::ALL
            .into_iter()
            .find(|surface| surface.as_str() == text)
            .ok_or(NoSuchSurface)
    }
}

/// How a caller proved who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A session that we minted when the host showed the panel.
    Session,
    /// A token that the host signed for the person in front of it.
    Host,
}

/// A person behind one request, verified. A visitor without an account is never one.
#[derive(Clone, Debug)]
pub struct Caller {
    pub tenant: Arc<Tenant>,
    pub account: AccountId,
    pub surface: Surface,
    /// The issue that the caller's proof names; a request about another one is refused.
    pub issue: Option<IssueId>,
    pub proof: Proof,
    /// When the host last vouched for the person: now, or when it showed the panel.
    pub proved_at: Instant,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surfaces_parse_as_they_print() {
        for surface in Surface::ALL {
            assert_eq!(surface.as_str().parse(), Ok(surface));
        }
        assert_eq!("Admin".parse::<Surface>(), Err(NoSuchSurface));
    }
}
