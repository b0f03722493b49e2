//! Reading and changing groups as an account, members apart.

use super::{GROUP_MAX, GroupRecord, PersonId, Rank, Refusal, Rules, Seat};
use crate::api::{Audience, GroupKind, JoinedVia, Setting, check_description, check_subject};
use crate::gateway::domain::{GroupJid, InviteCode, MemberJid};
use crate::gateway::whatsapp::error::FROZEN_DESCRIPTION;
use crate::gateway::whatsapp::{GroupChange, GroupSnapshot, Identity, JoinOutcome, Member};
use std::sync::Arc;

impl Rules {
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

    pub(crate) fn snapshot(&self, index: usize, me: PersonId) -> GroupSnapshot {
        self.seen_by(index, Some(me))
    }

    /// A group as seen by one account, or by the server.
    pub(crate) fn seen_by(&self, index: usize, me: Option<PersonId>) -> GroupSnapshot {
        let group = &self.groups[index];
        GroupSnapshot {
            jid: group.jid.clone(),
            subject: group.subject.clone(),
            description: group.description.clone(),
            owner: group.owner.map(|owner| self.people.lid(owner).clone()),
            announce: group.announce,
            locked: group.locked,
            created_at: Some(group.created_at),
            kind: group.kind.clone(),
            community: group.community.clone(),
            invite_by: Some(group.invite_by.clone()),
            join_approval: group.approval,
            add_by: Some(group.add_by.clone()),
            ephemeral_seconds: group.ephemeral_seconds,
            size: u32::try_from(group.seats.len()).ok(),
            members: group
                .seats
                .iter()
                .filter(|seat| {
                    // An announcement group lists few of its members.
                    group.kind != GroupKind::Announcements
                        || seat.rank != Rank::Member
                        || Some(seat.person) == me
                })
                .map(|seat| Member {
                    lid: self.people.lid(seat.person).clone(),
                    role: seat.rank.role(),
                    phone: self.people.phone(seat.person),
                    is_me: Some(seat.person) == me,
                    joined_via: None,
                })
                .collect(),
        }
    }

    /// The identity of the account.
    #[must_use]
    pub fn identity(&self, me: PersonId) -> Identity {
        self.people.identity(me)
    }

    /// The current invite code.
    ///
    /// # Errors
    /// Unknown group, not in it, or not an admin while only admins have the link.
    pub fn invite(&self, me: PersonId, group: &GroupJid) -> Result<InviteCode, Refusal> {
        let (index, rank) = self.as_member(me, group)?;
        let group = &self.groups[index];
        if rank == Rank::Member && group.invite_by != Audience::Members {
            return Err(Refusal::NotAdmin);
        }
        Ok(group.code.clone())
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
        let is_switch = !matches!(setting, Setting::Subject(_) | Setting::Description(_));
        if rank == Rank::Member && (is_switch || record.locked) {
            return Err(Refusal::NotAdmin);
        }
        if let Some(why) = record.kind.restriction(setting.field()) {
            return Err(Refusal::Refused(why.to_owned()));
        }
        if matches!(setting, Setting::Description(_)) && self.frozen.contains(&index) {
            return Err(Refusal::Refused(FROZEN_DESCRIPTION.to_owned()));
        }
        self.apply_setting(index, Some(me), setting)
    }

    /// Freezes the description of a group for ever.
    ///
    /// # Errors
    /// Unknown group.
    pub fn freeze_description(&mut self, group: &GroupJid) -> Result<(), Refusal> {
        let index = self.find(group)?;
        self.frozen.insert(index);
        Ok(())
    }

    #[must_use]
    pub fn has_frozen_description(&self, group: &GroupJid) -> bool {
        let index = self.find(group).ok();
        index.is_some_and(|index| self.frozen.contains(&index))
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
    /// The code is not live, or the group is full.
    pub fn join(&mut self, me: PersonId, code: &InviteCode) -> Result<JoinOutcome, Refusal> {
        let index = self.find_code(code).ok_or(Refusal::DeadInvite)?;
        let group = &mut self.groups[index];
        let jid = group.jid.clone();
        if group.seat(me).is_some() {
            return Ok(JoinOutcome::Joined(jid));
        }
        if group.seats.len() >= GROUP_MAX {
            return Err(full());
        }
        if group.approval {
            self.ask(index, me);
            return Ok(JoinOutcome::Pending(jid));
        }
        self.bring_in(index, None, &[me], JoinedVia::Link);
        Ok(JoinOutcome::Joined(jid))
    }

    /// The group that an invite code leads to, without its members.
    ///
    /// # Errors
    /// The code is not live.
    pub fn preview(&self, code: &InviteCode) -> Result<GroupSnapshot, Refusal> {
        let index = self.find_code(code).ok_or(Refusal::DeadInvite)?;
        Ok(GroupSnapshot {
            members: Vec::new(),
            ..self.seen_by(index, None)
        })
    }

    /// Leaves a group. If no admin is left, its first member becomes one.
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
        let ids = self.new_group_ids();
        let index = self.insert(GroupRecord {
            owner: Some(me),
            seats: Arc::new(vec![Seat {
                person: me,
                rank: Rank::Superadmin,
            }]),
            ..GroupRecord::new(ids, subject, self.now())
        });
        let mut people = Vec::new();
        for jid in participants {
            if let Some(person) = self.people.find(jid)
                && person != me
                && !self.private.contains(&person)
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
            .map(|one| self.people.lid(one.person).clone())
            .collect())
    }
}

pub(super) fn full() -> Refusal {
    Refusal::Refused(format!(
        "a group can have at most {GROUP_MAX} members, and this one would have more"
    ))
}

pub(super) fn checked(setting: &Setting) -> Result<Setting, Refusal> {
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
