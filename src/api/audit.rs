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
    #[serde(rename = "key.create")]
    KeyCreate,
    #[serde(rename = "key.update")]
    KeyUpdate,
    #[serde(rename = "key.rotate")]
    KeyRotate,
    #[serde(rename = "key.delete")]
    KeyDelete,
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
    #[serde(default, deserialize_with = "lenient::time")]
    pub at: EpochMillis,
    /// `key:<id>` or `user:<id>`.
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
}
