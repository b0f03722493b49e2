//! The rules of WhatsApp: who may do what to which group, and who hears of it.
//!
//! Synchronous and without connections, latency or faults: a call names the person who acts and
//! either changes the world or says why not. Whoever must hear of a change is left in the outbox,
//! which the world empties after each action. Every way into the world goes through here.

mod changes;
mod members;
mod people;

pub(super) use people::People;
pub use people::PersonId;

use super::clock::Clock;
use super::dice::Dice;
use crate::api::{EpochMillis, MemberRole, SUBJECT_MAX, Setting, check_description, check_subject};
use crate::gateway::domain::{GroupJid, InviteCode, MemberJid};
use crate::gateway::whatsapp::{
    DriverError, GroupChange, GroupEvent, GroupSnapshot, Identity, Member,
};
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
    /// Against a rule that has no name of its own: a sentence for a person.
    #[error("{0}")]
    Refused(String),
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
            Refusal::Conflict(why) => Self::Conflict(why),
        }
    }
}

impl Refusal {
    fn because(sentence: impl Into<String>) -> Self {
        Self::Refused(sentence.into())
    }
}

/// What a member may do.
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

/// A group as the world knows it.
#[derive(Debug, Clone)]
pub(super) struct GroupRecord {
    pub(super) jid: GroupJid,
    pub(super) subject: String,
    pub(super) description: String,
    pub(super) owner: Option<PersonId>,
    pub(super) announce: bool,
    pub(super) locked: bool,
    /// The community that the group belongs to, which then owns its two switches.
    pub(super) community: Option<String>,
    /// Whether joining by link needs an admin's approval.
    pub(super) approval: bool,
    pub(super) created_at: EpochMillis,
    /// Shared between groups that were made alike until one of them changes.
    pub(super) seats: Arc<Vec<Seat>>,
    /// Who asked to join, in the order of asking.
    pub(super) requests: Vec<PersonId>,
    pub(super) code: InviteCode,
    /// How often the invite code was reset.
    pub(super) resets: u64,
    /// Whether a living world leaves the group alone, because somebody relies on it.
    pub(super) steady: bool,
}

impl GroupRecord {
    pub(super) fn seat(&self, person: PersonId) -> Option<Seat> {
        self.seats
            .iter()
            .copied()
            .find(|seat| seat.person == person)
    }
}

/// Something that one account's phone and linked devices are told.
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
    /// The groups of each person whom a session may speak for.
    accounts: BTreeMap<PersonId, BTreeSet<usize>>,
    outbox: Vec<Notice>,
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
            outbox: Vec::new(),
            made: 0,
        }
    }

    // ---- building --------------------------------------------------------------------------

    /// Makes `person` one whom sessions can speak for: their groups are indexed and they are told of
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

    /// Puts a finished group into the world without telling anybody.
    pub(super) fn insert(&mut self, group: GroupRecord) -> usize {
        let index = self.groups.len();
        self.by_jid.insert(group.jid.clone(), index);
        self.by_code.insert(group.code.clone(), index);
        for (person, groups) in &mut self.accounts {
            if group.seat(*person).is_some() {
                groups.insert(index);
            }
        }
        self.groups.push(group);
        index
    }

    /// The ids of a group that is made now: a JID that nobody has (real ones have a digit less).
    pub(super) fn new_group_ids(&mut self) -> (GroupJid, InviteCode) {
        loop {
            self.made += 1;
            let user = Dice::of(self.seed, "group", self.made).digits(13);
            if let Ok(jid) = GroupJid::parse(&format!("120363{user}@g.us"))
                && !self.by_jid.contains_key(&jid)
                && let Some(code) = self.code_of(self.made, 0)
            {
                return (jid, code);
            }
        }
    }

    fn code_of(&self, which: u64, resets: u64) -> Option<InviteCode> {
        let code = Dice::of(self.seed, "invite", which ^ resets.rotate_left(40)).base62(22);
        InviteCode::parse(&code).ok()
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

    /// Whether a session can speak for this person.
    pub(super) fn is_account(&self, person: PersonId) -> bool {
        self.accounts.contains_key(&person)
    }

    // ---- asking ----------------------------------------------------------------------------

    /// Every group of the account.
    #[must_use]
    pub fn joined_groups(&self, me: PersonId) -> Vec<GroupSnapshot> {
        self.groups_of(me)
            .map(|index| self.snapshot(index, me))
            .collect()
    }

    /// One group.
    ///
    /// # Errors
    /// Unknown, or the account is not in it.
    pub fn group(&self, me: PersonId, group: &GroupJid) -> Result<GroupSnapshot, Refusal> {
        let (index, _) = self.as_member(me, group)?;
        Ok(self.snapshot(index, me))
    }

    pub(super) fn snapshot(&self, index: usize, me: PersonId) -> GroupSnapshot {
        self.seen_by(index, Some(me))
    }

    /// A group as somebody sees it, or nobody in particular.
    pub(super) fn seen_by(&self, index: usize, me: Option<PersonId>) -> GroupSnapshot {
        let group = &self.groups[index];
        GroupSnapshot {
            jid: group.jid.clone(),
            subject: group.subject.clone(),
            description: group.description.clone(),
            owner: group.owner.map(|owner| self.people.lid(owner).clone()),
            announce: group.announce,
            locked: group.locked,
            created_at: Some(group.created_at),
            members: group
                .seats
                .iter()
                .map(|seat| Member {
                    lid: self.people.lid(seat.person).clone(),
                    role: seat.rank.role(),
                    is_me: Some(seat.person) == me,
                })
                .collect(),
        }
    }

    /// Who the account is.
    #[must_use]
    pub fn identity(&self, me: PersonId) -> Identity {
        self.people.identity(me)
    }

    /// The current invite code.
    ///
    /// # Errors
    /// Unknown group, not in it, or not an admin.
    pub fn invite(&self, me: PersonId, group: &GroupJid) -> Result<InviteCode, Refusal> {
        let index = self.as_admin(me, group)?;
        Ok(self.groups[index].code.clone())
    }

    // ---- acting ----------------------------------------------------------------------------

    /// Changes one setting. A switch needs an admin; subject and description need one only while the
    /// group is locked.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub fn set(
        &mut self,
        me: PersonId,
        group: &GroupJid,
        setting: &Setting,
    ) -> Result<(), Refusal> {
        let (index, rank) = self.as_member(me, group)?;
        let record = &self.groups[index];
        let is_switch = matches!(setting, Setting::Announce(_) | Setting::Locked(_));
        if rank == Rank::Member && (is_switch || record.locked) {
            return Err(Refusal::NotAdmin);
        }
        if is_switch && let Some(community) = &record.community {
            return Err(Refusal::Refused(format!(
                "this group's permissions belong to its community \"{community}\"; change them there"
            )));
        }
        self.apply_setting(index, Some(me), setting)
    }

    /// Cancels the invite code; the new one is returned.
    ///
    /// # Errors
    /// Unknown group, not in it, or not an admin.
    pub fn reset_invite(&mut self, me: PersonId, group: &GroupJid) -> Result<InviteCode, Refusal> {
        let index = self.as_admin(me, group)?;
        Ok(self.apply_reset(index, Some(me)))
    }

    /// Joins by invite code. A group that asks its admins first only takes the request.
    ///
    /// # Errors
    /// The code is not live, the group is full, or an admin must approve.
    pub fn join(&mut self, me: PersonId, code: &InviteCode) -> Result<GroupJid, Refusal> {
        let index = self.find_code(code).ok_or(Refusal::DeadInvite)?;
        let group = &mut self.groups[index];
        let jid = group.jid.clone();
        if group.seat(me).is_some() {
            return Ok(jid);
        }
        if group.seats.len() >= GROUP_MAX {
            return Err(full());
        }
        if group.approval {
            if !group.requests.contains(&me) {
                group.requests.push(me);
            }
            return Err(Refusal::because(
                "this group asks its admins first: the request was sent and waits for one of them",
            ));
        }
        self.bring_in(index, None, &[me]);
        Ok(jid)
    }

    /// Leaves a group. When nobody is left who could run it, its first member becomes an admin.
    ///
    /// # Errors
    /// Unknown group or not in it.
    pub fn leave(&mut self, me: PersonId, group: &GroupJid) -> Result<(), Refusal> {
        let (index, _) = self.as_member(me, group)?;
        self.put_out(index, Some(me), &[me]);
        Ok(())
    }

    /// Creates a group. As in WhatsApp, people who cannot be added are left out silently.
    ///
    /// # Errors
    /// The subject is not valid or there are too many participants.
    pub fn create(
        &mut self,
        me: PersonId,
        subject: &str,
        participants: &[MemberJid],
    ) -> Result<GroupSnapshot, Refusal> {
        let subject =
            check_subject(subject).map_err(|why| Refusal::Refused(format!("the subject {why}")))?;
        if participants.len() >= GROUP_MAX {
            return Err(full());
        }
        let (jid, code) = self.new_group_ids();
        let index = self.insert(GroupRecord {
            jid,
            subject,
            description: String::new(),
            owner: Some(me),
            announce: false,
            locked: false,
            community: None,
            approval: false,
            created_at: self.now(),
            seats: Arc::new(vec![Seat {
                person: me,
                rank: Rank::Superadmin,
            }]),
            requests: Vec::new(),
            code,
            resets: 0,
            steady: false,
        });
        let mut people = Vec::new();
        for jid in participants {
            if let Some(person) = self.people.find(jid)
                && person != me
                && !people.contains(&person)
            {
                people.push(person);
            }
        }
        self.seat_down(index, &people);
        for person in people.into_iter().chain([me]) {
            let snapshot = self.snapshot(index, person);
            self.tell(
                index,
                person,
                Some(me),
                GroupChange::Entered(Box::new(snapshot)),
            );
        }
        Ok(self.snapshot(index, me))
    }

    /// Who asked to join, for the tests of approvals.
    ///
    /// # Errors
    /// Unknown group.
    pub fn requests(&self, group: &GroupJid) -> Result<Vec<MemberJid>, Refusal> {
        let group = &self.groups[self.find(group)?];
        Ok(group
            .requests
            .iter()
            .map(|person| self.people.lid(*person).clone())
            .collect())
    }
}

fn full() -> Refusal {
    Refusal::Refused(format!(
        "a group can have at most {GROUP_MAX} members, and this one would have more"
    ))
}

fn checked(setting: &Setting) -> Result<Setting, Refusal> {
    match setting {
        Setting::Subject(subject) => check_subject(subject)
            .map(Setting::Subject)
            .map_err(|why| Refusal::Refused(format!("the subject {why}"))),
        Setting::Description(text) => check_description(text)
            .map(Setting::Description)
            .map_err(|why| Refusal::Refused(format!("the description {why}"))),
        switch => Ok(switch.clone()),
    }
}

// The subject limit that the rules enforce is the one that the wire documents.
const _: () = assert!(SUBJECT_MAX == 100);
