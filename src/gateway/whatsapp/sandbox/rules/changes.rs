//! Applying changes that are permitted: the group changes and the accounts in it are notified.

use super::groups::checked;
use super::{GroupRecord, PersonId, Rank, Refusal, Rules, Seat};
use crate::api::{Audience, JoinedVia, Setting};
use crate::gateway::domain::{InviteCode, MemberJid};
use crate::gateway::whatsapp::{GroupChange, GroupEvent, Member};
use std::sync::Arc;

impl Rules {
    /// Applies a setting. A change without effect is not notified.
    pub(crate) fn apply_setting(
        &mut self,
        index: usize,
        by: Option<PersonId>,
        setting: &Setting,
    ) -> Result<(), Refusal> {
        let setting = checked(setting)?;
        let group = &mut self.groups[index];
        let changed = match &setting {
            Setting::Subject(new) => replace(&mut group.subject, new),
            Setting::Description(new) => replace(&mut group.description, new),
            Setting::Announce(new) => replace(&mut group.announce, new),
            Setting::Locked(new) => replace(&mut group.locked, new),
            Setting::InviteBy(new) => replace(&mut group.invite_by, new),
            Setting::JoinApproval(new) => replace(&mut group.approval, new),
            Setting::AddBy(new) => replace(&mut group.add_by, new),
            Setting::EphemeralSeconds(new) => replace(&mut group.ephemeral_seconds, new),
        };
        if changed {
            // Links that members have shared are dead once only admins have the link.
            let is_closed = setting == Setting::InviteBy(Audience::Admins);
            self.tell_all(index, by, &GroupChange::Setting(setting));
            if is_closed {
                self.apply_reset(index, None);
            }
        }
        Ok(())
    }

    /// Replaces the invite code. Only the author's notification carries the new code.
    pub(crate) fn apply_reset(&mut self, index: usize, by: Option<PersonId>) -> InviteCode {
        let Some(code) = self.reset_code(index) else {
            return self.groups[index].code.clone();
        };
        let group = &mut self.groups[index];
        group.resets += 1;
        let old = std::mem::replace(&mut group.code, code.clone());
        self.by_code.remove(&old);
        self.by_code.insert(code.clone(), index);
        for account in self.present(index) {
            let seen = (Some(account) == by).then(|| code.clone());
            self.tell(index, account, by, GroupChange::InviteReset(seen));
        }
        code
    }

    /// Adds people who are not members yet, and notifies the members.
    pub(crate) fn bring_in(
        &mut self,
        index: usize,
        by: Option<PersonId>,
        people: &[PersonId],
        via: JoinedVia,
    ) {
        if people.is_empty() {
            return;
        }
        let present = self.present(index);
        self.seat_down(index, people);
        let joined = people
            .iter()
            .map(|person| Member {
                lid: self.people.lid(*person).clone(),
                role: Rank::Member.role(),
                phone: self.people.phone(*person),
                is_me: false,
                joined_via: Some(via),
            })
            .collect();
        let joined = GroupChange::Joined(joined);
        for account in present {
            self.tell(index, account, by, joined.clone());
        }
        for person in people {
            if self.is_account(*person) {
                let mut snapshot = self.snapshot(index, *person);
                snapshot.set_own_via(Some(via));
                let entered = GroupChange::Entered(Box::new(snapshot));
                self.tell(index, *person, by, entered);
            }
        }
    }

    /// Adds people as plain members, without notifications.
    pub(super) fn seat_down(&mut self, index: usize, people: &[PersonId]) {
        let group = &mut self.groups[index];
        group.requests.retain(|one| !people.contains(&one.person));
        let seats = Arc::make_mut(&mut group.seats);
        for person in people {
            seats.push(Seat {
                person: *person,
                rank: Rank::Member,
            });
            if let Some(groups) = self.accounts.get_mut(person) {
                groups.insert(index);
            }
        }
    }

    /// Removes members and notifies the rest. A group always keeps an admin.
    pub(crate) fn put_out(&mut self, index: usize, by: Option<PersonId>, people: &[PersonId]) {
        if people.is_empty() {
            return;
        }
        let seats = Arc::make_mut(&mut self.groups[index].seats);
        seats.retain(|seat| !people.contains(&seat.person));
        for person in people {
            if let Some(groups) = self.accounts.get_mut(person) {
                groups.remove(&index);
                self.tell(index, *person, by, GroupChange::Exited);
            }
        }
        self.tell_all(index, by, &GroupChange::Left(self.lids(people)));
        let group = &self.groups[index];
        if group.seats.iter().all(|seat| seat.rank == Rank::Member)
            && let Some(heir) = group.seats.first().map(|seat| seat.person)
        {
            self.re_rank(index, None, &[heir], Rank::Admin);
        }
    }

    /// Sets the rank of members; those that have it already are skipped.
    pub(crate) fn re_rank(
        &mut self,
        index: usize,
        by: Option<PersonId>,
        people: &[PersonId],
        rank: Rank,
    ) {
        let mut changed = Vec::new();
        for seat in Arc::make_mut(&mut self.groups[index].seats) {
            let rises = rank != Rank::Member;
            if people.contains(&seat.person) && (seat.rank != Rank::Member) != rises {
                seat.rank = rank;
                changed.push(seat.person);
            }
        }
        if changed.is_empty() {
            return;
        }
        let lids = self.lids(&changed);
        let change = if rank == Rank::Member {
            GroupChange::Demoted(lids)
        } else {
            GroupChange::Promoted(lids)
        };
        self.tell_all(index, by, &change);
    }

    pub(super) fn lids(&self, people: &[PersonId]) -> Vec<MemberJid> {
        people
            .iter()
            .map(|person| self.people.lid(*person).clone())
            .collect()
    }

    /// The accounts that are in the group.
    fn present(&self, index: usize) -> Vec<PersonId> {
        self.accounts
            .iter()
            .filter(|(_, groups)| groups.contains(&index))
            .map(|(account, _)| *account)
            .collect()
    }

    fn tell_all(&mut self, index: usize, by: Option<PersonId>, change: &GroupChange) {
        for account in self.present(index) {
            self.tell(index, account, by, change.clone());
        }
    }

    /// Requests to join are reported to admins only.
    pub(super) fn tell_admins(&mut self, index: usize, by: Option<PersonId>, change: &GroupChange) {
        for account in self.present(index) {
            let seat = self.groups[index].seat(account);
            if seat.is_some_and(|seat| seat.rank != Rank::Member) {
                self.tell(index, account, by, change.clone());
            }
        }
    }

    pub(super) fn tell(
        &mut self,
        index: usize,
        to: PersonId,
        by: Option<PersonId>,
        change: GroupChange,
    ) {
        let GroupRecord { jid, .. } = &self.groups[index];
        let event = GroupEvent {
            group: jid.clone(),
            by: by.map(|person| self.people.lid(person).clone()),
            at: self.now(),
            change,
        };
        self.outbox.push(super::Notice { to, event });
    }
}

fn replace<T: PartialEq + Clone>(slot: &mut T, new: &T) -> bool {
    let changed = slot != new;
    if changed {
        *slot = new.clone();
    }
    changed
}
