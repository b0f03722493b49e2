//! The group's card: what is stored about it, its members, and the invite link.

use crate::api::{EpochMillis, GroupMember, GroupSchedule, SessionStatus};
use crate::console::failure::CallFailure;
use crate::console::ids::{GroupKey, RequestId};

/// The group of the card.
#[derive(Debug)]
pub struct Card {
    pub key: GroupKey,
    pub invite: Invite,
    pub members: Members,
    pub find: MemberFind,
    /// The opening hours, once they were read.
    pub schedule: Option<GroupSchedule>,
    /// First visible line of the members.
    pub scroll: usize,
    /// When the link was last reset while the card was open: by whom, if known.
    pub reset_seen: Option<(EpochMillis, Option<String>)>,
    /// Copy the link as soon as it is read, in this one of [`super::Options::copy`].
    pub copy_when_shown: Option<usize>,
    /// The user left during the read: it is not repeated without the user.
    pub(crate) left: bool,
}

impl Card {
    #[must_use]
    pub(crate) fn new(key: GroupKey) -> Self {
        Self {
            key,
            invite: Invite::NotAsked,
            members: Members::NotAsked,
            find: MemberFind::default(),
            schedule: None,
            scroll: 0,
            reset_seen: None,
            copy_when_shown: None,
            left: false,
        }
    }

    /// The link, if it may be used.
    #[must_use]
    pub(crate) fn link(&self) -> Option<&str> {
        match &self.invite {
            Invite::Shown { link, .. } => Some(link),
            _ => None,
        }
    }

    /// The members that the filter leaves, in the order of display.
    pub(crate) fn shown_members(&self) -> impl Iterator<Item = &GroupMember> {
        let members = self.loaded_members();
        let all = self.find.is_blank().then_some(members);
        let found = self.find.found.iter().filter_map(|at| members.get(*at));
        all.unwrap_or_default().iter().chain(found)
    }

    /// How many there are of these.
    #[must_use]
    pub(crate) fn shown_count(&self) -> usize {
        if self.find.is_blank() {
            self.loaded_members().len()
        } else {
            self.find.found.len()
        }
    }

    /// The members, if they were read.
    #[must_use]
    pub(crate) fn loaded_members(&self) -> &[GroupMember] {
        match &self.members {
            Members::Loaded(members) => members,
            _ => &[],
        }
    }
}

/// The filter of the members.
#[derive(Debug, Default)]
pub struct MemberFind {
    pub text: String,
    /// Whether typing goes into it.
    pub typing: bool,
    /// The members that match, as positions in the list, best match first. Empty without a text.
    pub(crate) found: Vec<usize>,
}

impl MemberFind {
    /// Whether every member is shown.
    #[must_use]
    pub(crate) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// The invite link, which is never shown when it may be dead.
#[derive(Debug, Clone, PartialEq)]
pub enum Invite {
    /// Not requested yet: the cursor has not rested here.
    NotAsked,
    /// In flight.
    Waiting(RequestId),
    Shown {
        link: String,
        fetched_at: EpochMillis,
    },
    Hidden(LinkHidden),
}

/// Why no link is shown.
#[derive(Debug, Clone, PartialEq)]
pub enum LinkHidden {
    /// It was reset elsewhere; the new one is being read.
    Reset,
    /// The session left `working`.
    SessionLeft(SessionStatus),
    /// The account is not an admin (any more).
    NotAdmin,
    /// The account is not in the group (any more).
    NotInGroup,
    /// The gateway does not answer, so the link cannot be checked.
    GatewayAway,
    /// The read failed.
    Failed(CallFailure),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Members {
    NotAsked,
    Waiting(RequestId),
    /// Admins first.
    Loaded(Vec<GroupMember>),
    Failed(CallFailure),
}
