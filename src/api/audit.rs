//! The audit log (an extension): who changed what, and the outcome.

use super::lenient;
use super::time::EpochMillis;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The action.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum AuditAction {
    #[serde(rename = "session.create")]
    SessionCreate,
    #[serde(rename = "session.update")]
    SessionUpdate,
    #[serde(rename = "session.start")]
    SessionStart,
    #[serde(rename = "session.stop")]
    SessionStop,
    #[serde(rename = "session.restart")]
    SessionRestart,
    #[serde(rename = "session.logout")]
    SessionLogout,
    #[serde(rename = "session.delete")]
    SessionDelete,
    #[serde(rename = "session.pair")]
    SessionPair,
    #[serde(rename = "group.update")]
    GroupUpdate,
    #[serde(rename = "group.invite.reset")]
    InviteReset,
    #[serde(rename = "group.create")]
    GroupCreate,
    #[serde(rename = "group.join")]
    GroupJoin,
    #[serde(rename = "group.leave")]
    GroupLeave,
    #[serde(rename = "group.members.add")]
    MembersAdd,
    #[serde(rename = "group.members.remove")]
    MembersRemove,
    #[serde(rename = "group.members.promote")]
    MembersPromote,
    #[serde(rename = "group.members.demote")]
    MembersDemote,
    #[serde(rename = "group.members.approve")]
    MembersApprove,
    #[serde(rename = "group.members.reject")]
    MembersReject,
    #[serde(rename = "group.schedule.set")]
    ScheduleSet,
    #[serde(rename = "group.schedule.clear")]
    ScheduleClear,
    #[serde(rename = "key.create")]
    KeyCreate,
    #[serde(rename = "key.update")]
    KeyUpdate,
    #[serde(rename = "key.rotate")]
    KeyRotate,
    #[serde(rename = "key.delete")]
    KeyDelete,
    /// Old entries of the log were removed.
    #[serde(rename = "audit.trim")]
    AuditTrim,
    /// An action that this version does not know.
    #[serde(untagged)]
    #[schemars(skip)]
    Other(String),
}

/// The outcome.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuditOutcome {
    Ok,
    /// Refused or failed: the reason of the error, else its code.
    #[serde(untagged)]
    Failed(String),
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// A ULID: entries sort by it.
    #[serde(deserialize_with = "lenient::id")]
    pub id: String,
    /// Whose log it is in; each organization has a chain of its own.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_id"
    )]
    pub organization_id: Option<String>,
    #[serde(default, deserialize_with = "lenient::time")]
    pub at: EpochMillis,
    /// `key:<id>`, `user:<id>`, or `schedule` for opening hours.
    #[serde(default, deserialize_with = "lenient::id_or_empty")]
    pub actor: String,
    #[serde(deserialize_with = "lenient::word")]
    pub action: AuditAction,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_id"
    )]
    pub session_id: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_id"
    )]
    pub group_jid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<Value>,
    #[serde(deserialize_with = "lenient::word")]
    pub outcome: AuditOutcome,
    /// SHA-256 over the entry and the hash of the one before in its organization, as 64 hexadecimal
    /// digits.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_id"
    )]
    pub hash: Option<String>,
}

/// The end of an organization's chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditHead {
    /// Whose chain it is.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_id"
    )]
    pub organization_id: Option<String>,
    /// The newest entry; absent while there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its hash, which the next entry covers.
    pub hash: String,
}

/// Body of `POST /audit:trim`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrimAudit {
    /// Entries that were written before this time are removed. At least seven days ago.
    #[schemars(range(min = 0))]
    pub before: EpochMillis,
}

/// Answer of `POST /audit:trim`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditTrimmed {
    /// How many entries were removed.
    pub removed: u64,
    /// The newest of them; absent when none was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_id: Option<String>,
    /// Its hash: the first entry that is left covers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_hash: Option<String>,
}
