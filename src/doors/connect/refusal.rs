use super::jwt::TokenError;
use crate::tenants::{LookupError, SaveError};
use crate::wire::{Kind, Problem};

/// Why the door stays shut. The log gets all of it, the other side a [`Problem`].
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("token refused: {0}")]
    Token(#[from] TokenError),
    #[error(transparent)]
    Lookup(#[from] LookupError),
    #[error(transparent)]
    Save(#[from] SaveError),
    #[error("{field}: {why}")]
    Invalid {
        field: &'static str,
        why: &'static str,
    },
    #[error("the body is too large")]
    TooLarge,
    #[error("the body did not arrive")]
    Body,
    #[error("no such page")]
    NoSuchPage,
    #[error("{0}")]
    KeyServer(&'static str),
}

impl Refusal {
    /// Logs why, and gives what to answer. Nothing of the request is logged: it is forged, or its
    /// content is not ours to show.
    pub(crate) fn answer(self, route: &'static str) -> Problem {
        let log = self.to_string();
        let problem = self.into_problem();
        if problem.status >= 500 {
            tracing::error!(route, error = log, "request not served");
        } else {
            tracing::info!(route, reason = log, "request refused");
        }
        problem
    }

    fn into_problem(self) -> Problem {
        match self {
            Refusal::Token(TokenError::Disabled) => {
                Problem::with_detail(Kind::Forbidden, "The app is switched off on this site.")
            }
            Refusal::Token(TokenError::Anonymous) => {
                Problem::with_detail(Kind::Unauthenticated, "Log in first.")
            }
            // Telling which check failed would only help whoever is guessing.
            Refusal::Token(_) => {
                Problem::with_detail(Kind::Unauthenticated, "The request's token does not hold.")
            }
            Refusal::Invalid { field, why } => Problem::at_field(Kind::Invalid, field, why),
            Refusal::TooLarge => Problem::new(Kind::TooLarge),
            Refusal::Body => Problem::with_detail(Kind::Invalid, "The body did not arrive whole."),
            Refusal::NoSuchPage => Problem::new(Kind::NotFound),
            Refusal::KeyServer(_) => Problem::new(Kind::Unavailable),
            Refusal::Lookup(error) => error.into(),
            Refusal::Save(error) => error.into(),
        }
    }
}
