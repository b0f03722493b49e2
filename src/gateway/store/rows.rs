//! Row types of the tables, for every engine.

use crate::api::{
    ApiKey, Audience, AuditAction, AuditEntry, AuditOutcome, EpochMillis, GroupKind, JoinedVia,
    MemberRole, ScheduleOutcome, ScheduleRule, Session, SessionRole, audit_chain,
};
use crate::gateway::domain::{GroupJid, MemberJid, OrganizationId, PhoneNumber, SessionId};
use crate::gateway::whatsapp::{GroupSnapshot, Member};
use serde_json::Value;
use std::sync::Arc;
use ulid::Ulid;

/// A session as it is stored.
pub(crate) struct StoredSession {
    pub id: SessionId,
    pub organization: OrganizationId,
    /// The operator's desired state.
    pub should_run: bool,
    /// When a ban ends: one that should run is not started before.
    pub not_before: Option<EpochMillis>,
    /// `gateway_id`, `group_count` and `last_traffic_at` are not stored.
    pub session: Session,
    /// Includes groups that the account has left, as the listing does.
    pub group_count: u64,
}

/// A group's row, without its members.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredGroup {
    /// The key of its members.
    pub number: i64,
    pub subject: String,
    pub description: String,
    pub owner: Option<String>,
    pub announce: bool,
    pub locked: bool,
    pub created_at: Option<EpochMillis>,
    /// `None` when an earlier version stored the group, as in the following fields.
    pub kind: Option<GroupKind>,
    pub community: Option<String>,
    pub invite_by: Option<Audience>,
    pub join_approval: Option<bool>,
    pub add_by: Option<Audience>,
    pub ephemeral_seconds: Option<u32>,
    pub count: u32,
    /// Whether WhatsApp lists only some of the members.
    pub is_partial: bool,
    /// The role of the session's own account; `none` once it is out.
    pub my_role: SessionRole,
}

impl StoredGroup {
    /// Whether everything but the members equals WhatsApp's state.
    #[must_use]
    pub(crate) fn is(&self, group: &GroupSnapshot) -> bool {
        self.subject == group.subject
            && self.description == group.description
            && self.owner.as_deref() == group.owner.as_ref().map(MemberJid::as_str)
            && self.announce == group.announce
            && self.locked == group.locked
            && self.created_at == group.created_at
            && self.kind.as_ref() == Some(&group.kind)
            && self.community.as_deref() == group.community.as_ref().map(GroupJid::as_str)
            && self.invite_by == group.invite_by
            && self.join_approval == Some(group.join_approval)
            && self.add_by == group.add_by
            && self.ephemeral_seconds == Some(group.ephemeral_seconds)
            && self.is_partial == group.is_partial()
            && (!self.is_partial || self.count as usize == group.count())
    }
}

/// The columns that are compared with WhatsApp's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredMember {
    pub role: MemberRole,
    pub is_me: bool,
    pub phone: Option<PhoneNumber>,
    pub joined_via: Option<JoinedVia>,
}

impl StoredMember {
    /// Whether the row equals WhatsApp's state. A number that WhatsApp no longer reports is kept, and
    /// so is how the member came.
    #[must_use]
    pub(crate) fn is(&self, member: &Member) -> bool {
        self.role == member.role
            && self.is_me == member.is_me
            && (member.phone.is_none() || self.phone == member.phone)
            && (member.joined_via.is_none() || self.joined_via == member.joined_via)
    }
}

impl From<&Member> for StoredMember {
    fn from(member: &Member) -> Self {
        Self {
            role: member.role.clone(),
            is_me: member.is_me,
            phone: member.phone,
            joined_via: member.joined_via,
        }
    }
}

/// A key with what authentication needs.
#[derive(Clone)]
pub struct StoredKey {
    pub organization: OrganizationId,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// The secret before the last rotation, and until when it is still taken.
    pub previous: Option<([u8; 32], EpochMillis)>,
    pub key: ApiKey,
}

/// An entry that is about to be logged; id and time are given when it is written.
#[derive(Clone)]
pub(crate) struct AuditRow {
    pub organization: OrganizationId,
    pub actor: String,
    pub action: AuditAction,
    pub session: Option<String>,
    pub group: Option<String>,
    pub old: Option<Value>,
    pub new: Option<Value>,
    pub outcome: AuditOutcome,
}

impl AuditRow {
    /// The entry as it is logged, chained on the entry before.
    ///
    /// # Errors
    /// It has no JSON form.
    pub(crate) fn chained(
        &self,
        id: Ulid,
        at: EpochMillis,
        previous: &str,
    ) -> Result<AuditEntry, serde_json::Error> {
        let mut entry = AuditEntry {
            id: id.to_string(),
            organization_id: Some(self.organization.to_string()),
            at,
            actor: self.actor.clone(),
            action: self.action.clone(),
            session_id: self.session.clone(),
            group_jid: self.group.clone(),
            old: self.old.clone(),
            new: self.new.clone(),
            outcome: self.outcome.clone(),
            hash: None,
        };
        entry.hash = Some(hash(&entry, previous)?);
        Ok(entry)
    }
}

/// The hash of an entry that follows the one with the hash `previous`.
pub(crate) fn hash(entry: &AuditEntry, previous: &str) -> Result<String, serde_json::Error> {
    let object = match serde_json::to_value(entry)? {
        Value::Object(object) => object,
        _ => serde_json::Map::new(),
    };
    Ok(audit_chain::hash(&object, previous))
}

/// Which audit entries to read.
#[derive(Default)]
pub(crate) struct AuditFilter {
    pub session: Option<String>,
    pub group: Option<String>,
    /// Only entries older than this one.
    pub before: Option<Ulid>,
    pub limit: u32,
}

/// A group's opening hours, and how far they were applied.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredSchedule {
    pub organization: OrganizationId,
    pub session: SessionId,
    pub group: GroupJid,
    /// An IANA time zone.
    pub zone: String,
    pub rules: Vec<ScheduleRule>,
    /// The time of the last transition that was applied or given up.
    pub handled_at: Option<EpochMillis>,
    pub last: Option<ScheduleOutcome>,
}

/// An event read back from the log.
#[derive(Debug, Clone)]
pub(crate) struct Logged {
    pub id: Ulid,
    pub session: String,
    pub kind: String,
    pub text: Arc<str>,
}

/// The role that an account has by a list of members.
pub(super) fn my_role(members: &[Member]) -> SessionRole {
    members
        .iter()
        .find(|member| member.is_me)
        .map_or(SessionRole::None, |me| SessionRole::from(&me.role))
}
