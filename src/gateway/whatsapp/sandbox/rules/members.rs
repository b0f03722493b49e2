//! Changing members, with one outcome per person.

use super::groups::full;
use super::{GROUP_MAX, PersonId, Rank, Refusal, Request, Rules};
use crate::api::{Audience, JoinedVia, RequestOutcome};
use crate::gateway::domain::{GroupJid, MemberJid};
use crate::gateway::whatsapp::error::PRIVATE;
use crate::gateway::whatsapp::{GroupChange, MemberChange, MembershipRequest};

/// How long an invite for one person is valid; nobody has measured it.
const PRIVATE_SECONDS: i64 = 3 * 24 * 60 * 60;

impl Rules {
    /// Makes a member an admin without a notification, as an admin of its community does.
    ///
    /// # Errors
    /// Unknown group, or not a member.
    pub fn promote_silently(
        &mut self,
        group: &GroupJid,
        member: &MemberJid,
    ) -> Result<(), Refusal> {
        let index = self.find(group)?;
        let person = self.people.find(member).ok_or(Refusal::NotInGroup)?;
        let told = self.outbox.len();
        self.re_rank(index, None, &[person], Rank::Admin);
        self.outbox.truncate(told);
        Ok(())
    }

    /// Lets nobody add this person to groups any more.
    pub fn make_private(&mut self, member: &MemberJid) {
        self.private.extend(self.people.find(member));
    }

    fn private_invite(&self, index: usize, person: PersonId, jid: &MemberJid) -> Refusal {
        let group = u64::try_from(index).unwrap_or_default();
        match self.code("private invite", (group << 32) | u64::from(person.0)) {
            Some(code) => Refusal::Private {
                person: jid.clone(),
                code,
                // Whole seconds, as on the wire.
                expires_at: (self.now() / 1000 + PRIVATE_SECONDS) * 1000,
            },
            None => Refusal::Refused(PRIVATE.to_owned()),
        }
    }

    /// Changes members independently of each other.
    ///
    /// # Errors
    /// Unknown group, not a member, or not an admin; then no member was changed.
    pub fn change_members(
        &mut self,
        me: PersonId,
        group: &GroupJid,
        change: MemberChange,
        members: &[MemberJid],
    ) -> Result<Vec<Result<(), Refusal>>, Refusal> {
        let index = match self.as_member(me, group)? {
            (index, Rank::Member)
                if change == MemberChange::Add
                    && self.groups[index].add_by == Audience::Members =>
            {
                index
            }
            (_, Rank::Member) => return Err(Refusal::NotAdmin),
            (index, _) => index,
        };
        let mut accepted = Vec::new();
        let outcomes = members
            .iter()
            .map(|jid| {
                let person = self.judge(index, me, change, jid, &accepted)?;
                accepted.extend(person.filter(|person| !accepted.contains(person)));
                Ok(())
            })
            .collect();
        self.apply_members(index, Some(me), change, &accepted);
        Ok(outcomes)
    }

    /// Requests to join, oldest first.
    ///
    /// # Errors
    /// Unknown group, not in it, or not an admin.
    pub fn membership_requests(
        &self,
        me: PersonId,
        group: &GroupJid,
    ) -> Result<Vec<MembershipRequest>, Refusal> {
        let index = self.as_admin(me, group)?;
        let requests = self.groups[index].requests.iter();
        Ok(requests.map(|one| self.described(*one)).collect())
    }

    fn described(&self, request: Request) -> MembershipRequest {
        MembershipRequest {
            person: self.people.lid(request.person).clone(),
            phone: self.people.phone(request.person),
            // Whole seconds, as on the wire.
            at: Some(request.at / 1000 * 1000),
        }
    }

    /// A person asks to join a group that asks its admins. Asking again changes nothing.
    pub(crate) fn ask(&mut self, index: usize, person: PersonId) {
        if self.groups[index].is_asked_by(person) {
            return;
        }
        let request = Request {
            person,
            at: self.now(),
        };
        self.groups[index].requests.push(request);
        let asked = GroupChange::Asked(vec![self.described(request)]);
        self.tell_admins(index, Some(person), &asked);
    }

    /// Requests end without the people coming in. The admins are notified.
    pub(crate) fn drop_requests(
        &mut self,
        index: usize,
        by: Option<PersonId>,
        people: &[PersonId],
        outcome: &RequestOutcome,
    ) {
        let requests = &mut self.groups[index].requests;
        let before = requests.len();
        requests.retain(|one| !people.contains(&one.person));
        if requests.len() < before {
            let settled = GroupChange::Settled(self.lids(people), outcome.clone());
            self.tell_admins(index, by, &settled);
        }
    }

    /// Carries a change out for people for whom it was found to be right.
    pub(crate) fn apply_members(
        &mut self,
        index: usize,
        by: Option<PersonId>,
        change: MemberChange,
        people: &[PersonId],
    ) {
        match change {
            MemberChange::Add => self.bring_in(index, by, people, JoinedVia::Added),
            // The request was made by the link; the notification does not name approval.
            MemberChange::Approve => self.bring_in(index, by, people, JoinedVia::Link),
            MemberChange::Remove => self.put_out(index, by, people),
            MemberChange::Promote => self.re_rank(index, by, people, Rank::Admin),
            MemberChange::Demote => self.re_rank(index, by, people, Rank::Member),
            MemberChange::Reject => {
                self.drop_requests(index, by, people, &RequestOutcome::Rejected);
            }
        }
    }

    /// The affected person; `None` when nothing changes.
    fn judge(
        &self,
        index: usize,
        me: PersonId,
        change: MemberChange,
        jid: &MemberJid,
        accepted: &[PersonId],
    ) -> Result<Option<PersonId>, Refusal> {
        let group = &self.groups[index];
        let person = self.people.find(jid);
        let seat = person.and_then(|person| group.seat(person));
        let refuse = |why: &str| Err(Refusal::Refused(why.to_owned()));
        match (change, person, seat) {
            (MemberChange::Add, None, _) => refuse("this number is not on WhatsApp"),
            (MemberChange::Add, _, Some(_)) => Err(Refusal::Conflict(
                "already a member of this group".to_owned(),
            )),
            (MemberChange::Add, Some(person), None) if self.private.contains(&person) => {
                Err(self.private_invite(index, person, jid))
            }
            (MemberChange::Add, Some(person), None) => {
                let more = usize::from(!accepted.contains(&person));
                if group.seats.len() + accepted.len() + more > GROUP_MAX {
                    return Err(full());
                }
                Ok(Some(person))
            }
            (MemberChange::Remove, _, None) => Ok(None),
            (MemberChange::Remove, _, Some(seat)) if seat.person == me => {
                refuse("an account cannot remove itself; it can leave the group")
            }
            (MemberChange::Remove, _, Some(seat)) if seat.rank == Rank::Superadmin => {
                refuse("the creator of the group cannot be removed")
            }
            (MemberChange::Promote | MemberChange::Demote, _, None) => {
                refuse("not a member of this group")
            }
            (MemberChange::Demote, _, Some(seat)) if seat.rank == Rank::Superadmin => {
                refuse("the creator of the group cannot be demoted")
            }
            (MemberChange::Approve, Some(person), None) if group.is_asked_by(person) => {
                if group.seats.len() + accepted.len() >= GROUP_MAX {
                    return Err(full());
                }
                Ok(Some(person))
            }
            (MemberChange::Reject, Some(person), _) if group.is_asked_by(person) => {
                Ok(Some(person))
            }
            (MemberChange::Approve | MemberChange::Reject, ..) => {
                refuse("there is no request of this person to join")
            }
            (MemberChange::Remove | MemberChange::Promote | MemberChange::Demote, ..) => Ok(person),
        }
    }
}
