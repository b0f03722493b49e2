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
