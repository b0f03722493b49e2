//! Members of groups, people who ask to join, and what is known of them.

use super::{EpochMillis, MemberRole, lenient};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Fewest characters of a text that members are found by.
pub const MEMBER_QUERY_MIN: usize = 2;
/// Most characters of a text that members are found by.
pub const MEMBER_QUERY_MAX: usize = 100;
/// Most members that are found.
pub const MEMBERS_FOUND_MAX: usize = 200;
/// Most people in `GET /requests`.
pub const REQUESTS_MAX: usize = 2_000;

/// Extension: how a member came into a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum JoinedVia {
    /// By the group's invite link.
    Link,
    /// Added by a member of the group.
    Added,
    /// By a request to join that an admin approved.
    Approved,
}

impl JoinedVia {
    const ALL: [Self; 3] = [Self::Link, Self::Added, Self::Approved];

    /// The value on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Added => "added",
            Self::Approved => "approved",
        }
    }

    /// `None` for a value that this version does not know.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|via| via.as_str() == word)
    }
}

/// A stored member of a group.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupMember {
    #[serde(default, deserialize_with = "lenient::id_or_empty")]
    pub id: String,
    #[serde(default, deserialize_with = "lenient::id_or_empty")]
    pub session_id: String,
    #[serde(default, deserialize_with = "lenient::id_or_empty")]
    pub group_jid: String,
    pub lid: String,
    #[serde(default, deserialize_with = "lenient::word")]
    pub role: MemberRole,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub tag: Option<String>,
    #[serde(default, deserialize_with = "lenient::time")]
    pub first_seen_at: EpochMillis,
    #[serde(default, deserialize_with = "lenient::time")]
    pub last_seen_at: EpochMillis,
    /// Extension: what the person is called: by the phone's contacts, by themselves or by their business.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub name: Option<String>,
    /// Extension: the digits of the E.164 number, if WhatsApp reports it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_id"
    )]
    pub phone_number: Option<String>,
    /// Extension: how the person came into the group; absent when that was not seen.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub joined_via: Option<JoinedVia>,
}

/// A member that was found, as in `GET /members`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FoundMember {
    #[serde(default, deserialize_with = "lenient::id_or_empty")]
    pub session_id: String,
    #[serde(default, deserialize_with = "lenient::id_or_empty")]
    pub group_jid: String,
    pub lid: String,
    /// Extension: what the person is called: by the phone's contacts, by themselves or by their business.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub name: Option<String>,
    /// Extension: the digits of the E.164 number, if WhatsApp reports it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_id"
    )]
    pub phone_number: Option<String>,
}

/// A pending request to join a group, as in `GET .../groups/{gid}/requests`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MembershipRequest {
    pub jid: String,
    /// When it was made, if WhatsApp reports it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_time"
    )]
    pub requested_at: Option<EpochMillis>,
    /// Extension: what the person is called: by the phone's contacts, by themselves or by their business.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub name: Option<String>,
    /// Extension: the digits of the E.164 number, if WhatsApp reports it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_id"
    )]
    pub phone_number: Option<String>,
}

/// A stored request to join, as in `GET /requests`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PendingRequest {
    #[serde(default, deserialize_with = "lenient::id_or_empty")]
    pub session_id: String,
    pub group_jid: String,
    pub jid: String,
    /// When it was made, if WhatsApp reports it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_time"
    )]
    pub requested_at: Option<EpochMillis>,
    /// What the person is called: by the phone's contacts, by themselves or by their business.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub name: Option<String>,
    /// The digits of the E.164 number, if WhatsApp reports it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_id"
    )]
    pub phone_number: Option<String>,
}

// Not flattened from one struct: what is an extension in one place is not in the other, and their schemas say so.
impl PendingRequest {
    /// A request as a group's own list has it.
    #[must_use]
    pub fn new(session_id: &str, group_jid: &str, request: MembershipRequest) -> Self {
        let MembershipRequest {
            jid,
            requested_at,
            name,
            phone_number,
        } = request;
        Self {
            session_id: session_id.to_owned(),
            group_jid: group_jid.to_owned(),
            jid,
            requested_at,
            name,
            phone_number,
        }
    }
}

impl From<PendingRequest> for MembershipRequest {
    fn from(request: PendingRequest) -> Self {
        Self {
            jid: request.jid,
            requested_at: request.requested_at,
            name: request.name,
            phone_number: request.phone_number,
        }
    }
}

/// Extension: what became of a request to join.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RequestOutcome {
    /// The person is in the group.
    Approved,
    Rejected,
    /// The person has taken the request back.
    Withdrawn,
    /// Settled elsewhere, in a way that WhatsApp does not report.
    Gone,
    /// A value that this version does not know.
    #[serde(untagged)]
    #[schemars(skip)]
    Other(String),
}
