//! Who calls, and what they may do.

mod keys;

pub use keys::KeyRing;

use super::domain::OrganizationId;
use super::error::Error;
use crate::api::{Capabilities, Capability};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// What every api-key begins with.
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

/// An authenticated caller.
#[derive(Debug, Clone)]
pub struct Caller {
    pub organization: OrganizationId,
    pub capabilities: Capabilities,
    /// `key:<id>` or `user:<id>`: the audit log's "who".
    pub actor: String,
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
}
