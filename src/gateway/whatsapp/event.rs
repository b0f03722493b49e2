//! The events that drivers report.

use super::account::Identity;
use super::group::{GroupSnapshot, Member, MembershipRequest, Named};
use crate::api::{EpochMillis, PasskeyRequest, RequestOutcome, Setting};
use crate::gateway::domain::{GroupJid, InviteCode, MemberJid};
use std::fmt;

/// An event of a driver.
#[derive(Clone, PartialEq, Eq)]
pub enum DriverEvent {
    /// Connecting or reconnecting.
    Connecting,
    /// A QR code to scan, replacing the one before.
    QrCode {
        code: String,
        expires_at: EpochMillis,
    },
    /// A phone was linked; connecting follows.
    Paired(Identity),
    Connected(Identity),
    /// What [`Driver::missed`](super::Driver::missed) says has changed.
    CatchingUp,
    /// The connection was lost; the driver reconnects.
    ConnectionLost,
    /// The driver still tries to connect, and says why it takes long.
    Delayed {
        reason: String,
    },
    /// The pairing code is no longer valid. QR codes are still offered.
    CodeSpent {
        reason: String,
    },
    /// WhatsApp asks for the account's passkey before it links the phone that scanned or typed the code.
    PasskeyAsked(PasskeyRequest),
    /// The assertion was accepted: eight characters, to be compared with those that the phone shows.
    PasskeyCode(String),
    /// The passkey step failed after the assertion was sent. Another assertion may be given.
    PasskeyRefused {
        reason: String,
    },
    /// Pairing or connecting ended without success and is not tried again.
    Failed {
        reason: String,
        retry: Retry,
    },
    /// Unlinked from the phone.
    LoggedOut {
        reason: String,
    },
    Group(GroupEvent),
    /// People's names, members of a group or not.
    Named(Vec<Named>),
    /// Any group may have changed without a [`DriverEvent::Group`]: the list of all groups is due.
    GroupsStale,
}

/// When a failed session is started again, apart from an operator's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// With the next start of the process.
    OnRestart,
    /// Never automatically: another device replaced this one, or WhatsApp refuses the account or
    /// this client.
    Manual,
    /// Once, soon after this moment: until then WhatsApp has banned the account.
    After(EpochMillis),
}

impl fmt::Debug for DriverEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connecting => f.write_str("Connecting"),
            // The code itself is a secret.
            Self::QrCode { expires_at, .. } => f
                .debug_struct("QrCode")
                .field("expires_at", expires_at)
                .finish_non_exhaustive(),
            Self::Paired(identity) => f.debug_tuple("Paired").field(identity).finish(),
            Self::Connected(identity) => f.debug_tuple("Connected").field(identity).finish(),
            Self::CatchingUp => f.write_str("CatchingUp"),
            Self::ConnectionLost => f.write_str("ConnectionLost"),
            Self::Delayed { reason } => f.debug_tuple("Delayed").field(reason).finish(),
            Self::CodeSpent { reason } => f.debug_tuple("CodeSpent").field(reason).finish(),
            Self::PasskeyAsked(_) => f.write_str("PasskeyAsked"),
            Self::PasskeyCode(_) => f.write_str("PasskeyCode"),
            Self::PasskeyRefused { reason } => {
                f.debug_tuple("PasskeyRefused").field(reason).finish()
            }
            Self::Failed { reason, retry } => f
                .debug_struct("Failed")
                .field("reason", reason)
                .field("retry", retry)
                .finish(),
            Self::LoggedOut { reason } => f.debug_tuple("LoggedOut").field(reason).finish(),
            Self::Group(event) => f.debug_tuple("Group").field(event).finish(),
            Self::Named(people) => f.debug_tuple("Named").field(&people.len()).finish(),
            Self::GroupsStale => f.write_str("GroupsStale"),
        }
    }
}

/// A change of one group, made elsewhere or by this session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupEvent {
    pub group: GroupJid,
    /// Who made the change, if WhatsApp reports it.
    pub by: Option<MemberJid>,
    pub at: EpochMillis,
    pub change: GroupChange,
}

/// The change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupChange {
    Setting(Setting),
    /// The invite link was reset. WhatsApp does not always report the new code.
    InviteReset(Option<InviteCode>),
    Joined(Vec<Member>),
    Left(Vec<MemberJid>),
    Promoted(Vec<MemberJid>),
    Demoted(Vec<MemberJid>),
    /// People ask to join. Empty when WhatsApp does not name them.
    Asked(Vec<MembershipRequest>),
    /// Requests to join were settled, other than by the person's coming in (that is `Joined`).
    Settled(Vec<MemberJid>, RequestOutcome),
    /// The account came into the group (joined, was added, created it).
    Entered(Box<GroupSnapshot>),
    /// The account is no longer in the group (removed, left, group deleted).
    Exited,
    /// The current state of the group, queried because its last changes may have been reordered.
    Seen(Box<GroupSnapshot>),
}
