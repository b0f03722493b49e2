//! Opening hours of groups: setting them, and opening and closing the groups by them.

use super::audit::AuditDraft;
use super::timetable::{Entry, Job, Key, Waiting, key, outcome, plan};
use super::{Engine, Inner, OwnedSession};
use crate::api::{
    AuditAction, Capability, EpochMillis, FieldError, GroupSchedule, PutSchedule, ScheduledGroup,
    SettingsPatch, ZONE_MAX, check_rules,
};
use crate::gateway::auth::{Caller, Lease};
use crate::gateway::domain::{GroupJid, OrganizationId};
use crate::gateway::error::Error;
use crate::gateway::lock::lock;
use crate::gateway::schedule::{Hours, Pause};
use crate::gateway::store::rows::StoredSchedule;
use crate::gateway::whatsapp::DriverError;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::task::JoinHandle;

/// Most schedules of an organization: each is looked at every few seconds.
pub(crate) const SCHEDULES_MAX: usize = 10_000;
/// The actor of changes by a schedule in the audit log.
pub(crate) const ACTOR: &str = "schedule";

/// Opens and closes groups as long as the engine is open.
pub(super) async fn keep(inner: Weak<Inner>) {
    let Some(changed) = inner
        .upgrade()
        .map(|inner| Arc::clone(&inner.schedules.changed))
    else {
        return;
    };
    loop {
        let pause = {
            let Some(inner) = inner.upgrade() else {
                return;
            };
            let engine = Engine { inner };
            if !engine.is_open() {
                return;
            }
            engine.run_schedules();
            engine.inner.schedules.pause()
        };
        // Ends early when a schedule is set.
        let _ = tokio::time::timeout(pause, changed.notified()).await;
    }
}

/// The organization's schedules as a caller.
fn caller(organization: &OrganizationId) -> Caller {
    Caller {
        scope: organization.clone().into(),
        capabilities: std::iter::once(Capability::Send).collect(),
        actor: ACTOR.to_owned(),
        lease: Lease::default(),
        own: true,
    }
}

impl Engine {
    /// Applies what is due, each session in a task of its own.
    pub(super) fn run_schedules(&self) -> Vec<JoinHandle<()>> {
        let sessions = self.all_sessions();
        let is_working = |id: &str| {
            let mut sessions = sessions.iter();
            sessions.any(|session| session.id.as_str() == id && session.require_working().is_ok())
        };
        let jobs = self.inner.schedules.take_due(is_working);
        let spawn = |jobs: Vec<Job>| {
            let engine = self.clone();
            self.inner.tasks.spawn(async move {
                let session = jobs.first().map(|job| job.key.0.clone());
                for job in jobs {
                    if engine.apply_schedule(job).await.is_break() {
                        break;
                    }
                }
                if let Some(session) = session {
                    lock(&engine.inner.schedules.busy).remove(&session);
                }
            })
        };
        jobs.into_iter().map(spawn).collect()
    }

    /// Breaks when the session's other jobs have to wait too.
    async fn apply_schedule(&self, job: Job) -> ControlFlow<()> {
        let schedules = &self.inner.schedules;
        // The schedule may have been changed while others of its session were applied.
        let is_current =
            |entries: &BTreeMap<Key, Entry>| entries.get(&job.key).map(|entry| entry.version);
        if is_current(&lock(&schedules.entries)) != Some(job.version) {
            return ControlFlow::Continue(());
        }
        let applied = self.announce_by_schedule(&job).await;
        let now = schedules.now();
        let word = match &applied {
            Ok(_) => "ok".to_owned(),
            Err(error) => super::audit::word(error),
        };
        let is_postponed = self.pause_after(&job, &applied, &word, now);
        let flow = if is_postponed {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        };
        let changes = schedules.changes.lock().await;
        let row = {
            let mut entries = lock(&schedules.entries);
            let Some(entry) =
                (entries.get_mut(&job.key)).filter(|entry| entry.version == job.version)
            else {
                return flow;
            };
            let Some(plan) = &mut entry.plan else {
                return flow;
            };
            match &applied {
                Ok(_) => plan.done(job.due),
                Err(_) if is_postponed => plan.postpone(),
                Err(error) => {
                    let given_up = plan.refused(job.due, now);
                    tracing::warn!(session = job.key.0, %error, given_up, "opening hours were not applied");
                }
            }
            entry.row.handled_at = plan.handled();
            entry.row.last = Some(outcome(now, job.due, &word));
            entry.row.clone()
        };
        let stored = self.inner.store.write(move |w| w.rows.put_schedule(&row));
        if let Err(error) = stored.await {
            tracing::warn!(%error, "the outcome of opening hours was not stored");
        }
        drop(changes);
        flow
    }

    /// Lets the session pause if the attempt says nothing about the group, and returns whether it does.
    /// An answer of WhatsApp's ends a row of rate limits.
    fn pause_after(
        &self,
        job: &Job,
        applied: &Result<bool, Error>,
        word: &str,
        now: EpochMillis,
    ) -> bool {
        let mut pauses = lock(&self.inner.schedules.pauses);
        let session = &job.key.0;
        let error = match applied {
            // Nothing was sent.
            Ok(false) => return false,
            Ok(true) => {
                pauses.remove(session);
                return false;
            }
            Err(error) => error,
        };
        let former = pauses.get(session).map(|waiting| waiting.pause);
        let pause = match obstacle(error) {
            None => {
                pauses.remove(session);
                return false;
            }
            Some(Obstacle::RateLimit(wait)) => Pause::limited(former, now, wait),
            Some(Obstacle::Wait(wait)) => Pause::new(former, now, wait),
        };
        tracing::info!(
            session,
            word,
            "the opening hours of a session's groups wait"
        );
        let word = word.to_owned();
        pauses.insert(session.clone(), Waiting { pause, word });
        true
    }

    /// Sets announce, unless the stored group has that value. Returns whether it was set.
    async fn announce_by_schedule(&self, job: &Job) -> Result<bool, Error> {
        let caller = caller(&job.row.organization);
        let session = self.find_session(&caller, &job.key.0)?;
        let group = self.get_group(&session, &job.row.group).await?;
        if group.is_announce == Some(job.due.announce) {
            return Ok(false);
        }
        let patch = SettingsPatch {
            announce: Some(job.due.announce),
            ..SettingsPatch::default()
        };
        self.update_group(&caller, &session, &job.row.group, patch)
            .await?;
        Ok(true)
    }

    /// A group's opening hours; without rules where it has none.
    ///
    /// # Errors
    /// The group is not stored; the store.
    pub async fn schedule(
        &self,
        session: &OwnedSession,
        group: &GroupJid,
    ) -> Result<GroupSchedule, Error> {
        self.get_group(session, group).await?;
        let key = (session.id.to_string(), group.to_string());
        Ok(self.inner.schedules.view(&key))
    }

    /// The groups with opening hours in the caller's scope, by session and group.
    ///
    /// # Errors
    /// The engine closes.
    pub fn list_schedules(&self, caller: &Caller) -> Result<Vec<ScheduledGroup>, Error> {
        self.accept()?;
        let schedules = &self.inner.schedules;
        let now = schedules.now();
        let mut entries = lock(&schedules.entries);
        let own = entries
            .iter_mut()
            .filter(|(_, entry)| caller.scope.covers(&entry.row.organization));
        Ok(own
            .map(|((session, group), entry)| ScheduledGroup {
                session_id: session.clone(),
                group_jid: group.clone(),
                schedule: entry.view(now),
            })
            .collect())
    }

    /// Sets a group's opening hours. What they say of now is applied at once, and again when the same
    /// hours are set once more.
    ///
    /// # Errors
    /// Validation of zone and rules; the group is not stored; the organization has
    /// `SCHEDULES_MAX` schedules; the store.
    pub async fn set_schedule(
        &self,
        caller: &Caller,
        session: &OwnedSession,
        group: &GroupJid,
        body: PutSchedule,
    ) -> Result<GroupSchedule, Error> {
        let zone = check(&body)?;
        let mut record = AuditDraft::of_group(caller, AuditAction::ScheduleSet, session, group);
        record.new = Some(json!({ "zone": zone, "rules": body.rules }));
        let row = StoredSchedule {
            organization: session.organization.clone(),
            session: session.id.clone(),
            group: group.clone(),
            zone,
            rules: body.rules,
            handled_at: None,
            last: None,
        };
        let (engine, session, caller) = (self.clone(), session.clone(), caller.clone());
        self.detached(async move {
            let schedules = &engine.inner.schedules;
            let _changes = schedules.changes.lock().await;
            engine.get_group(&session, &row.group).await?;
            let key = key(&row);
            {
                let entries = lock(&schedules.entries);
                if !has_room(&entries, &key, &row.organization) {
                    return Err(too_many());
                }
                let former = entries.get(&key);
                record.old = former.map(|former| value(&former.row));
            }
            let version = schedules.versions.fetch_add(1, Ordering::Relaxed) + 1;
            let plan = Some(plan(&row).ok_or_else(unknown_zone)?);
            let stored = row.clone();
            let written = engine.write_for(&caller, move |w| {
                let is_stored = w.rows.put_schedule(&stored)?;
                if is_stored {
                    record.insert_success(w)?;
                }
                Ok(is_stored)
            });
            if !written.await? {
                return Err(Error::NotFound("session"));
            }
            lock(&schedules.entries).insert(key.clone(), Entry { row, plan, version });
            schedules.changed.notify_one();
            Ok(schedules.view(&key))
        })
        .await
    }

    /// Removes a group's opening hours, if it has any. The group stays as it is.
    ///
    /// # Errors
    /// The group is not stored; the store.
    pub async fn clear_schedule(
        &self,
        caller: &Caller,
        session: &OwnedSession,
        group: &GroupJid,
    ) -> Result<(), Error> {
        let mut record = AuditDraft::of_group(caller, AuditAction::ScheduleClear, session, group);
        let key = (session.id.to_string(), group.to_string());
        let (engine, session, group) = (self.clone(), session.clone(), group.clone());
        let caller = caller.clone();
        self.detached(async move {
            let schedules = &engine.inner.schedules;
            let _changes = schedules.changes.lock().await;
            engine.get_group(&session, &group).await?;
            let former = lock(&schedules.entries)
                .get(&key)
                .map(|entry| value(&entry.row));
            record.old = former;
            let written = engine.write_for(&caller, move |w| {
                let (owner, id) = (&session.organization, &session.id);
                if w.rows.delete_schedule(owner, id, &group)? {
                    record.insert_success(w)?;
                }
                Ok(())
            });
            written.await?;
            lock(&schedules.entries).remove(&key);
            Ok(())
        })
        .await
    }

    /// Drops the schedules of a session that was deleted, which the store has deleted with it.
    pub(super) fn forget_schedules(&self, session: &str) {
        lock(&self.inner.schedules.entries).retain(|(of, _), _| of != session);
        lock(&self.inner.schedules.pauses).remove(session);
    }
}

/// Why an attempt says nothing about the group, and how long to wait: zero where that is not known.
enum Obstacle {
    /// WhatsApp was asked too often.
    RateLimit(Duration),
    /// It was not sent, or its answer was lost.
    Wait(Duration),
}

/// `None` for an answer about the group, and for faults of the gateway that waiting does not mend.
fn obstacle(error: &Error) -> Option<Obstacle> {
    let wait = error.retry_after().unwrap_or_default();
    match error {
        Error::Driver(source) | Error::Partial { source, .. } => match source {
            DriverError::RateLimited { .. } => Some(Obstacle::RateLimit(wait)),
            DriverError::Paced { .. }
            | DriverError::NotConnected
            | DriverError::ConnectionLost
            | DriverError::Timeout => Some(Obstacle::Wait(wait)),
            _ => None,
        },
        Error::NotConnected { .. }
        | Error::Busy
        | Error::TooManyRequests { .. }
        | Error::Budget(_)
        | Error::StoreUnavailable(_)
        | Error::Draining => Some(Obstacle::Wait(wait)),
        _ => None,
    }
}

/// Whether the group has a schedule already, or its organization fewer than [`SCHEDULES_MAX`].
fn has_room(entries: &BTreeMap<Key, Entry>, key: &Key, owner: &OrganizationId) -> bool {
    let of_owner = |entry: &&Entry| entry.row.organization == *owner;
    entries.contains_key(key) || entries.values().filter(of_owner).count() < SCHEDULES_MAX
}

fn value(row: &StoredSchedule) -> Value {
    json!({ "zone": row.zone, "rules": row.rules })
}

/// The zone as IANA spells it.
fn check(body: &PutSchedule) -> Result<String, Error> {
    let mut faults = Vec::new();
    let zone = Some(body.zone.as_str()).filter(|zone| zone.len() <= ZONE_MAX);
    let zone = zone.and_then(Hours::zone).map(|(_, spelled)| spelled);
    if zone.is_none() {
        faults.push(FieldError {
            field: "zone".to_owned(),
            message: NO_ZONE.to_owned(),
        });
    }
    faults.extend(check_rules(&body.rules).err().unwrap_or_default());
    zone.filter(|_| faults.is_empty())
        .ok_or(Error::Validation(faults))
}

const NO_ZONE: &str = "must be an IANA time zone such as Europe/Berlin";

pub(crate) fn unknown_zone() -> Error {
    Error::field("zone", NO_ZONE)
}

/// The error for an organization that has [`SCHEDULES_MAX`] schedules.
pub(crate) fn too_many() -> Error {
    Error::Conflict {
        message: format!("the organization has {SCHEDULES_MAX} groups with opening hours already"),
        reason: None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::timetable::Schedules;
    use super::*;
    use crate::gateway::store::contract::{organization, session};

    #[test]
    fn the_number_of_schedules_of_an_organization_is_limited() {
        let acme = organization("acme");
        let rows = (0..SCHEDULES_MAX).map(|number| StoredSchedule {
            organization: acme.clone(),
            session: session(1),
            group: GroupJid::parse(&format!("{number}@g.us")).unwrap(),
            zone: "UTC".to_owned(),
            rules: vec!["daily 08:00-22:00".parse().unwrap()],
            handled_at: Some(1),
            last: None,
        });
        let schedules = Schedules::new(rows.collect());
        let entries = lock(&schedules.entries);
        assert_eq!(entries.len(), SCHEDULES_MAX);
        let key = |group: &str| (session(1).to_string(), group.to_owned());
        assert!(!has_room(&entries, &key("999999@g.us"), &acme));
        assert!(has_room(&entries, &key("7@g.us"), &acme), "it has one");
        assert!(has_room(
            &entries,
            &key("999999@g.us"),
            &organization("other")
        ));
    }
}
