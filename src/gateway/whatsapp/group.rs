//! Groups and members as WhatsApp reports them.

use crate::api::{EpochMillis, MemberRole};
use crate::gateway::domain::{GroupJid, MemberJid};

/// The state of a group at WhatsApp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupSnapshot {
    pub jid: GroupJid,
    pub subject: String,
    /// Empty when there is none.
    pub description: String,
    pub owner: Option<MemberJid>,
    pub announce: bool,
    pub locked: bool,
    pub created_at: Option<EpochMillis>,
    pub members: Vec<Member>,
}

/// A group in WhatsApp's list that could not be read. The account is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadGroup {
    /// `None` when not even its name could be read.
    pub jid: Option<GroupJid>,
    /// The cause, for the log.
    pub why: String,
}

/// A member of a group. WhatsApp names members by LID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub lid: MemberJid,
    pub role: MemberRole,
    /// Whether this is the session's own account.
    pub is_me: bool,
}

/// A request to join a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MembershipRequest {
    pub person: MemberJid,
    pub at: Option<EpochMillis>,
}

/// The outcome of joining by a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JoinOutcome {
    Joined(GroupJid),
    /// An admin has to approve first; the request waits.
    Pending(GroupJid),
}

/// A change of members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MemberChange {
    Add,
    /// Idempotent: removing a non-member succeeds.
    Remove,
    Promote,
    Demote,
    /// Approves requests to join.
    Approve,
    /// Rejects requests to join.
    Reject,
}
