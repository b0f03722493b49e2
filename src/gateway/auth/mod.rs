//! Who calls, and what they may do.

use super::domain::OrganizationId;
use super::error::Error;
use crate::api::{Capabilities, Capability};

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
