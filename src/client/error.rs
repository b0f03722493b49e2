//! Errors of calls, as the console distinguishes them.

use crate::api::{ErrorCode, ErrorObject, Reason};
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
        /// `Retry-After`.
        retry_after: Option<Duration>,
    },
    /// No connection: nothing was sent.
    #[error("the gateway cannot be reached: {0}")]
    Unreachable(String),
    /// The gateway is not ready, for example because its database is unavailable: its answers about
    /// tokens and sessions are meaningless then.
    #[error(
        "the gateway is not ready (its /readyz says 503), so it knows neither tokens nor sessions; wait until it is"
    )]
    NotReady,
    /// The connection broke between the request and the end of its answer.
    #[error("the connection broke before the answer was here: {0}")]
    Lost(String),
    #[error("the gateway did not answer within {} s", .0.as_secs_f32())]
    TimedOut(Duration),
    /// The answer is outside the contract. The text is cleaned and shortened.
    #[error("what answers there is not a gateway of this contract (status {status}): {text}")]
    NotTheContract { status: u16, text: String },
    /// The answer should hold an invite link and holds another text, which is not shown.
    #[error("the gateway sent something that is not a link to a WhatsApp group")]
    NotALink,
    /// A page for a browser: something in front of the gateway, or another server.
    #[error("this looks like {}, not a gateway (status {status})", page(*.login))]
    WebPage { status: u16, login: bool },
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
            Self::Api { status, .. }
            | Self::NotTheContract { status, .. }
            | Self::WebPage { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// `Retry-After`.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Api { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether the gateway knows no such session. For a live call of a session that can be read that
    /// means, at the public gateway, that its engine does not have it.
    #[must_use]
    pub fn is_unknown_session(&self) -> bool {
        matches!(self, Self::Api { status: 404, error, .. } if error.is_unknown_session())
    }

    /// Whether the same call may well be answered a moment later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::NotReady | Self::Lost(_) | Self::TimedOut(_) => true,
            Self::Api { status, .. } => matches!(status, 429 | 502..=504),
            Self::NotTheContract { status, .. } => (502..=504).contains(status),
            Self::WebPage { .. } | Self::NotALink => false,
        }
    }

    /// Whether the call may have been executed without a confirmation: reading the resource is
    /// needed to know.
    #[must_use]
    pub fn is_unconfirmed(&self) -> bool {
        match self {
            Self::Lost(_) | Self::TimedOut(_) | Self::NotALink => true,
            Self::Unreachable(_) | Self::NotReady | Self::WebPage { .. } => false,
            // An unreadable success, or an error of a proxy.
            Self::NotTheContract { status, .. } => {
                (200..=299).contains(status) || fails_after_sending(*status)
            }
            Self::Api { status, error, .. } => match error.reason() {
                // WhatsApp was called, and its answer was lost.
                Some(Reason::Timeout | Reason::ConnectionLost) => true,
                // A 503 is ambiguous: gateways without reasons do not say whether the call was
                // executed.
                Some(Reason::Other(_)) | None => fails_after_sending(*status),
                Some(_) => false,
            },
        }
    }
}

/// Whether a server error may come after the call was executed. 501 is a refusal: nothing was
/// executed.
fn fails_after_sending(status: u16) -> bool {
    status >= 500 && status != 501
}

fn page(login: bool) -> &'static str {
    if login { "a login page" } else { "a web page" }
}

fn refusal(error: &ErrorObject) -> String {
    if error.message.is_empty() {
        clean_line(error.code.as_str()).into_owned()
    } else {
        clean_line(&error.message).into_owned()
    }
}
