//! Changing groups: live calls that are stored, published and recorded before they are answered.

use super::audit::AuditDraft;
use super::{Engine, OwnedSession};
use crate::api::{
    AuditAction, DESCRIPTION_MAX, Group, GroupInfo, InviteLink, JoinedVia, PartialUpdate,
    RequestOutcome, SUBJECT_MAX, Setting, SettingField, SettingsPatch, check_subject,
};
use crate::gateway::auth::Caller;
use crate::gateway::budget::BudgetKind;
use crate::gateway::clock;
use crate::gateway::domain::{GroupJid, InviteCode, MemberJid};
use crate::gateway::error::Error;
use crate::gateway::session::Turn;
use crate::gateway::store::{Store, StoreError, Write, changes};
use crate::gateway::whatsapp::{GroupChange, GroupEvent, GroupSnapshot, JoinOutcome, MemberChange};
use crate::text::MORE;
use serde_json::{Value, json};

impl Engine {
    /// Applies a patch, one WhatsApp operation per field, in the order of
    /// [`SettingsPatch::into_settings`]. Every applied field is stored and published at once.
    ///
    /// # Errors
    /// The session is not connected; or [`Error::Partial`] with the first failure, also when it was
    /// the first field.
    pub async fn update_group(
        &self,
        caller: &Caller,
        session: &OwnedSession,
        group: &GroupJid,
        patch: SettingsPatch,
    ) -> Result<(), Error> {
        let mut record = AuditDraft::of_group(caller, AuditAction::GroupUpdate, session, group);
        let (store, session, group) = (self.inner.store.clone(), session.clone(), group.clone());
        self.detached(async move {
            let settings = patch.into_settings();
            record.new = Some(settings.iter().map(new_value).collect());
            let outcome = apply(&store, &session, &group, settings, &mut record).await;
            let progress = match &outcome {
                Err(Error::Partial { progress, .. }) => json!(progress),
                Err(Error::NotStored {
                    applied,
                    not_attempted,
                    ..
                }) => json!({ "applied": applied, "notAttempted": not_attempted }),
                _ => Value::Null,
            };
            if let (Some(Value::Object(new)), Value::Object(progress)) = (&mut record.new, progress)
            {
                // The entry records the progress beside the request.
                new.extend(progress);
            }
            record.finish(&store, outcome).await
        })
        .await
    }

    /// Cancels the invite link and returns the new one.
    ///
    /// # Errors
    /// The driver's.
    pub async fn reset_invite(
        &self,
        caller: &Caller,
        session: &OwnedSession,
        group: &GroupJid,
    ) -> Result<InviteLink, Error> {
        let mut record = AuditDraft::of_group(caller, AuditAction::InviteReset, session, group);
        let (store, session, group) = (self.inner.store.clone(), session.clone(), group.clone());
        self.detached(async move {
            let handle = &session.handle;
            let outcome = async {
                let turn = session.turn_to_change(&store, 1).await?;
                let _held = turn.hold(Some(&group));
                let query = handle.driver.reset_invite(&group);
                let code = turn.spend(BudgetKind::Reset, 1, query).await?;
                handle.expect_reset_echo(&group, &code);
                record.note_applied("invite");
                let change = GroupChange::InviteReset(Some(code.clone()));
                let job = own_change(&turn, &group, change);
                record.commit_with(&store, None, job).await?;
                Ok(link(&code))
            }
            .await;
            record.finish(&store, outcome).await
        })
        .await
    }

    /// Creates a group with the account as its superadmin.
    ///
    /// # Errors
    /// Validation of `name`; the driver's.
    pub async fn create_group(
        &self,
        caller: &Caller,
        session: &OwnedSession,
        subject: &str,
        participants: Vec<MemberJid>,
    ) -> Result<GroupInfo, Error> {
        let subject = check_subject(subject).map_err(|fault| Error::field("name", fault))?;
        let mut record = AuditDraft::of_session(caller, AuditAction::GroupCreate, session);
        record.new = Some(json!({
            "subject": subject,
            "participants": words(&participants),
        }));
        let (store, session) = (self.inner.store.clone(), session.clone());
        self.detached(async move {
            let outcome = async {
                let turn = session.turn_to_change(&store, 1).await?;
                let _held = turn.hold(None);
                let query = turn.session.driver.create(&subject, &participants);
                let snapshot = turn.spend(BudgetKind::Create, 1, query).await?;
                record.note_applied("create");
                let info = info(&snapshot);
                record.group = Some(info.group_jid.clone());
                let nothing = None::<fn(&mut Write<'_>) -> Result<(), StoreError>>;
                store_with(&turn, &store, snapshot, nothing, &mut record, None).await?;
                Ok(info)
            }
            .await;
            record.finish(&store, outcome).await
        })
        .await
    }

    /// Joins by invite code, or asks to where an admin has to approve. Already a member, or waiting already:
    /// the same answer.
    ///
    /// # Errors
    /// The driver's.
    pub async fn join(
        &self,
        caller: &Caller,
        session: &OwnedSession,
        code: &InviteCode,
    ) -> Result<JoinOutcome, Error> {
        let mut record = AuditDraft::of_session(caller, AuditAction::GroupJoin, session);
        let (store, session, code) = (self.inner.store.clone(), session.clone(), code.clone());
        self.detached(async move {
            let outcome = async {
                let turn = session.turn_to_change(&store, 1).await?;
                let _held = turn.hold(None);
                let query = turn.session.driver.join(&code);
                let outcome = turn.spend(BudgetKind::Join, 1, query).await?;
                record.note_applied("join");
                match &outcome {
                    JoinOutcome::Joined(group) => {
                        record.group = Some(group.to_string());
                        let mark = |group: &mut GroupSnapshot| {
                            group.set_own_via(Some(JoinedVia::Link));
                        };
                        refresh(&turn, &store, group, mark, None, &mut record, None).await?;
                    }
                    JoinOutcome::Pending(group) => {
                        record.group = Some(group.to_string());
                        record.new = Some(json!({ "pending": true }));
                    }
                }
                Ok(outcome)
            }
            .await;
            record.finish(&store, outcome).await
        })
        .await
    }

    /// # Errors
    /// The driver's.
    pub async fn leave(
        &self,
        caller: &Caller,
        session: &OwnedSession,
        group: &GroupJid,
    ) -> Result<(), Error> {
        let mut record = AuditDraft::of_group(caller, AuditAction::GroupLeave, session, group);
        let (store, session, group) = (self.inner.store.clone(), session.clone(), group.clone());
        self.detached(async move {
            let outcome = async {
                let turn = session.turn_to_change(&store, 1).await?;
                let _held = turn.hold(Some(&group));
                turn.ask(turn.session.driver.leave(&group)).await?;
                record.note_applied("leave");
                let job = own_change(&turn, &group, GroupChange::Exited);
                record.commit_with(&store, None, job).await
            }
            .await;
            record.finish(&store, outcome).await
        })
        .await
    }

    /// Adds, removes, promotes or demotes members, approves or rejects requests to join.
    ///
    /// # Errors
    /// The driver's for the call as a whole, or for the only member named; [`Error::Members`] when
    /// several were named and some were refused.
    pub async fn change_members(
        &self,
        caller: &Caller,
        session: &OwnedSession,
        group: &GroupJid,
        change: MemberChange,
        members: Vec<MemberJid>,
    ) -> Result<(), Error> {
        if members.is_empty() {
            return Err(Error::field(
                "participants",
                "must name at least one member",
            ));
        }
        let most = session.handle.budget.most(BudgetKind::Add);
        if let Some(most) =
            most.filter(|most| change == MemberChange::Add && members.len() > *most as usize)
        {
            return Err(Error::field(
                "participants",
                format!("must name at most {most}: a session may add {most} people an hour"),
            ));
        }
        let action = match change {
            MemberChange::Add => AuditAction::MembersAdd,
            MemberChange::Remove => AuditAction::MembersRemove,
            MemberChange::Promote => AuditAction::MembersPromote,
            MemberChange::Demote => AuditAction::MembersDemote,
            MemberChange::Approve => AuditAction::MembersApprove,
            MemberChange::Reject => AuditAction::MembersReject,
        };
        let mut record = AuditDraft::of_group(caller, action, session, group);
        let (store, session, group) = (self.inner.store.clone(), session.clone(), group.clone());
        self.detached(async move {
            record.new = Some(json!({ "participants": words(&members) }));
            let outcome = change_them(&store, &session, &group, change, members, &mut record).await;
            record.finish(&store, outcome).await
        })
        .await
    }
}

async fn apply(
    store: &Store,
    session: &OwnedSession,
    group: &GroupJid,
    settings: Vec<Setting>,
    record: &mut AuditDraft,
) -> Result<(), Error> {
    let turn = session.turn_to_change(store, settings.len()).await?;
    let _held = turn.hold(Some(group));
    // In the turn: what a change before this one left is what this one finds.
    record.old = stored_values(store, session, group, &settings).await?;
    let fields: Vec<SettingField> = settings.iter().map(Setting::field).collect();
    for (index, setting) in settings.into_iter().enumerate() {
        if let Err(source) = turn.ask(turn.session.driver.set(group, &setting)).await {
            return Err(Error::Partial {
                progress: PartialUpdate {
                    applied: fields[..index].to_vec(),
                    failed: fields[index],
                    not_attempted: fields[index + 1..].to_vec(),
                },
                source,
            });
        }
        record.note_applied(fields[index].as_str());
        let job = own_change(&turn, group, GroupChange::Setting(setting));
        if index + 1 == fields.len() {
            record.commit_with(store, None, job).await?;
        } else if let Err(cause) = store.write(job).await {
            return Err(record.not_stored(cause, fields[index + 1..].to_vec()));
        }
    }
    Ok(())
}

async fn change_them(
    store: &Store,
    session: &OwnedSession,
    group: &GroupJid,
    change: MemberChange,
    members: Vec<MemberJid>,
    record: &mut AuditDraft,
) -> Result<(), Error> {
    let turn = session.turn_to_change(store, 1).await?;
    let _held = turn.hold(Some(group));
    let query = turn.session.driver.change_members(group, change, &members);
    let outcomes = match change {
        MemberChange::Add => {
            let outcomes = turn.spend(BudgetKind::Add, members.len(), query).await?;
            turn.note_added(&outcomes);
            outcomes
        }
        _ => turn.ask(query).await?,
    };
    let alone = members.len() == 1;
    let (mut applied, mut failed) = (Vec::new(), Vec::new());
    for (member, outcome) in members.into_iter().zip(outcomes) {
        match outcome {
            Ok(()) => {
                record.note_applied(member.as_str());
                applied.push(member);
            }
            Err(error) => failed.push((member, error)),
        }
    }
    let settled = match change {
        MemberChange::Approve => Some(RequestOutcome::Approved),
        MemberChange::Reject => Some(RequestOutcome::Rejected),
        _ => None,
    }
    .map(|outcome| GroupChange::Settled(applied.clone(), outcome));
    let something = !applied.is_empty();
    let outcome = match failed.pop() {
        None => Ok(()),
        Some((_, error)) if alone => Err(error.into()),
        Some(last) => {
            failed.push(last);
            if let Some(new) = &mut record.new {
                new["applied"] = words(&applied);
            }
            Err(Error::Members {
                applied: applied.clone(),
                failed,
            })
        }
    };
    let refusal = outcome.as_ref().err();
    match settled {
        // Turning people away changes nothing within the group.
        Some(settled) if something && change == MemberChange::Reject => {
            let job = own_change(&turn, group, settled);
            record.commit_with(store, refusal, job).await?;
        }
        settled if something => {
            // Members are named by number or LID; the current state of the group has to be queried.
            let via = match change {
                MemberChange::Add => Some(JoinedVia::Added),
                MemberChange::Approve => Some(JoinedVia::Approved),
                _ => None,
            };
            let mark = |group: &mut GroupSnapshot| set_via(group, &applied, via);
            refresh(&turn, store, group, mark, settled, record, refusal).await?;
        }
        _ => {}
    }
    outcome
}

/// Stores and publishes a change that WhatsApp has just confirmed.
fn own_change(
    turn: &Turn<'_>,
    group: &GroupJid,
    change: GroupChange,
) -> impl FnOnce(&mut Write<'_>) -> Result<(), StoreError> + Send + 'static {
    let scope = turn.session.scope();
    let event = GroupEvent {
        group: group.clone(),
        by: scope.me.clone(),
        at: clock::now(),
        change,
    };
    move |w| changes::apply(w, &scope, &event)
}

/// Sets how people came who were named by LID or by number.
fn set_via(group: &mut GroupSnapshot, people: &[MemberJid], via: Option<JoinedVia>) {
    let Some(via) = via else {
        return;
    };
    for member in &mut group.members {
        let number = member.phone.map(|phone| format!("{phone}@s.whatsapp.net"));
        let is_named = |person: &MemberJid| {
            *person == member.lid || number.as_deref() == Some(person.as_str())
        };
        if people.iter().any(is_named) {
            member.joined_via = Some(via);
        }
    }
}

/// Queries a group, has `mark` add what the answer does not contain, and stores it and the requests that were
/// settled together with the audit entry. The change itself was made, so a failed query is not reported to the
/// caller: the driver's event, or the next sync, updates the group.
async fn refresh(
    turn: &Turn<'_>,
    store: &Store,
    group: &GroupJid,
    mark: impl FnOnce(&mut GroupSnapshot),
    settled: Option<GroupChange>,
    record: &mut AuditDraft,
    refusal: Option<&Error>,
) -> Result<(), Error> {
    let settle = settled.map(|settled| own_change(turn, group, settled));
    match turn.ask(turn.session.driver.group(group)).await {
        Ok(mut snapshot) => {
            mark(&mut snapshot);
            store_with(turn, store, snapshot, settle, record, refusal).await
        }
        Err(error) => {
            tracing::warn!(session = %turn.session.id, %error, "a changed group could not be refreshed");
            match settle {
                Some(settle) => record.commit_with(store, refusal, settle).await,
                None => Ok(()),
            }
        }
    }
}

async fn store_with(
    turn: &Turn<'_>,
    store: &Store,
    snapshot: GroupSnapshot,
    first: Option<impl FnOnce(&mut Write<'_>) -> Result<(), StoreError> + Send + 'static>,
    record: &mut AuditDraft,
    refusal: Option<&Error>,
) -> Result<(), Error> {
    let scope = turn.session.scope();
    let job = move |w: &mut Write<'_>| {
        if let Some(first) = first {
            first(w)?;
        }
        changes::store_snapshot(w, &scope, &snapshot, scope.me.as_ref())?;
        scope.count(w.rows)
    };
    let count = record.commit_with(store, refusal, job).await?;
    turn.session.set_group_count(count);
    Ok(())
}

/// The old values of the patched fields, for the audit log; `None` for a group that is not stored.
async fn stored_values(
    store: &Store,
    session: &OwnedSession,
    group: &GroupJid,
    settings: &[Setting],
) -> Result<Option<Value>, Error> {
    let (organization, id, jid) = (
        session.organization.clone(),
        session.id.clone(),
        group.clone(),
    );
    let stored = store
        .read(move |rows| rows.group(&organization, &id, &jid))
        .await?;
    Ok(stored.map(|stored| {
        settings
            .iter()
            .map(|setting| old_value(&stored, setting.field()))
            .collect()
    }))
}

fn old_value(stored: &Group, field: SettingField) -> (String, Value) {
    let value = match field {
        SettingField::Subject => json!(bounded(stored.subject.as_deref(), SUBJECT_MAX)),
        SettingField::Description => {
            json!(bounded(stored.description.as_deref(), DESCRIPTION_MAX))
        }
        SettingField::Announce => json!(stored.is_announce),
        SettingField::Locked => json!(stored.is_locked),
        SettingField::InviteBy => json!(stored.invite_by),
        SettingField::JoinApproval => json!(stored.join_approval),
        SettingField::AddBy => json!(stored.add_by),
        SettingField::EphemeralSeconds => json!(stored.ephemeral_seconds),
    };
    (field.to_string(), value)
}

/// A stored text of at most so many characters. A longer one ends with [`MORE`], which makes it too long to be
/// sent back by mistake.
fn bounded(text: Option<&str>, most: usize) -> Option<String> {
    let text = text?;
    match text.char_indices().nth(most) {
        Some((end, _)) => Some(format!("{}{MORE}", &text[..end])),
        None => Some(text.to_owned()),
    }
}

fn new_value(setting: &Setting) -> (String, Value) {
    (setting.field().to_string(), setting.value())
}

fn words(members: &[MemberJid]) -> Value {
    members.iter().map(MemberJid::as_str).collect()
}

fn link(code: &InviteCode) -> InviteLink {
    InviteLink {
        invite: code.link(),
    }
}

fn info(group: &GroupSnapshot) -> GroupInfo {
    GroupInfo {
        group_jid: group.jid.to_string(),
        subject: Some(group.subject.clone()),
        description: Some(group.description.clone()),
        owner_jid: group.owner.as_ref().map(ToString::to_string),
        participants: group.members.len().try_into().ok(),
        is_announce: Some(group.announce),
        is_locked: Some(group.locked),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_former_text_is_cut_and_cannot_be_sent_back() {
        let stored = Group {
            description: Some("é".repeat(DESCRIPTION_MAX + 1)),
            subject: Some("Choir".to_owned()),
            ..Group::default()
        };
        let (_, value) = old_value(&stored, SettingField::Description);
        let text = value.as_str().unwrap();
        assert_eq!(text.chars().count(), DESCRIPTION_MAX + 1);
        assert!(crate::api::check_description(text).is_err());
        let (_, value) = old_value(&stored, SettingField::Subject);
        assert_eq!(value, "Choir");
    }
}
