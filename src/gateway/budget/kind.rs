//! The kinds of calls that get accounts restricted.

use crate::api::AuditAction;

/// A kind of call with a budget of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BudgetKind {
    /// Creating a group.
    Create,
    /// Joining a group by a link.
    Join,
    /// Adding a person to a group.
    Add,
    /// Resetting an invite link.
    Reset,
}

impl BudgetKind {
    pub const ALL: [Self; 4] = [Self::Create, Self::Join, Self::Add, Self::Reset];

    /// Its name in the contract: `budget` of a session, `details.limit` of a refusal.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Join => "join",
            Self::Add => "add",
            Self::Reset => "reset",
        }
    }

    /// The kind of what the audit log recorded.
    #[must_use]
    pub(super) fn of(action: &AuditAction) -> Option<Self> {
        match action {
            AuditAction::GroupCreate => Some(Self::Create),
            AuditAction::GroupJoin => Some(Self::Join),
            AuditAction::MembersAdd => Some(Self::Add),
            AuditAction::InviteReset => Some(Self::Reset),
            _ => None,
        }
    }

    /// `groups` and `created`, as in "5 groups an hour may be created".
    pub(super) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Create => ("groups", "created"),
            Self::Join => ("groups", "joined"),
            Self::Add => ("people", "added"),
            Self::Reset => ("links", "reset"),
        }
    }
}
