//! A call to the gateway, with its retries.

use crate::api::{AuditEntry, CreateGroup, CreateSession, EpochMillis, GroupSchedule, PutSchedule};
use crate::client::{AuditFilter, Client, ClientError, Listing, Retry};
use crate::console::effect::{Call, GroupHistory, MemberChange, SessionAction};
use crate::console::failure::CallFailure;
use crate::console::ids::{GroupKey, RequestId};
use crate::console::io::notice::{Notice, now};
use crate::console::msg::{Msg, Pause, Reply};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

/// Entries of a group's history.
const HISTORY_ENTRIES: u32 = 200;

/// A call in flight.
pub(super) struct Caller {
    pub(super) client: Client,
    pub(super) inbox: mpsc::UnboundedSender<Notice>,
    pub(super) read_permits: Arc<Semaphore>,
    pub(super) retry: Retry,
    pub(super) id: RequestId,
    /// The permit of the read that was answered.
    pub(super) permit: Mutex<Option<OwnedSemaphorePermit>>,
}

// A failure goes into the reply as it is, once per call.
#[allow(clippy::result_large_err)]
fn as_failure<T>(outcome: Result<T, ClientError>) -> Result<T, CallFailure> {
    outcome.map_err(CallFailure::from)
}

#[allow(clippy::result_large_err)]
impl Caller {
    /// A read without retries: `update` itself repeats it.
    async fn once<T>(
        &self,
        call: impl Future<Output = Result<T, ClientError>>,
    ) -> Result<T, CallFailure> {
        let permit = self.acquire_permit().await;
        let outcome = call.await;
        self.hold_permit(permit);
        as_failure(outcome)
    }

    async fn acquire_permit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.read_permits).acquire_owned().await.ok()
    }

    fn hold_permit(&self, permit: Option<OwnedSemaphorePermit>) {
        if let Ok(mut kept) = self.permit.lock() {
            *kept = permit;
        }
    }

    /// A read with retries; sends a notice to `update` before each. No permit is held during the pause.
    async fn with_retries<T, F>(&self, mut call: impl FnMut() -> F) -> Result<T, CallFailure>
    where
        F: Future<Output = Result<T, ClientError>>,
    {
        let pause = |error: &ClientError, wait: Duration| {
            let pause = Pause {
                failure: CallFailure::from(error.clone()),
                until: now() + wait.as_millis() as EpochMillis,
            };
            let _ = self.inbox.send(Notice::Msg(Msg::Pause(self.id, pause)));
        };
        let attempt = || {
            let attempt = call();
            async {
                let permit = self.acquire_permit().await;
                let outcome = attempt.await;
                if outcome.is_ok() {
                    self.hold_permit(permit);
                }
                outcome
            }
        };
        as_failure(self.retry.read(pause, attempt).await)
    }

    /// The rows of a listing. How many could not be read is sent first, so that the reply finds it known.
    fn rows<T>(&self, answer: Result<Listing<T>, CallFailure>) -> Result<Vec<T>, CallFailure> {
        let listing = answer?;
        let unreadable = Msg::Unreadable(self.id, listing.unreadable);
        let _ = self.inbox.send(Notice::Msg(unreadable));
        Ok(listing.rows)
    }

    pub(super) async fn perform(&self, call: Call) -> Reply {
        let client = &self.client;
        match call {
            Call::Sessions => Reply::Sessions(self.rows(self.once(client.list_sessions()).await)),
            Call::Ready => Reply::Ready(self.once(client.is_ready()).await),
            Call::Session(session) => Reply::Session(self.once(client.get_session(&session)).await),
            Call::Act { session, action } => Reply::SessionActed(as_failure(match action {
                SessionAction::Start => client.start_session(&session).await,
                SessionAction::Stop => client.stop_session(&session).await,
                SessionAction::Restart => client.restart_session(&session).await,
                SessionAction::Logout => client.logout_session(&session).await,
            })),
            Call::CreateSession { label } => {
                let body = CreateSession {
                    label,
                    start: Some(true),
                    ..CreateSession::default()
                };
                Reply::SessionCreated(as_failure(client.create_session(&body).await))
            }
            Call::DeleteSession(session) => {
                Reply::SessionDeleted(as_failure(client.delete_session(&session).await))
            }
            Call::RenameSession { session, label } => {
                Reply::SessionRenamed(as_failure(client.rename_session(&session, &label).await))
            }
            Call::PairingQr(session) => Reply::PairingQr(self.once(client.qr(&session)).await),
            Call::PairingCode { session, phone } => {
                Reply::PairingCode(as_failure(client.pairing_code(&session, &phone).await))
            }
            Call::Passkey(session) => Reply::Passkey(self.once(client.passkey(&session)).await),
            Call::AnswerPasskey { session, answer } => {
                Reply::PasskeyAnswered(as_failure(client.answer_passkey(&session, &answer).await))
            }
            Call::Groups { session } => {
                Reply::Groups(self.rows(self.with_retries(|| client.list_groups(&session)).await))
            }
            Call::Group(group) => Reply::Group(
                self.with_retries(|| client.get_group(&group.session, &group.jid))
                    .await,
            ),
            Call::Members(group) => Reply::Members(
                self.rows(
                    self.with_retries(|| client.members(&group.session, &group.jid))
                        .await,
                ),
            ),
            Call::FindMembers(query) => {
                Reply::FoundMembers(self.rows(self.once(client.find_members(&query)).await))
            }
            Call::History(group) => Reply::History(self.once(history(client, &group.jid)).await),
            Call::Invite(group) => Reply::Invite(
                self.once(client.invite(&group.session, &group.jid))
                    .await
                    .map(|link| link.invite),
            ),
            Call::Requests(group) => Reply::Requests(
                self.once(client.membership_requests(&group.session, &group.jid))
                    .await
                    .map(|list| list.data),
            ),
            Call::AllRequests => {
                Reply::AllRequests(self.rows(self.once(client.all_requests()).await))
            }
            Call::Settle {
                group,
                person,
                approve,
            } => {
                let (session, jid) = (&group.session, &group.jid);
                let sent = if approve {
                    client.approve_request(session, jid, &person).await
                } else {
                    client.reject_request(session, jid, &person).await
                };
                Reply::Settled(as_failure(sent))
            }
            Call::Preview { session, code } => {
                Reply::Preview(self.once(client.preview(&session, &code)).await)
            }
            Call::ResetInvite(group) => Reply::InviteReset(as_failure(
                client
                    .reset_invite(&group.session, &group.jid)
                    .await
                    .map(|link| link.invite),
            )),
            Call::ChangeMembers {
                group,
                change,
                members,
            } => Reply::MembersChanged(as_failure(
                change_members(client, &group, change, &members).await,
            )),
            Call::CreateGroup {
                session,
                name,
                members,
            } => {
                let group = CreateGroup {
                    name,
                    participants: members,
                };
                Reply::GroupCreated(as_failure(client.create_group(&session, &group).await))
            }
            Call::JoinGroup { session, code } => {
                Reply::GroupJoined(as_failure(client.join(&session, &code).await))
            }
            Call::LeaveGroup(group) => {
                Reply::GroupLeft(as_failure(client.leave(&group.session, &group.jid).await))
            }
            Call::Schedule(group) => {
                Reply::Schedule(self.once(client.schedule(&group.session, &group.jid)).await)
            }
            Call::SetSchedule { group, schedule } => {
                Reply::ScheduleSet(as_failure(set_schedule(client, &group, schedule).await))
            }
            Call::Update { group, patch } => Reply::Updated(as_failure(
                client
                    .update_settings(&group.session, &group.jid, &patch)
                    .await,
            )),
        }
    }
}

/// Adds all of them, or changes one after the other.
async fn change_members(
    client: &Client,
    group: &GroupKey,
    change: MemberChange,
    members: &[String],
) -> Result<(), ClientError> {
    let (session, jid) = (&group.session, &group.jid);
    if change == MemberChange::Add {
        return client.add_members(session, jid, members).await;
    }
    for member in members {
        match change {
            MemberChange::Promote => client.promote_member(session, jid, member).await?,
            MemberChange::Demote => client.demote_member(session, jid, member).await?,
            MemberChange::Add | MemberChange::Remove => {
                client.remove_member(session, jid, member).await?;
            }
        }
    }
    Ok(())
}

/// Sets or removes the opening hours of a group; returns them as they are then.
async fn set_schedule(
    client: &Client,
    group: &GroupKey,
    schedule: Option<PutSchedule>,
) -> Result<GroupSchedule, ClientError> {
    let (session, jid) = (&group.session, &group.jid);
    if let Some(schedule) = schedule {
        return client.set_schedule(session, jid, &schedule).await;
    }
    client.clear_schedule(session, jid).await?;
    Ok(GroupSchedule::default())
}

/// What the audit log holds about a group, and the labels of keys: without them the ids are shown.
async fn history(client: &Client, jid: &str) -> Result<GroupHistory, ClientError> {
    let filter = AuditFilter {
        group: Some(jid.to_owned()),
        limit: Some(HISTORY_ENTRIES),
        ..AuditFilter::default()
    };
    let mut page = client.audit(&filter).await?;
    // A gateway may ignore the limit.
    let most = HISTORY_ENTRIES as usize;
    let more = !page.next_cursor.is_empty() || page.rows.len() > most;
    page.rows.truncate(most);
    let is_key = |entry: &AuditEntry| entry.actor.starts_with("key:");
    let keys = if page.rows.iter().any(is_key) {
        client.list_keys().await.map(|keys| keys.rows)
    } else {
        Ok(Vec::new())
    };
    let labels = keys.unwrap_or_default().into_iter();
    Ok(GroupHistory {
        entries: page.rows,
        labels: labels
            .filter_map(|key| Some((key.id, key.label?)))
            .collect(),
        more,
    })
}
