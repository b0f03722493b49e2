//! The wire types of the gateway's HTTP contract: requests, resources, errors, events.
//!
//! serde only, no IO. Both sides of the contract use these types: the gateway serves them, the
//! client reads them. Reading is lenient (`null`, absence and unknown fields alike; unknown enum
//! values are kept as text), because the other side may be somebody else's gateway.

mod audit;
mod capability;
mod error;
mod event;
mod group;
mod key;
mod lenient;
mod session;
mod settings;

pub use audit::{AuditAction, AuditEntry, AuditOutcome};
pub use capability::{Capabilities, Capability};
pub use error::{ErrorBody, ErrorCode, ErrorObject, FieldError, PartialUpdate, Reason};
pub use event::{
    AuthCodePayload, AuthQrPayload, Envelope, EventKind, Frame, GroupParticipantPayload,
    GroupUpdatePayload, SessionStatusPayload, Ticket, TicketRequest, TicketScope,
};
pub use group::{
    CreateGroup, Group, GroupInfo, GroupMember, InviteLink, JoinGroup, JoinedGroup, MemberRole,
    MembershipRequest, Participants, SessionRole,
};
pub use key::{ApiKey, CreateKey, CreatedKey};
pub use session::{
    CreateSession, PairingCode, PairingCodeRequest, QrCode, Session, SessionMe, SessionStatus,
};
pub use settings::{
    DESCRIPTION_MAX, SUBJECT_MAX, Setting, SettingField, SettingsPatch, check_description,
    check_subject,
};

use serde::{Deserialize, Serialize};

/// Times on the wire: milliseconds since the Unix epoch, UTC.
pub type EpochMillis = i64;

/// A page of resources. `next_cursor` is opaque; empty means that there is no further page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "T: Deserialize<'de>"))]
pub struct List<T> {
    #[serde(default = "Vec::new", deserialize_with = "lenient::null_as_default")]
    pub data: Vec<T>,
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub next_cursor: String,
}

/// The prefix of every invite link. What follows is the invite code.
pub const INVITE_PREFIX: &str = "https://chat.whatsapp.com/";
