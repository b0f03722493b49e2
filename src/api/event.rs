//! Realtime: tickets, frames and events.

use super::{
    Audience, EpochMillis, JoinedVia, LinkStep, MembershipRequest, Missed, RequestOutcome,
    SessionStatus, lenient, pattern,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fmt;

/// The events of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TicketScope {
    #[default]
    Organization,
    Session,
}

/// Body of `POST /realtime/ticket`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("anyOf" = scopes()))]
pub struct TicketRequest {
    /// The scope of the stream; `session` requires a session, and `organization` allows none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<TicketScope>,
    /// The session to listen to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = pattern::ULID))]
    pub session: Option<String>,
    /// Event names, or `*` for all (the default).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "event_names")]
    pub events: Option<Vec<String>>,
    /// Replay what came after this event id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = pattern::EVENT_ID))]
    pub since: Option<String>,
}

/// Valid combinations of the fields of a ticket request.
fn scopes() -> Value {
    json!([
        { "properties": { "scope": { "const": "session" } }, "required": ["scope", "session"] },
        { "properties": { "scope": { "const": "organization" }, "session": false }, "required": ["scope"] },
        { "properties": { "scope": false } },
    ])
}

fn event_names(_: &mut SchemaGenerator) -> Schema {
    let names: Vec<_> = EventKind::KNOWN
        .iter()
        .map(EventKind::as_str)
        .chain(["*"])
        .collect();
    json_schema!({ "type": "array", "minItems": 1, "items": { "type": "string", "enum": names } })
}

/// Answer of `POST /realtime/ticket`. A ticket works once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Ticket {
    pub ticket: String,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub expires_in_seconds: u32,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub url: String,
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket")
            .field("expires_in_seconds", &self.expires_in_seconds)
            .finish_non_exhaustive()
    }
}

/// One text frame of the WebSocket. A frame without an `id` is a control frame (`connected`,
/// `ping`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Frame {
    Event(Envelope),
    #[serde(rename_all = "camelCase")]
    Control {
        event: String,
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            deserialize_with = "lenient::or_default"
        )]
        heartbeat_seconds: Option<u32>,
        #[serde(default, deserialize_with = "lenient::time")]
        timestamp: EpochMillis,
    },
}

/// The names of the events.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum EventKind {
    #[serde(rename = "session.status")]
    SessionStatus,
    #[serde(rename = "auth.qr")]
    AuthQr,
    #[serde(rename = "auth.code")]
    AuthCode,
    #[serde(rename = "group.update")]
    GroupUpdate,
    #[serde(rename = "group.participant")]
    GroupParticipant,
    /// Extension.
    #[serde(rename = "group.request")]
    GroupRequest,
    /// An event that this version does not know.
    #[serde(untagged)]
    #[schemars(skip)]
    Other(String),
}

impl EventKind {
    /// The events that this version knows.
    pub const KNOWN: [Self; 6] = [
        Self::SessionStatus,
        Self::AuthQr,
        Self::AuthCode,
        Self::GroupUpdate,
        Self::GroupParticipant,
        Self::GroupRequest,
    ];

    /// The name on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::SessionStatus => "session.status",
            Self::AuthQr => "auth.qr",
            Self::AuthCode => "auth.code",
            Self::GroupUpdate => "group.update",
            Self::GroupParticipant => "group.participant",
            Self::GroupRequest => "group.request",
            Self::Other(name) => name,
        }
    }
}

/// An event in its envelope. `id` is `evt_<ULID>`: later events sort after earlier ones.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Envelope {
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub schema: String,
    #[serde(deserialize_with = "lenient::id")]
    pub id: String,
    pub event: EventKind,
    #[serde(default, deserialize_with = "lenient::id_or_empty")]
    pub session: String,
    #[serde(default, deserialize_with = "lenient::id_or_empty")]
    pub organization: String,
    #[serde(default, deserialize_with = "lenient::time")]
    pub timestamp: EpochMillis,
    #[serde(default)]
    pub payload: Value,
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Envelope");
        shown
            .field("id", &self.id)
            .field("event", &self.event)
            .field("session", &self.session)
            .field("organization", &self.organization)
            .field("timestamp", &self.timestamp);
        // A pairing code or an unknown payload is not printed.
        if !matches!(self.event, EventKind::AuthQr | EventKind::Other(_)) {
            shown.field("payload", &self.payload);
        }
        shown.finish_non_exhaustive()
    }
}

/// Payload of `session.status`. All but `status` are extensions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionStatusPayload {
    pub status: SessionStatus,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub reason: Option<String>,
    /// As in the session.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub link_step: Option<LinkStep>,
    /// As in the session. While it grows, the event comes again, at most once a second. These events are
    /// not repeated to a stream that was interrupted.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub missed: Option<Missed>,
}

/// Payload of `auth.qr`: the text to draw as a QR code.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuthQrPayload {
    pub code: String,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_time"
    )]
    pub expires_at: Option<EpochMillis>,
}

impl fmt::Debug for AuthQrPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthQrPayload")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Payload of `auth.code`: pairing succeeded.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuthCodePayload {
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_id"
    )]
    pub jid: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_id"
    )]
    pub lid: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub business_name: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub platform: Option<String>,
}

// Changes are read strictly: an unreadable change must not count as no change.
/// Payload of `group.update`: only what changed.
///
/// A reset whose new link is not known yet carries `reason: "invite_reset"` without `newInviteLink`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupUpdatePayload {
    pub group_jid: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_announce: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_locked: Option<bool>,
    /// Extension, as are the next ones up to `pendingRequests`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite_by: Option<Audience>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join_approval: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub add_by: Option<Audience>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ephemeral_seconds: Option<u32>,
    /// Extension: how many requests to join wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_requests: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_invite_link: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_id"
    )]
    pub sender: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub reason: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_time"
    )]
    pub timestamp: Option<EpochMillis>,
}

/// Payload of `group.participant`: exactly one of the four lists.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupParticipantPayload {
    pub group_jid: String,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_id"
    )]
    pub sender: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join: Option<Vec<String>>,
    /// Extension: how the members in `join` came; absent when WhatsApp does not report it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub via: Option<JoinedVia>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promote: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demote: Option<Vec<String>>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_time"
    )]
    pub timestamp: Option<EpochMillis>,
}

/// Payload of `group.request` (an extension): somebody asked to join, or with an `outcome`, their request
/// was settled.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupRequestPayload {
    pub group_jid: String,
    pub jid: String,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub name: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_id"
    )]
    pub phone_number: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_time"
    )]
    pub requested_at: Option<EpochMillis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<RequestOutcome>,
    /// Who settled it, if WhatsApp reports it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_id"
    )]
    pub sender: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_time"
    )]
    pub timestamp: Option<EpochMillis>,
}

impl From<GroupRequestPayload> for MembershipRequest {
    fn from(payload: GroupRequestPayload) -> Self {
        Self {
            jid: payload.jid,
            requested_at: payload.requested_at,
            name: payload.name,
            phone_number: payload.phone_number,
        }
    }
}
