//! Why a call failed, as the console needs to tell it apart.

use crate::api::{ErrorCode, ErrorObject};
use crate::text::clean_line;
use std::time::Duration;

/// A gateway's address or key that cannot be used; a sentence for a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SetupError(pub String);

/// Why a call has no answer. Never holds the key.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ClientError {
    /// The gateway refused, in the words of the contract.
    #[error("{}", refusal(.error))]
    Api {
        status: u16,
        error: ErrorObject,
        /// `x-request-id`, cleaned.
        request_id: Option<String>,
        /// How long the gateway asks to wait.
        retry_after: Option<Duration>,
    },
    /// No connection, or one that broke.
    #[error("the gateway cannot be reached: {0}")]
    Unreachable(String),
    #[error("the gateway did not answer within {} s", .0.as_secs_f32())]
    TimedOut(Duration),
    /// What answered does not speak the contract. The text is cleaned and short.
    #[error("what answers there is not a gateway of this contract (status {status}): {text}")]
    NotTheContract { status: u16, text: String },
}

impl ClientError {
    /// The contract's code, where the gateway gave one.
    #[must_use]
    pub fn code(&self) -> Option<&ErrorCode> {
        match self {
            Self::Api { error, .. } => Some(&error.code),
            _ => None,
        }
    }

    /// The HTTP status, where there was an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Api { status, .. } | Self::NotTheContract { status, .. } => Some(*status),
            _ => None,
        }
    }
}

fn refusal(error: &ErrorObject) -> String {
    if error.message.is_empty() {
        clean_line(error.code.as_str()).into_owned()
    } else {
        clean_line(&error.message).into_owned()
    }
}
