//! The rules of WhatsApp: who may do what to which group, and who is notified.
//!
//! Synchronous and without connections, latency or faults: a call names the acting person and
//! either changes the world or returns a refusal. Notifications are left in an outbox, which the
//! world empties after each action. Every access to the world goes through the rules.

mod changes;
mod groups;
mod members;
mod people;

pub use people::PersonId;
pub(super) use people::{Culture, People};

use super::clock::Clock;
use super::rng::Rng;
use crate::api::{Audience, EpochMillis, GroupKind, MemberRole};
use crate::gateway::domain::{GroupJid, InviteCode, MemberJid};
use crate::gateway::whatsapp::error::PRIVATE;
use crate::gateway::whatsapp::{DriverError, GroupEvent};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// The most members that a group can have.
pub const GROUP_MAX: usize = 1024;

/// Why the rules refuse an action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("not an admin of this group")]
    NotAdmin,
    #[error("not in this group")]
    NotInGroup,
    #[error("no such group")]
    NoSuchGroup,
    #[error("no live invite")]
    DeadInvite,
    /// Refused by another rule; the text is for people.
    #[error("{0}")]
    Refused(String),
    /// The person does not let others add them; they get an invite of their own.
    #[error("{PRIVATE}")]
    Private {
        person: MemberJid,
        code: InviteCode,
        expires_at: EpochMillis,
    },
    /// Already so.
    #[error("{0}")]
    Conflict(String),
}

impl From<Refusal> for DriverError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotAdmin => Self::NotAdmin,
            Refusal::NotInGroup => Self::NotInGroup,
            Refusal::NoSuchGroup => Self::NoSuchGroup,
            Refusal::DeadInvite => Self::DeadInvite,
            Refusal::Refused(why) => Self::Refused(why),
            Refusal::Private {
                person,
                code,
                expires_at,
            } => Self::PrivateInvite {
                person,
                code,
                expires_at,
            },
            Refusal::Conflict(why) => Self::Conflict(why),
        }
    }
}

/// The rank of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rank {
    Member,
    Admin,
    /// The creator: cannot be demoted or removed.
    Superadmin,
}

impl Rank {
    fn role(self) -> MemberRole {
        match self {
            Self::Member => MemberRole::Member,
            Self::Admin => MemberRole::Admin,
            Self::Superadmin => MemberRole::Superadmin,
        }
    }
}

/// One person's place in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seat {
    pub(super) person: PersonId,
    pub(super) rank: Rank,
}

/// A request to join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) person: PersonId,
    pub(super) at: EpochMillis,
}

/// A group as the world knows it.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(super) struct GroupRecord {
    pub(super) jid: GroupJid,
    pub(super) subject: String,
    pub(super) description: String,
    pub(super) owner: Option<PersonId>,
    pub(super) announce: bool,
    pub(super) locked: bool,
    pub(super) kind: GroupKind,
    /// The community that the group belongs to.
    pub(super) community: Option<GroupJid>,
    pub(super) invite_by: Audience,
    pub(super) add_by: Audience,
    pub(super) ephemeral_seconds: u32,
    /// Whether joining by link needs an admin's approval.
    pub(super) approval: bool,
    pub(super) created_at: EpochMillis,
    /// Shared between groups that were made alike until one of them changes.
    pub(super) seats: Arc<Vec<Seat>>,
    /// Requests to join, oldest first.
    pub(super) requests: Vec<Request>,
    pub(super) code: InviteCode,
    /// The number of resets of the invite code.
    pub(super) resets: u64,
    /// Whether random activity leaves the group alone, because tests rely on it.
    pub(super) pinned: bool,
}

impl GroupRecord {
    /// A group of its own with no settings switched on, without members.
    pub(super) fn new(
        (jid, code): (GroupJid, InviteCode),
        subject: String,
        created_at: EpochMillis,
    ) -> Self {
        Self {
            jid,
            subject,
            description: String::new(),
            owner: None,
            announce: false,
            locked: false,
            kind: GroupKind::Group,
            community: None,
            invite_by: Audience::Admins,
            add_by: Audience::Admins,
            ephemeral_seconds: 0,
            approval: false,
            created_at,
            seats: Arc::default(),
            requests: Vec::new(),
            code,
            resets: 0,
            pinned: false,
        }
    }

    /// Whether a person has asked to join.
    pub(super) fn is_asked_by(&self, person: PersonId) -> bool {
        self.requests.iter().any(|one| one.person == person)
    }

    pub(super) fn seat(&self, person: PersonId) -> Option<Seat> {
        self.seats
            .iter()
            .copied()
            .find(|seat| seat.person == person)
    }
}

/// A notification to one account.
#[derive(Debug, Clone)]
pub(super) struct Notice {
    pub(super) to: PersonId,
    pub(super) event: GroupEvent,
}

/// All people and groups.
#[derive(Debug)]
pub struct Rules {
    pub(super) seed: u64,
    pub(super) clock: Clock,
    pub(super) people: People,
    pub(super) groups: Vec<GroupRecord>,
    by_jid: HashMap<GroupJid, usize>,
    by_code: HashMap<InviteCode, usize>,
    /// The groups of each person that is the account of a session.
    accounts: BTreeMap<PersonId, BTreeSet<usize>>,
    outbox: Vec<Notice>,
    /// Groups whose description WhatsApp does not let anybody change any more.
    frozen: BTreeSet<usize>,
    /// People who do not let others add them to groups.
    private: BTreeSet<PersonId>,
    made: u64,
}

impl Rules {
    pub(super) fn new(seed: u64, clock: Clock, people: People) -> Self {
        Self {
            seed,
            clock,
            people,
            groups: Vec::new(),
            by_jid: HashMap::new(),
            by_code: HashMap::new(),
            accounts: BTreeMap::new(),
            frozen: BTreeSet::new(),
            outbox: Vec::new(),
            private: BTreeSet::new(),
            made: 0,
        }
    }

    // ---- building --------------------------------------------------------------------------

    /// Makes `person` the account of a session: its groups are indexed and it is notified of
    /// changes.
    pub(super) fn open_account(&mut self, person: PersonId) {
        let groups = self
            .groups
            .iter()
            .enumerate()
            .filter(|(_, group)| group.seat(person).is_some())
            .map(|(index, _)| index)
            .collect();
        self.accounts.entry(person).or_insert(groups);
    }

    pub(super) fn reserve(&mut self, groups: usize) {
        self.groups.reserve(groups);
        self.by_jid.reserve(groups);
        self.by_code.reserve(groups);
    }

    /// Inserts a group without notifications.
    pub(super) fn insert(&mut self, group: GroupRecord) -> usize {
        let index = self.groups.len();
        self.by_jid.insert(group.jid.clone(), index);
        self.by_code.insert(group.code.clone(), index);
        for seat in group.seats.iter() {
            if let Some(groups) = self.accounts.get_mut(&seat.person) {
                groups.insert(index);
            }
        }
        self.groups.push(group);
        index
    }

    /// The ids of a new group: an unused JID (one digit longer than real ones).
    pub(super) fn new_group_ids(&mut self) -> (GroupJid, InviteCode) {
        loop {
            self.made += 1;
            let user = Rng::of(self.seed, "group", self.made).digits(13);
            if let Ok(jid) = GroupJid::parse(&format!("120363{user}@g.us"))
                && !self.by_jid.contains_key(&jid)
                && let Some(code) = self.code("invite", self.made)
            {
                return (jid, code);
            }
        }
    }

    /// The next invite code of a group: its own stream, whatever happens to other groups.
    fn reset_code(&self, index: usize) -> Option<InviteCode> {
        let group = u64::try_from(index).ok()?;
        self.code("reset invite", (group << 32) | self.groups[index].resets)
    }

    fn code(&self, what: &str, which: u64) -> Option<InviteCode> {
        InviteCode::parse(&Rng::of(self.seed, what, which).base62(22)).ok()
    }

    pub(super) fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.outbox)
    }

    /// The world's time.
    #[must_use]
    pub fn now(&self) -> EpochMillis {
        self.clock.now()
    }

    // ---- finding ---------------------------------------------------------------------------

    pub(super) fn find(&self, group: &GroupJid) -> Result<usize, Refusal> {
        self.by_jid.get(group).copied().ok_or(Refusal::NoSuchGroup)
    }

    pub(super) fn find_code(&self, code: &InviteCode) -> Option<usize> {
        self.by_code.get(code).copied()
    }

    fn as_member(&self, me: PersonId, group: &GroupJid) -> Result<(usize, Rank), Refusal> {
        let index = self.find(group)?;
        let seat = self.groups[index].seat(me).ok_or(Refusal::NotInGroup)?;
        Ok((index, seat.rank))
    }

    fn as_admin(&self, me: PersonId, group: &GroupJid) -> Result<usize, Refusal> {
        match self.as_member(me, group)? {
            (_, Rank::Member) => Err(Refusal::NotAdmin),
            (index, _) => Ok(index),
        }
    }

    pub(super) fn groups_of(&self, account: PersonId) -> impl Iterator<Item = usize> + '_ {
        self.accounts.get(&account).into_iter().flatten().copied()
    }

    /// Whether this person is the account of a session.
    pub(super) fn is_account(&self, person: PersonId) -> bool {
        self.accounts.contains_key(&person)
    }
}
