//! The group's card: what is stored about it, its members, and the invite link.

use super::super::effect::RequestId;
use super::super::failure::Failure;
use super::GroupKey;
use crate::api::{EpochMillis, GroupMember, SessionStatus};

/// One group looked at.
#[derive(Debug)]
pub struct Card {
    pub key: GroupKey,
    pub invite: Invite,
    pub members: Members,
    /// First visible line of the members.
    pub scroll: usize,
    /// When the link was last seen to be reset while the card was open: by whom, where known.
    pub reset_seen: Option<(EpochMillis, Option<String>)>,
}

/// The invite link, which is never shown when it might be dead.
#[derive(Debug, Clone, PartialEq)]
pub enum Invite {
    /// Not asked for yet: the cursor has not rested here.
    NotAsked,
    /// On its way.
    Waiting(RequestId),
    Shown {
        link: String,
        fetched_at: EpochMillis,
    },
    Blank(Blank),
}

/// Why no link is shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Blank {
    /// Somebody reset it; a new one is asked for.
    Reset,
    /// The session left `working`.
    SessionLeft(SessionStatus),
    /// The account is not an admin (any more).
    NotAdmin,
    /// The account is not in the group (any more).
    NotInGroup,
    /// The gateway is away, so nobody can vouch for the link.
    GatewayAway,
    /// Asking for it failed.
    Failed(Failure),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Members {
    NotAsked,
    Waiting(RequestId),
    /// Admins first.
    Loaded(Vec<GroupMember>),
    Failed(Failure),
}
