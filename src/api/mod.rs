//! The wire types of the gateway's HTTP contract: requests, resources, errors, events.
//!
//! serde only, no IO. The gateway serializes these types and the client deserializes them.
//! Serializing is strict; deserializing is lenient (`lenient`: ids may be numbers, optional fields
//! may be of any type, unknown enum values are kept as text), because the other side may be a
//! different implementation.

mod audit;
pub mod audit_chain;
mod budget;
mod capability;
mod error;
mod event;
mod field_error;
mod group;
mod health;
mod invite;
mod key;
pub(crate) mod lenient;
mod list;
mod member;
mod passkey;
pub mod pattern;
mod schedule;
mod session;
mod settings;
mod time;

pub use audit::{AuditAction, AuditEntry, AuditHead, AuditOutcome, AuditTrimmed, TrimAudit};
pub use budget::{BudgetWindow, SessionBudget};
pub use capability::{Capabilities, Capability, CapabilityWord};
pub use error::{
    ErrorBody, ErrorCode, ErrorObject, PartialMembers, PartialUpdate, Reason, RefusedMember,
    UNKNOWN_SESSION,
};
pub use event::{
    AuthCodePayload, AuthQrPayload, Envelope, EventKind, Frame, GroupParticipantPayload,
    GroupRequestPayload, GroupUpdatePayload, SessionStatusPayload, Ticket, TicketRequest,
    TicketScope,
};
pub use field_error::FieldError;
pub use group::{
    CreateGroup, Group, GroupInfo, GroupKind, MemberRole, PARTICIPANTS_MAX, Participants,
    SessionRole,
};
pub use health::Health;
pub use invite::{
    INVITE_PREFIX, InviteLink, InvitePreview, JoinGroup, JoinedGroup, PrivateInvite, code_in,
    link_code,
};
pub use key::{ApiKey, CreateKey, CreatedKey, OVERLAP_MAX, RotateKey, UpdateKey};
pub use list::List;
pub use member::{
    FoundMember, GroupMember, JoinedVia, MEMBER_QUERY_MAX, MEMBER_QUERY_MIN, MEMBERS_FOUND_MAX,
    MembershipRequest, PendingRequest, REQUESTS_MAX, RequestOutcome,
};
pub use passkey::{
    PASSKEY_LINE, PASSKEY_MAX, PasskeyAnswer, PasskeyAssertion, PasskeyRequest, PasskeyResponse,
    PasskeyStep,
};
pub use schedule::{
    GroupSchedule, PutSchedule, RULES_MAX, ScheduleOutcome, ScheduleRule, ScheduledGroup, Weekday,
    ZONE_MAX, check_rules, parse_days,
};
pub use session::{
    CreateSession, LABEL_MAX, LinkStep, Missed, PairingCode, PairingCodeRequest, QrCode, Session,
    SessionMe, SessionStatus, UpdateSession, check_label,
};
pub use settings::{
    Audience, DESCRIPTION_MAX, EPHEMERAL_SECONDS, SUBJECT_MAX, Setting, SettingField,
    SettingsPatch, check_description, check_subject,
};
pub use time::EpochMillis;
