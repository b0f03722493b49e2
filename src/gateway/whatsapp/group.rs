//! Groups and members as WhatsApp reports them.

use crate::api::{Audience, EpochMillis, GroupKind, JoinedVia, MemberRole};
use crate::gateway::domain::{GroupJid, MemberJid, PhoneNumber};

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
    pub kind: GroupKind,
    /// The community that the group belongs to.
    pub community: Option<GroupJid>,
    /// Who has the invite link, if WhatsApp reports it.
    pub invite_by: Option<Audience>,
    pub join_approval: bool,
    /// Who can add members, if WhatsApp reports it.
    pub add_by: Option<Audience>,
    /// After how many seconds messages disappear. 0: never.
    pub ephemeral_seconds: u32,
    /// The number of members by WhatsApp's own count, if it reports one.
    pub size: Option<u32>,
    pub members: Vec<Member>,
}

impl GroupSnapshot {
    /// A group of its own with no settings switched on and no members.
    #[must_use]
    pub fn new(jid: GroupJid) -> Self {
        Self {
            jid,
            subject: String::new(),
            description: String::new(),
            owner: None,
            announce: false,
            locked: false,
            created_at: None,
            kind: GroupKind::Group,
            community: None,
            invite_by: None,
            join_approval: false,
            add_by: None,
            ephemeral_seconds: 0,
            size: None,
            members: Vec::new(),
        }
    }

    /// The number of members: WhatsApp's own count where it is larger than the list.
    #[must_use]
    pub fn count(&self) -> usize {
        let listed = self.members.len();
        self.size.map_or(listed, |size| listed.max(size as usize))
    }

    /// Sets how the account came into the group.
    pub fn set_own_via(&mut self, via: Option<JoinedVia>) {
        let via = via.map(|via| via_in(via, self.join_approval));
        for member in self.members.iter_mut().filter(|member| member.is_me) {
            member.joined_via = via;
        }
    }

    /// Whether WhatsApp lists only some of the members, as it does in the announcement groups of
    /// communities (open-wa issue 3023): who is not listed may still be a member.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.count() > self.members.len()
    }
}

/// Corrects how a member came by what the group requires: where an admin has to approve, the link
/// leads to a request only. WhatsApp's notification does not name approval.
#[must_use]
pub fn via_in(via: JoinedVia, join_approval: bool) -> JoinedVia {
    match via {
        JoinedVia::Link if join_approval => JoinedVia::Approved,
        via => via,
    }
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
    /// `None` when WhatsApp does not report it.
    pub phone: Option<PhoneNumber>,
    /// Whether this is the session's own account.
    pub is_me: bool,
    /// How the member came. WhatsApp reports it in the notification of a join only.
    pub joined_via: Option<JoinedVia>,
}

/// A request to join a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MembershipRequest {
    pub person: MemberJid,
    /// `None` when WhatsApp does not report it.
    pub phone: Option<PhoneNumber>,
    pub at: Option<EpochMillis>,
}

/// What a person is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// A LID or the JID of a number.
    pub person: MemberJid,
    pub name: String,
    pub source: NameSource,
}

/// Where a name comes from. A greater source replaces the name of a lesser one, and not the reverse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NameSource {
    /// The push name, which everybody chooses for themselves.
    Push,
    /// The verified name of a business.
    Business,
    /// The contacts that the phone has saved.
    Contact,
}

impl NameSource {
    /// The source's rank in the database.
    #[must_use]
    pub fn rank(self) -> i64 {
        match self {
            Self::Push => 0,
            Self::Business => 1,
            Self::Contact => 2,
        }
    }
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
