//! The live calls: one query each, within the budget and a time limit.

use super::convert::{Naming, group_jid, member_jid, millis, to_group, to_member};
use super::described::{OneGroup, Preview};
use super::description;
use super::every_group::EveryGroup;
use super::refusal::{self, QueryKind};
use super::requests::Requests;
use super::run::Phase;
use super::runtime::guarded;
use super::session::Session;
use super::supervise::probe;
use crate::api::{Audience, Setting, check_description, check_subject};
use crate::gateway::domain::{GroupJid, InviteCode, MemberJid};
use crate::gateway::whatsapp::error::PRIVATE;
use crate::gateway::whatsapp::{
    DriverError, DriverEvent, GroupSnapshot, JoinOutcome, MemberChange, MembershipRequest,
    UnreadGroup,
};
use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use whatsapp_rust::features::{
    GroupCreateOptions, GroupDescription, GroupParticipantOptions, GroupSubject, JoinGroupResult,
    MemberAddMode, MemberLinkMode, MembershipApprovalMode, ParticipantChangeResponse,
};
use whatsapp_rust::wacore::iq::groups::{
    AddRequestInfo, GetGroupInviteInfoIq, GetMembershipRequestsIq,
};
use whatsapp_rust::{Client, ErrorChainExt, Jid};

/// Multiple of the call timeout for the list of all groups, which can be megabytes.
const IMPORT: u32 = 5;
/// Time limit for the query whether the account is in the group.
const FINER: Duration = Duration::from_secs(3);
/// Ping timeout of a connection that did not answer a call.
const PING: Duration = Duration::from_secs(5);

impl Session {
    /// Asks WhatsApp something that costs `price` of the budget.
    pub(super) async fn ask<T, E, F>(
        &self,
        price: u32,
        kind: QueryKind,
        limit: Duration,
        question: impl FnOnce(Arc<Client>) -> F + Send,
    ) -> Result<T, DriverError>
    where
        F: Future<Output = Result<T, E>> + Send,
        E: Error + 'static,
    {
        self.connected()?;
        self.budget.take(price).await?;
        // The connection may have gone while the budget was waited for.
        let (run, client) = self.connected()?;
        let answer = tokio::select! {
            biased;
            answer = tokio::time::timeout(limit, question(Arc::clone(&client))) => answer,
            () = run.until(|phase| *phase != Phase::Connected) => {
                return Err(DriverError::ConnectionLost);
            }
        };
        let Ok(answer) = answer else {
            let guard = Arc::downgrade(&run);
            let probing = async move { probe(&run, &client, PING).await };
            tokio::spawn(guarded(guard, probing));
            return Err(DriverError::Timeout);
        };
        answer.map_err(|error| refusal::of(&error, kind))
    }

    pub(super) fn limit(&self) -> Duration {
        self.live.options.limits.call
    }

    pub(super) async fn list_groups(
        &self,
        found: mpsc::UnboundedSender<GroupSnapshot>,
    ) -> Result<Vec<UnreadGroup>, DriverError> {
        let (run, _) = self.connected()?;
        self.lists.ask()?;
        let begun = run.missed.begin_list();
        let every = EveryGroup {
            me: self.me(),
            found,
        };
        let unread = self
            .ask(
                1,
                QueryKind::Group,
                self.limit() * IMPORT,
                |client| async move { client.execute(every).await },
            )
            .await?;
        self.lists.answered();
        if run.missed.listed(begun) {
            // The list is older than the last reason for it.
            run.tell(DriverEvent::GroupsStale);
        }
        Ok(unread)
    }

    pub(super) async fn group(&self, group: &GroupJid) -> Result<GroupSnapshot, DriverError> {
        self.group_within(group, self.limit()).await
    }

    async fn group_within(
        &self,
        group: &GroupJid,
        limit: Duration,
    ) -> Result<GroupSnapshot, DriverError> {
        let query = OneGroup {
            me: self.me(),
            jid: to_group(group),
        };
        let answer = self
            .ask(1, QueryKind::Group, limit, |client| async move {
                client.execute(query).await
            })
            .await;
        match answer {
            // Only members may look: there is no admin's right to miss here.
            Err(DriverError::NotAdmin) => Err(DriverError::NotInGroup),
            answer => answer?.ok_or_else(unexpected_response),
        }
    }

    pub(super) async fn set(&self, group: &GroupJid, setting: &Setting) -> Result<(), DriverError> {
        let jid = to_group(group);
        let limit = self.limit();
        let refused = |why: &dyn std::fmt::Display| DriverError::Refused(why.to_string());
        let outcome = match setting {
            Setting::Subject(subject) => {
                let subject = check_subject(subject).map_err(|why| refused(&why))?;
                let subject = GroupSubject::new(subject).map_err(|why| refused(&why))?;
                self.ask(1, QueryKind::Group, limit, |client| async move {
                    client.groups().set_subject(jid, subject).await
                })
                .await
            }
            Setting::Description(text) => {
                check_description(text).map_err(|why| refused(&why))?;
                let text = match text.as_str() {
                    "" => None,
                    text => Some(GroupDescription::new(text).map_err(|why| refused(&why))?),
                };
                // Two: the description's current id is read first.
                self.ask(2, QueryKind::Group, limit, |client| async move {
                    description::set(&client, jid, text).await
                })
                .await
            }
            Setting::Announce(on) => {
                let on = *on;
                self.ask(1, QueryKind::Group, limit, |client| async move {
                    client.groups().set_announce(jid, on).await
                })
                .await
            }
            Setting::Locked(on) => {
                let on = *on;
                self.ask(1, QueryKind::Group, limit, |client| async move {
                    client.groups().set_locked(jid, on).await
                })
                .await
            }
            Setting::InviteBy(who) => {
                let mode = match who {
                    Audience::Admins => MemberLinkMode::AdminLink,
                    Audience::Members => MemberLinkMode::AllMemberLink,
                    Audience::Other(_) => return Err(unknown_audience(who)),
                };
                self.ask(1, QueryKind::Group, limit, |client| async move {
                    client.groups().set_member_link_mode(&jid, mode).await
                })
                .await
            }
            Setting::JoinApproval(on) => {
                let mode = if *on {
                    MembershipApprovalMode::On
                } else {
                    MembershipApprovalMode::Off
                };
                self.ask(1, QueryKind::Group, limit, |client| async move {
                    client.groups().set_membership_approval(jid, mode).await
                })
                .await
            }
            Setting::AddBy(who) => {
                let mode = match who {
                    Audience::Admins => MemberAddMode::AdminAdd,
                    Audience::Members => MemberAddMode::AllMemberAdd,
                    Audience::Other(_) => return Err(unknown_audience(who)),
                };
                self.ask(1, QueryKind::Group, limit, |client| async move {
                    client.groups().set_member_add_mode(jid, mode).await
                })
                .await
            }
            Setting::EphemeralSeconds(seconds) => {
                let seconds = *seconds;
                self.ask(1, QueryKind::Group, limit, |client| async move {
                    client.groups().set_ephemeral(jid, seconds).await
                })
                .await
            }
        };
        self.told_apart(group, outcome).await
    }

    /// WhatsApp answers 403 to a change both for a plain member and for a non-member, so the group
    /// list is queried. Without an answer the account counts as a plain member: leaving a group is
    /// normally reported.
    async fn told_apart<T>(
        &self,
        group: &GroupJid,
        outcome: Result<T, DriverError>,
    ) -> Result<T, DriverError> {
        match outcome {
            Err(DriverError::NotInGroup) => {
                // The error is known already, so the more specific one has a short time limit.
                let limit = self.limit().min(FINER);
                let found = self.group_within(group, limit);
                Err(match tokio::time::timeout(FINER, found).await {
                    Ok(Ok(found))
                        if !found.is_partial()
                            && !found.members.iter().any(|member| member.is_me) =>
                    {
                        DriverError::NotInGroup
                    }
                    Ok(Err(error @ (DriverError::NotInGroup | DriverError::NoSuchGroup))) => error,
                    _ => DriverError::NotAdmin,
                })
            }
            outcome => outcome,
        }
    }

    pub(super) async fn invite(
        &self,
        group: &GroupJid,
        reset: bool,
    ) -> Result<InviteCode, DriverError> {
        let jid = to_group(group);
        let link = self
            .ask(1, QueryKind::Group, self.limit(), |client| async move {
                client.groups().get_invite_link(jid, reset).await
            })
            .await;
        let link = self.told_apart(group, link).await?;
        InviteCode::of_link(&link).ok_or_else(unexpected_response)
    }

    pub(super) async fn join(&self, code: &InviteCode) -> Result<JoinOutcome, DriverError> {
        let text = code.as_str().to_owned();
        let outcome = self
            .ask(1, QueryKind::Join, self.limit(), |client| async move {
                match client.groups().join_with_invite_code(&text).await {
                    Err(error) if is_member_already(&error) => {
                        let group = client.execute(GetGroupInviteInfoIq::new(text)).await?;
                        Ok(JoinGroupResult::Joined(group.id))
                    }
                    outcome => outcome,
                }
            })
            .await?;
        let outcome = match outcome {
            JoinGroupResult::Joined(jid) => group_jid(&jid).map(JoinOutcome::Joined),
            JoinGroupResult::PendingApproval(jid) => group_jid(&jid).map(JoinOutcome::Pending),
        };
        outcome.ok_or_else(unexpected_response)
    }

    pub(super) async fn preview(&self, code: &InviteCode) -> Result<GroupSnapshot, DriverError> {
        let query = Preview(GetGroupInviteInfoIq::new(code.as_str().to_owned()));
        let answer = self
            .ask(1, QueryKind::Join, self.limit(), |client| async move {
                client.execute(query).await
            })
            .await;
        answer?.ok_or_else(unexpected_response)
    }

    pub(super) async fn leave(&self, group: &GroupJid) -> Result<(), DriverError> {
        let jid = to_group(group);
        let outcome = self
            .ask(1, QueryKind::Group, self.limit(), |client| async move {
                client.groups().leave(jid).await
            })
            .await;
        match outcome {
            Err(DriverError::NotAdmin) => Err(DriverError::NotInGroup),
            outcome => outcome,
        }
    }

    pub(super) async fn create(
        &self,
        subject: &str,
        participants: &[MemberJid],
    ) -> Result<GroupSnapshot, DriverError> {
        let subject = check_subject(subject)
            .map_err(|why| DriverError::Refused(format!("the subject {why}")))?;
        let participants = participants
            .iter()
            .map(|jid| GroupParticipantOptions::new(to_member(jid)))
            .collect();
        let options = GroupCreateOptions::new(subject).with_participants(participants);
        let answer = self
            .ask(1, QueryKind::Create, self.limit(), |client| async move {
                client.groups().create_group(options).await
            })
            .await?;
        let me = self.me();
        let snapshot = Naming::new(&me).created(answer.metadata);
        snapshot.ok_or_else(unexpected_response)
    }

    pub(super) async fn change_members(
        &self,
        group: &GroupJid,
        change: MemberChange,
        members: &[MemberJid],
    ) -> Result<Vec<Result<(), DriverError>>, DriverError> {
        let me = self.me();
        let people: Vec<Jid> = members.iter().map(to_member).collect();
        let (own, others): (Vec<Jid>, Vec<Jid>) = people
            .iter()
            .cloned()
            .partition(|jid| change == MemberChange::Remove && me.is(jid));
        let answers = if others.is_empty() {
            self.connected()?;
            Vec::new()
        } else {
            let jid = to_group(group);
            let answers = self
                .ask(1, QueryKind::Group, self.limit(), |client| async move {
                    let groups = client.groups();
                    match change {
                        MemberChange::Add => groups.add_participants(jid, &others).await,
                        MemberChange::Remove => groups.remove_participants(jid, &others).await,
                        MemberChange::Promote => groups.promote_participants(jid, &others).await,
                        MemberChange::Demote => groups.demote_participants(jid, &others).await,
                        MemberChange::Approve => {
                            groups.approve_membership_requests(jid, &others).await
                        }
                        MemberChange::Reject => {
                            groups.reject_membership_requests(jid, &others).await
                        }
                    }
                })
                .await;
            self.told_apart(group, answers).await?
        };
        Ok(people
            .iter()
            .map(|jid| {
                if own.contains(jid) {
                    return Err(DriverError::Refused(
                        "an account cannot remove itself; it can leave the group".to_owned(),
                    ));
                }
                outcome_of(change, jid, &answers)
            })
            .collect())
    }

    pub(super) async fn membership_requests(
        &self,
        group: &GroupJid,
    ) -> Result<Vec<MembershipRequest>, DriverError> {
        let jid = to_group(group);
        let answer = self
            .ask(1, QueryKind::Group, self.limit(), |client| async move {
                let query = Requests(GetMembershipRequestsIq::new(&jid));
                client.execute(query).await
            })
            .await;
        self.told_apart(group, answer).await
    }
}

/// The outcome for one person, whom WhatsApp may name by the other JID.
fn outcome_of(
    change: MemberChange,
    asked: &Jid,
    answers: &[ParticipantChangeResponse],
) -> Result<(), DriverError> {
    let same = |jid: &Jid| jid.user == asked.user && jid.is_lid() == asked.is_lid();
    let answer = answers
        .iter()
        .find(|answer| same(&answer.jid) || answer.phone_number.as_ref().is_some_and(same));
    // With one person there is one answer, whatever it calls them.
    let answer = answer.or(match answers {
        [only] => Some(only),
        _ => None,
    });
    match answer {
        Some(answer) => match &answer.error {
            Some(code) => match (change, &answer.add_request) {
                (MemberChange::Add, Some(offer)) => Err(private_invite(asked, offer)),
                _ => refusal::of_member(change, code).map_or(Ok(()), Err),
            },
            None => Ok(()),
        },
        // No entry for a non-member: nothing to remove.
        None if change == MemberChange::Remove => Ok(()),
        None => Err(DriverError::Other {
            code: None,
            message: "WhatsApp did not say what became of this person".to_owned(),
        }),
    }
}

/// WhatsApp does not add the person, and offers an invite for this person alone.
fn private_invite(asked: &Jid, offer: &AddRequestInfo) -> DriverError {
    let code = InviteCode::parse(&offer.code).ok();
    match (member_jid(asked), code, millis(offer.expiration)) {
        (Some(person), Some(code), Some(expires_at)) => DriverError::PrivateInvite {
            person,
            code,
            expires_at,
        },
        _ => DriverError::Refused(PRIVATE.to_owned()),
    }
}

/// 304 and 409: the account is in the group already.
fn is_member_already(error: &(dyn Error + 'static)) -> bool {
    error
        .server_rejection()
        .is_some_and(|rejection| matches!(rejection.code, 304 | 409))
}

fn unknown_audience(who: &Audience) -> DriverError {
    DriverError::Refused(format!(
        "WhatsApp knows no {:?} for this setting",
        who.as_str()
    ))
}

fn unexpected_response() -> DriverError {
    DriverError::Other {
        code: None,
        message: "WhatsApp's answer made no sense".to_owned(),
    }
}
