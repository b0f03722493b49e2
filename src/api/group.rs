//! Groups and their members.

use super::{Audience, EpochMillis, SUBJECT_MAX, SettingField, lenient, pattern};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most members in one call: as many as a group can hold.
pub const PARTICIPANTS_MAX: usize = 1024;

/// A member's role.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MemberRole {
    #[default]
    Member,
    Admin,
    /// The group's creator.
    Superadmin,
    /// A role that this version does not know.
    #[serde(untagged)]
    #[schemars(skip)]
    Other(String),
}

impl MemberRole {
    #[must_use]
    pub fn is_admin(&self) -> bool {
        matches!(self, Self::Admin | Self::Superadmin)
    }

    /// The value on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Superadmin => "superadmin",
            Self::Other(word) => word,
        }
    }
}

/// Extension: the role of the session's own account in a group.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SessionRole {
    Member,
    Admin,
    Superadmin,
    /// The account was removed or has left.
    None,
    /// A role that this version does not know.
    #[serde(untagged)]
    #[schemars(skip)]
    Other(String),
}

impl From<&MemberRole> for SessionRole {
    fn from(role: &MemberRole) -> Self {
        match role {
            MemberRole::Member => Self::Member,
            MemberRole::Admin => Self::Admin,
            MemberRole::Superadmin => Self::Superadmin,
            MemberRole::Other(word) => Self::Other(word.clone()),
        }
    }
}

impl SessionRole {
    #[must_use]
    pub fn is_admin(&self) -> bool {
        matches!(self, Self::Admin | Self::Superadmin)
    }

    /// The value on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Superadmin => "superadmin",
            Self::None => "none",
            Self::Other(word) => word,
        }
    }
}

/// Extension: what a group is within a community.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum GroupKind {
    /// A group of its own.
    #[default]
    Group,
    /// A community: the parent of its groups. It has no chat of its own.
    Community,
    /// The group of a community that all of its members are in. It has the community's subject.
    Announcements,
    /// The community's general group.
    General,
    /// Another group of a community.
    Subgroup,
    /// A kind that this version does not know.
    #[serde(untagged)]
    #[schemars(skip)]
    Other(String),
}

impl GroupKind {
    /// The value on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Group => "group",
            Self::Community => "community",
            Self::Announcements => "announcements",
            Self::General => "general",
            Self::Subgroup => "subgroup",
            Self::Other(word) => word,
        }
    }

    /// Why WhatsApp lets nobody change a setting in a group of this kind. Measured for `announce`:
    /// it answers 400 in a community and in its announcement group, and applies the change in the
    /// others (Baileys issue 2754, whatsmeow issue 1232).
    #[must_use]
    pub fn restriction(&self, field: SettingField) -> Option<&'static str> {
        match (self, field) {
            (Self::Community, SettingField::Announce) => Some("a community has no chat of its own"),
            (Self::Announcements, SettingField::Announce) => {
                Some("an announcement group: only admins can post")
            }
            _ => None,
        }
    }

    /// All restrictions; `None` without any.
    #[must_use]
    pub fn restricted(&self) -> Option<BTreeMap<String, String>> {
        let restricted: BTreeMap<_, _> = SettingField::ALL
            .into_iter()
            .filter_map(|field| Some((field.to_string(), self.restriction(field)?.to_owned())))
            .collect();
        (!restricted.is_empty()).then_some(restricted)
    }
}

impl From<&str> for GroupKind {
    fn from(word: &str) -> Self {
        match word {
            "group" => Self::Group,
            "community" => Self::Community,
            "announcements" => Self::Announcements,
            "general" => Self::General,
            "subgroup" => Self::Subgroup,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// A stored group, as one session sees it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    #[serde(default, deserialize_with = "lenient::id_or_empty")]
    pub id: String,
    pub group_jid: String,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub subject: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub description: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_id"
    )]
    pub owner_jid: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub participant_count: Option<u32>,
    /// Only admins can post.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub is_announce: Option<bool>,
    /// Only admins can edit the group's info.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub is_locked: Option<bool>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_time"
    )]
    pub created_at_wa: Option<EpochMillis>,
    #[serde(default, deserialize_with = "lenient::time")]
    pub first_seen_at: EpochMillis,
    #[serde(default, deserialize_with = "lenient::time")]
    pub updated_at: EpochMillis,
    /// Extension: what the group is within a community.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub kind: Option<GroupKind>,
    /// Extension: the community that the group belongs to. A community has none.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_id"
    )]
    pub community_jid: Option<String>,
    /// Extension: the subject of that community.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub community_subject: Option<String>,
    /// Extension: who has the invite link.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub invite_by: Option<Audience>,
    /// Extension: whether an admin has to approve who joins by the link.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub join_approval: Option<bool>,
    /// Extension: who can add members.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub add_by: Option<Audience>,
    /// Extension: after how many seconds messages disappear. 0: never.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub ephemeral_seconds: Option<u32>,
    /// Extension: the number of requests to join that wait for an admin, as last seen.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub pending_requests: Option<u32>,
    /// Extension: the settings that WhatsApp lets nobody change in this kind of group, with the reason.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub restricted: Option<BTreeMap<String, String>>,
    /// Extension: the role of the session's own account.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub my_role: Option<SessionRole>,
}

/// Answer of `POST /sessions/{s}/groups`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupInfo {
    pub group_jid: String,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub subject: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub description: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_id"
    )]
    pub owner_jid: Option<String>,
    /// The number of participants.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub participants: Option<u32>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub is_announce: Option<bool>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub is_locked: Option<bool>,
}

/// Body of `POST /sessions/{s}/groups`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateGroup {
    /// The subject: 1 to 100 characters after trimming, on one line, at least one of them visible.
    #[schemars(
        regex(pattern = pattern::one_line(1, SUBJECT_MAX)),
        extend("allOf" = [{ "pattern": pattern::VISIBLE }])
    )]
    pub name: String,
    /// The members to add.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = PARTICIPANTS_MAX), inner(regex(pattern = pattern::MEMBER_JID)))]
    pub participants: Vec<String>,
}

/// Body of the calls that name members: JIDs, at least one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Participants {
    #[schemars(
        length(min = 1, max = PARTICIPANTS_MAX),
        inner(regex(pattern = pattern::MEMBER_JID))
    )]
    pub participants: Vec<String>,
}
