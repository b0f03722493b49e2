//! Why a call failed, as the desk tells it: six known refusals, each with a sentence and a next step,
//! and everything else with its message and request id.

use crate::api::{FieldError, PartialUpdate};

/// A failed call.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    pub kind: FailureKind,
    /// The gateway's message, or what the transport said. Cleaned of control characters.
    pub message: String,
    /// The error code as the gateway sent it; empty when no answer came.
    pub code: String,
    pub request_id: Option<String>,
    /// Faults of single fields of a request body.
    pub fields: Vec<FieldError>,
    /// How far a settings change came.
    pub partial: Option<PartialUpdate>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FailureKind {
    /// The session is not connected to WhatsApp, or lost the connection during the call.
    Offline,
    NotAdmin,
    NotInGroup,
    RateLimited {
        /// Seconds to wait; `None` when the gateway did not say.
        wait: Option<u64>,
    },
    MissingCapability {
        /// `read`, `send`, `manage` or `events`; empty when the gateway did not say.
        capability: String,
    },
    /// The gateway did not answer, or is shutting down.
    GatewayAway,
    Other,
}
