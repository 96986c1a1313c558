use poem::http::{StatusCode, header};
use poem::{IntoResponse, Response};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object};

/// What went wrong, as callers can rely on it. The `type` of a problem is
/// `urn:deskbridge:problem:` and the kind's name; the name never changes meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request cannot be understood, or breaks a rule stated in `detail`.
    Invalid,
    /// No proof of identity, or one that does not hold here.
    Unauthenticated,
    /// Identity is proved; this is not allowed.
    Forbidden,
    /// Customers see the request in the portal no longer.
    NotInPortal,
    /// No such thing, or none that the caller may know of.
    NotFound,
    /// Somebody else changed it first, or the same id was used for something else.
    Conflict,
    /// It was here, and has ended.
    Gone,
    /// It is there, and nobody gets at it as things are: archived, or in the trash.
    Locked,
    /// The body is larger than the route accepts.
    TooLarge,
    /// The body is of a kind the route does not read.
    UnsupportedMedia,
    /// Too many requests; `Retry-After` says when to come back.
    TooMany,
    /// A fault of ours. The log has the cause under the same request id.
    Internal,
    /// The store or the host does not answer; nothing was changed. Try again.
    Unavailable,
}

impl Kind {
    pub const ALL: [Kind; 13] = [
        Kind::Invalid,
        Kind::Unauthenticated,
        Kind::Forbidden,
        Kind::NotInPortal,
        Kind::NotFound,
        Kind::Conflict,
        Kind::Gone,
        Kind::Locked,
        Kind::TooLarge,
        Kind::UnsupportedMedia,
        Kind::TooMany,
        Kind::Internal,
        Kind::Unavailable,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Kind::Invalid => "invalid",
            Kind::Unauthenticated => "unauthenticated",
            Kind::Forbidden => "forbidden",
            Kind::NotInPortal => "not-in-portal",
            Kind::NotFound => "not-found",
            Kind::Conflict => "conflict",
            Kind::Gone => "gone",
            Kind::Locked => "locked",
            Kind::TooLarge => "too-large",
            Kind::UnsupportedMedia => "unsupported-media",
            Kind::TooMany => "too-many-requests",
            Kind::Internal => "internal",
            Kind::Unavailable => "unavailable",
        }
    }

    pub const fn status(self) -> StatusCode {
        match self {
            Kind::Invalid => StatusCode::BAD_REQUEST,
            Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
            Kind::Forbidden | Kind::NotInPortal => StatusCode::FORBIDDEN,
            Kind::NotFound => StatusCode::NOT_FOUND,
            Kind::Conflict => StatusCode::CONFLICT,
            Kind::Gone => StatusCode::GONE,
            Kind::Locked => StatusCode::LOCKED,
            Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Kind::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Kind::Invalid => "The request is not valid",
            Kind::Unauthenticated => "Identity is not proved",
            Kind::Forbidden => "Not allowed",
            Kind::NotInPortal => "No longer in the portal",
            Kind::NotFound => "Not found",
            Kind::Conflict => "Changed meanwhile",
            Kind::Gone => "No longer here",
            Kind::Locked => "Locked",
            Kind::TooLarge => "Too large",
            Kind::UnsupportedMedia => "Unsupported content type",
            Kind::TooMany => "Too many requests",
            Kind::Internal => "Something went wrong here",
            Kind::Unavailable => "Not available right now",
        }
    }
}

/// An RFC 9457 problem: what every refusal answers, as `application/problem+json`. `detail` is
/// written for the person who sees it and never holds a secret or another person's data.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
pub struct Problem {
    /// Stable: `urn:deskbridge:problem:` and a name.
    #[oai(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    #[oai(skip_serializing_if_is_none)]
    pub detail: Option<String>,
    /// The field that is wrong, where one is.
    #[oai(skip_serializing_if_is_none)]
    pub field: Option<String>,
}

impl Problem {
    pub fn new(kind: Kind) -> Self {
        Self {
            kind: format!("urn:deskbridge:problem:{}", kind.name()),
            title: kind.title().to_owned(),
            status: kind.status().as_u16(),
            detail: None,
            field: None,
        }
    }

    pub fn with_detail(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            detail: Some(detail.into()),
            ..Self::new(kind)
        }
    }

    pub fn at_field(kind: Kind, field: &str, detail: impl Into<String>) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..Self::with_detail(kind, detail)
        }
    }

    /// As an error that poem's plain handlers can return.
    pub fn into_error(self) -> poem::Error {
        poem::Error::from_response(self.into_response())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        use poem_openapi::types::ToJSON as _;
        Response::builder()
            .status(StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
            .header(header::CONTENT_TYPE, "application/problem+json")
            .header(header::CACHE_CONTROL, "no-store")
            .body(self.to_json_string())
    }
}

/// The refusals of documented routes: each operation answers `Result<_, Refused>`.
#[derive(Debug, ApiResponse)]
pub enum Refused {
    #[oai(status = 400, content_type = "application/problem+json")]
    Invalid(Json<Problem>),
    #[oai(status = 401, content_type = "application/problem+json")]
    Unauthenticated(Json<Problem>),
    #[oai(status = 403, content_type = "application/problem+json")]
    Forbidden(Json<Problem>),
    #[oai(status = 404, content_type = "application/problem+json")]
    NotFound(Json<Problem>),
    #[oai(status = 409, content_type = "application/problem+json")]
    Conflict(Json<Problem>),
    #[oai(status = 410, content_type = "application/problem+json")]
    Gone(Json<Problem>),
    #[oai(status = 413, content_type = "application/problem+json")]
    TooLarge(Json<Problem>),
    #[oai(status = 423, content_type = "application/problem+json")]
    Locked(Json<Problem>),
    #[oai(status = 429, content_type = "application/problem+json")]
    TooMany(Json<Problem>),
    #[oai(status = 500, content_type = "application/problem+json")]
    Internal(Json<Problem>),
    #[oai(status = 503, content_type = "application/problem+json")]
    Unavailable(Json<Problem>),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        let body = Json(problem);
        match body.0.status {
            400 | 415 => Refused::Invalid(body),
            401 => Refused::Unauthenticated(body),
            403 => Refused::Forbidden(body),
            404 => Refused::NotFound(body),
            409 => Refused::Conflict(body),
            410 => Refused::Gone(body),
            413 => Refused::TooLarge(body),
            423 => Refused::Locked(body),
            429 => Refused::TooMany(body),
            503 => Refused::Unavailable(body),
            _ => Refused::Internal(body),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_type_and_a_refusal_of_its_status() {
        let mut names: Vec<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            let response = Problem::new(kind).into_response();
            assert_eq!(response.status(), kind.status());
            assert_eq!(response.content_type(), Some("application/problem+json"));
        }
    }
}
