//! Logins: JWTs that a company's own frontend signs for its people.
//!
//! `fetch` brings the frontend's public keys, `jwks` keeps those that are fit to be trusted, `cache`
//! decides when to ask again, `provider` checks signatures, `claims` says who somebody is. Whatever is
//! wrong with a token, the caller hears the same 401; the reason goes to the log, without a word of what
//! the token says.

mod cache;
mod claims;
mod fetch;
mod jwks;
mod provider;

pub use fetch::{BadSource, KeyAddress, KeySource};

use super::Caller;
use cache::Cache;
use claims::Claims;
use fetch::Fetch;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Validation, decode, decode_header};
use jwks::TrustedKey;

/// Longest token that is looked at, in bytes.
const TOKEN_MAX: usize = 8 * 1024;
/// How far the frontend's clock and ours may be apart, in seconds.
const LEEWAY: i64 = 30;

/// Whose logins are accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// What `iss` must be.
    pub issuer: String,
    /// What `aud` must be or name; the issuer when `None`.
    pub audience: Option<String>,
    /// Where the issuer's public keys are.
    pub keys: KeySource,
}

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

/// Accepts or refuses logins.
pub(in crate::gateway) struct Gate {
    issuer: String,
    audience: String,
    keys: Cache<Fetch>,
}

impl Gate {
    /// # Errors
    /// The HTTP client cannot be built.
    pub fn new(login: Login) -> anyhow::Result<Self> {
        provider::install();
        Ok(Self {
            audience: login.audience.unwrap_or_else(|| login.issuer.clone()),
            issuer: login.issuer,
            keys: Cache::new(Fetch::new(login.keys)?),
        })
    }

    /// Who presents this token; `None` for every cause of refusal.
    pub async fn admit(&self, token: &str) -> Option<Caller> {
        match self.check(token).await {
            Ok(caller) => Some(caller),
            Err(refusal) => {
                tracing::info!(reason = %refusal, "a login was refused");
                None
            }
        }
    }

    async fn check(&self, token: &str) -> Result<Caller, Refusal> {
        if token.len() > TOKEN_MAX {
            return Err(Refusal::TooLong);
        }
        // Of the header, only `alg` and `kid` choose something, and only among the keys that the
        // frontend publishes. What else it offers (`jwk`, `jku`, `x5u`, `x5c`) is left alone.
        let header = decode_header(token).map_err(|_| Refusal::Header)?;
        if header.crit.is_some() {
            return Err(Refusal::Critical);
        }
        if !jwks::ALGORITHMS.contains(&header.alg) {
            return Err(Refusal::Algorithm);
        }
        let key = self.keys.find(header.kid.as_deref(), header.alg).await?;
        let claims = decode::<Claims>(token, &key.key, &self.validation(&key));
        claims
            .map_err(|error| refusal(error.kind()))?
            .claims
            .caller()
    }

    fn validation(&self, key: &TrustedKey) -> Validation {
        let mut validation = Validation::new(key.algorithm);
        validation.leeway = LEEWAY.unsigned_abs();
        validation.validate_nbf = true;
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[&self.audience]);
        validation
    }
}

fn refusal(fault: &ErrorKind) -> Refusal {
    match fault {
        ErrorKind::InvalidSignature => Refusal::Signature,
        ErrorKind::ExpiredSignature => Refusal::Expired,
        ErrorKind::ImmatureSignature => Refusal::NotYetValid,
        ErrorKind::InvalidIssuer => Refusal::Issuer,
        ErrorKind::InvalidAudience => Refusal::Audience,
        ErrorKind::InvalidAlgorithm => Refusal::Algorithm,
        _ => Refusal::Claims,
    }
}
