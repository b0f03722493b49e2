//! Verifying the JWT of a login.

use super::cache::Cache;
use super::claims::Claims;
use super::fetch::{Fetch, KeySource};
use super::jwks::{self, TrustedKey};
use super::provider;
use super::refusal::{LEEWAY, Refusal, TOKEN_MAX};
use crate::gateway::auth::Caller;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Validation, decode, decode_header};

/// The issuer whose logins are accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The required `iss`.
    pub issuer: String,
    /// The required `aud`; the issuer when `None`.
    pub audience: Option<String>,
    /// The source of the issuer's public keys.
    pub keys: KeySource,
}

/// Verifies logins.
pub(crate) struct LoginVerifier {
    issuer: String,
    audience: String,
    keys: Cache<Fetch>,
}

impl LoginVerifier {
    /// # Errors
    /// The HTTP client cannot be built.
    pub(crate) fn new(login: Login) -> anyhow::Result<Self> {
        provider::install();
        Ok(Self {
            audience: login.audience.unwrap_or_else(|| login.issuer.clone()),
            issuer: login.issuer,
            keys: Cache::new(Fetch::new(login.keys)?),
        })
    }

    /// The caller of a token; `None` when it is refused for any reason.
    pub(crate) async fn verify(&self, token: &str) -> Option<Caller> {
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
        // Only `alg` and `kid` of the header are used, to select one of the published keys. Key
        // material in the header (`jwk`, `jku`, `x5u`, `x5c`) is ignored.
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
