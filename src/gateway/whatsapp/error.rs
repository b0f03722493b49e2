//! Errors of driver calls.

use crate::api::EpochMillis;
use crate::gateway::domain::{InviteCode, MemberJid};
use std::time::Duration;

/// The reason of [`DriverError::Refused`] for a description that WhatsApp never lets anybody change.
pub(crate) const FROZEN_DESCRIPTION: &str =
    "WhatsApp has frozen this group's description: nobody can change it, now or later";

/// The reason of a refused add of a person who does not let others add them.
pub(crate) const PRIVATE: &str =
    "this person's privacy settings do not let others add them: send the invite link";

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DriverError {
    #[error("the session is not connected")]
    NotConnected,
    #[error("the session's account is not an admin of this group")]
    NotAdmin,
    #[error("the session's account is not in this group")]
    NotInGroup,
    #[error("group not found")]
    NoSuchGroup,
    #[error("the invite is malformed, expired or was reset")]
    DeadInvite,
    /// The group or WhatsApp refuses this change; the text is the reason.
    #[error("{0}")]
    Refused(String),
    /// The person does not let others add them; WhatsApp offers an invite for this person alone.
    #[error("{PRIVATE}, or the private invite that WhatsApp offers for this person")]
    PrivateInvite {
        person: MemberJid,
        code: InviteCode,
        expires_at: EpochMillis,
    },
    #[error("{0}")]
    Conflict(String),
    #[error("rate limited by WhatsApp; retry in {} s", .retry_after.as_secs().max(1))]
    RateLimited { retry_after: Duration },
    /// Not sent: the driver asks no faster, because WhatsApp restricts accounts that ask too much.
    #[error("this session asks WhatsApp no faster; retry in {} s", .retry_after.as_secs().max(1))]
    Paced { retry_after: Duration },
    #[error("the connection to WhatsApp was lost during the call")]
    ConnectionLost,
    #[error("WhatsApp did not answer in time")]
    Timeout,
    #[error("the session already has a paired phone")]
    AlreadyPaired,
    /// Anything else, with WhatsApp's own code where there is one.
    #[error("{message}")]
    Other { code: Option<u16>, message: String },
}

impl DriverError {
    /// The time to wait, if it says so.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } | Self::Paced { retry_after } => Some(*retry_after),
            _ => None,
        }
    }

    /// The kind of the error: a metrics label, and the name of the example in the OpenAPI document.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NotConnected => "not_connected",
            Self::NotAdmin => "not_admin",
            Self::NotInGroup => "not_in_group",
            Self::NoSuchGroup => "no_such_group",
            Self::DeadInvite => "dead_invite",
            Self::Refused(_) => "refused",
            Self::PrivateInvite { .. } => "private_invite",
            Self::Conflict(_) => "conflict",
            Self::RateLimited { .. } => "rate_limited",
            Self::Paced { .. } => "paced",
            Self::ConnectionLost => "connection_lost",
            Self::Timeout => "timeout",
            Self::AlreadyPaired => "already_paired",
            Self::Other { .. } => "whatsapp_error",
        }
    }
}
