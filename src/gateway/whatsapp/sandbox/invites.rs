//! Queries without an account, for a WhatsApp server in front of the world: resolving invite codes,
//! and groups as the server sees them.

use super::world::World;
use crate::gateway::domain::{GroupJid, InviteCode, MemberJid};
use crate::gateway::whatsapp::GroupSnapshot;

/// The group that an invite code leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invited {
    pub group: GroupSnapshot,
    /// Whether joining needs an admin's approval.
    pub needs_approval: bool,
}

impl World {
    /// A group as the server sees it, not as one account.
    #[must_use]
    pub fn look_at(&self, group: &GroupJid) -> Option<GroupSnapshot> {
        let rules = self.rules();
        Some(rules.seen_by(rules.find(group).ok()?, None))
    }

    /// A person's phone number JID.
    #[must_use]
    pub fn number_of(&self, person: &MemberJid) -> Option<MemberJid> {
        let rules = self.rules();
        let person = rules.people.find(person)?;
        Some(rules.people.identity(person).jid)
    }

    /// The group of an invite code. `None` when it is revoked.
    #[must_use]
    pub fn invited_to(&self, code: &InviteCode) -> Option<Invited> {
        let rules = self.rules();
        let index = rules.find_code(code)?;
        Some(Invited {
            group: rules.seen_by(index, None),
            needs_approval: rules.groups[index].approval,
        })
    }
}
