//! Actions of other people: members of a group, and the owner of a session's phone.

use super::rules::{PersonId, Rank, Refusal, Rules};
use super::world::World;
use crate::api::{RequestOutcome, Setting};
use crate::gateway::domain::{GroupJid, InviteCode, MemberJid, SessionId};
use crate::gateway::whatsapp::{JoinOutcome, MemberChange};
use std::sync::Arc;

/// Actions of other people. Group operations are never refused for missing rights: another admin
/// makes them or, in a group without another admin, WhatsApp itself.
#[derive(Debug, Clone, Copy)]
pub struct Phone<'a> {
    world: &'a Arc<World>,
}

impl<'a> Phone<'a> {
    pub(super) fn of(world: &'a Arc<World>) -> Self {
        Self { world }
    }

    /// Another admin changes a setting.
    ///
    /// # Errors
    /// Unknown group or an impossible value.
    pub fn set(self, group: &GroupJid, setting: &Setting) -> Result<(), Refusal> {
        self.world.act(|rules| {
            let index = rules.find(group)?;
            let by = rules.other_admin(index);
            rules.apply_setting(index, by, setting)
        })
    }

    /// Another admin renames the group.
    ///
    /// # Errors
    /// As [`Phone::set`].
    pub fn rename(self, group: &GroupJid, subject: &str) -> Result<(), Refusal> {
        self.set(group, &Setting::Subject(subject.to_owned()))
    }

    /// Another admin resets the invite link.
    ///
    /// # Errors
    /// Unknown group.
    pub fn reset_invite(self, group: &GroupJid) -> Result<InviteCode, Refusal> {
        self.world.act(|rules| {
            let index = rules.find(group)?;
            let by = rules.other_admin(index);
            Ok(rules.apply_reset(index, by))
        })
    }

    /// Another admin adds, removes, promotes or demotes a person, who may be the account of a
    /// session ([`Phone::jid`]). Idempotent.
    ///
    /// # Errors
    /// Unknown group, unknown person, or a promotion or demotion of a non-member.
    pub fn change_member(
        self,
        group: &GroupJid,
        change: MemberChange,
        member: &MemberJid,
    ) -> Result<(), Refusal> {
        self.world.act(|rules| {
            let index = rules.find(group)?;
            let person = rules.people.find(member).ok_or(Refusal::NotInGroup)?;
            let seat = rules.groups[index].seat(person);
            match change {
                MemberChange::Add | MemberChange::Approve if seat.is_some() => return Ok(()),
                MemberChange::Remove if seat.is_none() => return Ok(()),
                MemberChange::Promote | MemberChange::Demote if seat.is_none() => {
                    return Err(Refusal::NotInGroup);
                }
                _ => {}
            }
            let by = rules.other_admin_than(index, Some(person));
            rules.apply_members(index, by, change, &[person]);
            Ok(())
        })
    }

    /// Somebody joins by the link, or asks to where an admin has to approve.
    ///
    /// # Errors
    /// Unknown group or person, or a group that is full.
    pub fn join(self, group: &GroupJid, person: &MemberJid) -> Result<JoinOutcome, Refusal> {
        self.world.act(|rules| {
            let index = rules.find(group)?;
            let person = rules.people.find(person).ok_or(Refusal::NotInGroup)?;
            let code = rules.groups[index].code.clone();
            rules.join(person, &code)
        })
    }

    /// Somebody takes their request to join back.
    ///
    /// # Errors
    /// Unknown group or person.
    pub fn withdraw(self, group: &GroupJid, person: &MemberJid) -> Result<(), Refusal> {
        self.world.act(|rules| {
            let index = rules.find(group)?;
            let person = rules.people.find(person).ok_or(Refusal::NotInGroup)?;
            let outcome = RequestOutcome::Withdrawn;
            rules.drop_requests(index, Some(person), &[person], &outcome);
            Ok(())
        })
    }

    /// A member leaves by themselves.
    ///
    /// # Errors
    /// Unknown group, or not a member.
    pub fn leave(self, group: &GroupJid, member: &MemberJid) -> Result<(), Refusal> {
        self.world.act(|rules| {
            let person = rules.people.find(member).ok_or(Refusal::NotInGroup)?;
            rules.leave(person, group)
        })
    }

    /// The LID of the account that a session is, or was last, linked to.
    #[must_use]
    pub fn jid(self, session: &SessionId) -> Option<MemberJid> {
        let person = self.world.endpoints().get(session)?.owner?;
        Some(self.world.rules().people.lid(person).clone())
    }

    /// The owner of the phone unlinks the session.
    pub fn unlink(self, session: &SessionId) {
        self.world.unlink_by_phone(session);
    }

    /// Another device takes the session's connection over.
    pub fn replace(self, session: &SessionId) {
        self.world.replace(session);
    }

    /// WhatsApp bans the account of a session permanently.
    pub fn ban(self, session: &SessionId) {
        self.world.ban(session);
    }
}

impl Rules {
    /// An admin of the group who is not the account of a session.
    pub(super) fn other_admin(&self, index: usize) -> Option<PersonId> {
        self.other_admin_than(index, None)
    }

    fn other_admin_than(&self, index: usize, not: Option<PersonId>) -> Option<PersonId> {
        self.groups[index]
            .seats
            .iter()
            .filter(|seat| seat.rank != Rank::Member && Some(seat.person) != not)
            .map(|seat| seat.person)
            .find(|person| !self.is_account(*person))
    }
}

impl World {
    /// Actions of other people and of the phones' owners.
    #[must_use]
    pub fn phone(self: &Arc<Self>) -> Phone<'_> {
        Phone::of(self)
    }
}
