//! Authentication: who calls, and with which capabilities.
//!
//! A bearer token with the shape of a JWT is a login (`login`), every other credential is an
//! api-key (`keys`). Both yield a [`Caller`] with its `Scope` and capabilities.

mod keys;
mod lease;
pub mod login;

pub use keys::KeyRing;
pub use lease::Lease;
pub use login::Login;

use super::domain::OrganizationId;
use super::error::Error;
use super::scope::Scope;
use crate::api::{Capabilities, Capability};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// The prefix of the actor of a login.
pub const USER_PREFIX: &str = "user:";

/// The prefix of every api-key.
pub const KEY_PREFIX: &str = "wa_";

/// A new secret: the prefix and 256 random bits, base64url.
#[must_use]
pub fn new_secret(prefix: &str) -> String {
    let bits: [u8; 32] = rand::random();
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bits))
}

/// The SHA-256 of a secret: all of it that is ever kept.
#[must_use]
pub fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// The credential of a request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Credential<'a> {
    /// Never tried as an api-key.
    Login(&'a str),
    Key(&'a str),
}

impl<'a> Credential<'a> {
    /// A bearer token by its shape: three non-empty parts between dots make a login.
    #[must_use]
    pub fn of_bearer(token: &'a str) -> Self {
        let mut parts = token.splitn(4, '.');
        let full = parts.by_ref().take(3).filter(|part| !part.is_empty());
        if full.count() == 3 && parts.next().is_none() {
            Self::Login(token)
        } else {
            Self::Key(token)
        }
    }
}

/// An authenticated caller.
#[derive(Debug, Clone)]
pub struct Caller {
    pub scope: Scope,
    pub capabilities: Capabilities,
    /// `key:<id>` or [`USER_PREFIX`] and an id: the actor in the audit log.
    pub actor: String,
    /// How long the credentials are valid: work that outlives the request, such as a stream, ends
    /// with them.
    pub lease: Lease,
    /// The caller is this process: its requests are not rate limited.
    pub own: bool,
}

impl Caller {
    /// # Errors
    /// The caller lacks the capability.
    pub fn require(&self, capability: Capability) -> Result<(), Error> {
        if self.capabilities.contains(capability) {
            Ok(())
        } else {
            Err(Error::MissingCapability(capability))
        }
    }

    /// [`Lease::ensure_valid`]
    ///
    /// # Errors
    /// [`Error::Unauthorized`].
    pub fn ensure_valid(&self) -> Result<(), Error> {
        self.lease.ensure_valid()
    }
}

/// An api-key that is never stored: made at start, gone with the process.
#[derive(Clone)]
pub struct MemoryKey {
    /// `wa_...`
    pub secret: String,
    /// Its id in the audit log.
    pub id: String,
    pub organization: OrganizationId,
    pub capabilities: Capabilities,
    /// Known to this process only. Its requests are not rate limited.
    pub own: bool,
}
