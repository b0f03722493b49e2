//! Why a login is refused, and the limits that are checked.

/// Longest token that is parsed, in bytes.
pub(super) const TOKEN_MAX: usize = 8 * 1024;

/// Accepted clock skew, in seconds.
pub(super) const LEEWAY: i64 = 30;

/// Why a login was refused; for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("longer than {TOKEN_MAX} bytes")]
    TooLong,
    #[error("no readable header with an algorithm that signs")]
    Header,
    #[error("an algorithm that is not accepted; accepted are EdDSA, ES256 and RS256")]
    Algorithm,
    #[error("the header names extensions that must be understood (`crit`)")]
    Critical,
    #[error("no trusted key has this key id and algorithm")]
    UnknownKey,
    #[error("the trust store is empty: no usable key was ever loaded")]
    NoKeys,
    #[error("the signature does not fit")]
    Signature,
    #[error("expired")]
    Expired,
    #[error("not valid yet")]
    NotYetValid,
    #[error("another issuer (`iss`)")]
    Issuer,
    #[error("another audience (`aud`)")]
    Audience,
    #[error("a claim is missing or has the wrong type: needed are iss, aud, exp and sub")]
    Claims,
    #[error("the subject (`sub`) is empty")]
    Subject,
    #[error(
        "`activeOrganizationId` is not an organization id: 1 to 64 letters, digits, hyphens or underscores"
    )]
    Organization,
}
