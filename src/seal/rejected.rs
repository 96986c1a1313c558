/// Why something sealed or signed was refused. The kind is for tests, logs and metrics; a person
/// is told the same for all of them, so that a refusal is no oracle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("this does not check out")]
pub enum Rejected {
    TooLarge,
    NotCanonical,
    Member,
    Base64url,
    Account,
    Point,
    Algorithm,
    Typ,
    Key,
    Signature,
    Readers,
    Time,
    Expired,
    Chain,
    Note,
    Tenant,
    Place,
    Reader,
    Wrap,
    WrapHash,
    Commit,
    Content,
    Plaintext,
    Token,
    Right,
    Replay,
    Code,
}

impl Rejected {
    /// The name in section 12 of the specification; stable.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::TooLarge => "too-large",
            Self::NotCanonical => "not-canonical",
            Self::Member => "member",
            Self::Base64url => "base64url",
            Self::Account => "account",
            Self::Point => "point",
            Self::Algorithm => "algorithm",
            Self::Typ => "typ",
            Self::Key => "key",
            Self::Signature => "signature",
            Self::Readers => "readers",
            Self::Time => "time",
            Self::Expired => "expired",
            Self::Chain => "chain",
            Self::Note => "note",
            Self::Tenant => "tenant",
            Self::Place => "place",
            Self::Reader => "reader",
            Self::Wrap => "wrap",
            Self::WrapHash => "wrap-hash",
            Self::Commit => "commit",
            Self::Content => "content",
            Self::Plaintext => "plaintext",
            Self::Token => "token",
            Self::Right => "right",
            Self::Replay => "replay",
            Self::Code => "code",
        }
    }
}
