//! The opening hours of all groups in memory: what is due, and when the next look is.

use crate::api::{AuditOutcome, EpochMillis, GroupSchedule, ScheduleOutcome};
use crate::gateway::clock;
use crate::gateway::lock::lock;
use crate::gateway::schedule::{Due, Hours, Pause, Plan};
use crate::gateway::store::rows::StoredSchedule;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

/// Longest time between two looks, so that a clock that is set, and a session that connects, are
/// noticed.
const LOOK: Duration = Duration::from_secs(10);

/// The same without any schedule.
const IDLE: Duration = Duration::from_mins(1);

/// Session and group.
pub(super) type Key = (String, String);

/// All schedules, as the store has them, with what is due.
pub(super) struct Schedules {
    /// Held while a schedule or its outcome is stored: memory follows the store in the same order.
    pub(super) changes: tokio::sync::Mutex<()>,
    pub(super) entries: Mutex<BTreeMap<Key, Entry>>,
    /// The version that was given last.
    pub(super) versions: AtomicU64,
    /// Sessions whose due transitions are being applied.
    pub(super) busy: Mutex<BTreeSet<String>>,
    /// Sessions to which nothing is sent for a while.
    pub(super) pauses: Mutex<BTreeMap<String, Waiting>>,
    pub(super) changed: Arc<Notify>,
    /// In place of the system's clock. Nothing is due until a test has set it.
    #[cfg(test)]
    pub(super) manual: Mutex<Option<EpochMillis>>,
}

/// Why a session's schedules wait.
#[derive(Clone)]
pub(super) struct Waiting {
    pub(super) pause: Pause,
    /// The outcome of what is due meanwhile.
    pub(super) word: String,
}

#[derive(Clone)]
pub(super) struct Entry {
    pub(super) row: StoredSchedule,
    /// `None` where this system does not know the time zone.
    pub(super) plan: Option<Plan>,
    /// Another one each time it is set: the outcome of an older one is not stored.
    pub(super) version: u64,
}

/// A transition to apply.
pub(super) struct Job {
    pub(super) key: Key,
    pub(super) row: StoredSchedule,
    pub(super) due: Due,
    pub(super) version: u64,
}

impl Schedules {
    pub(super) fn new(rows: Vec<StoredSchedule>) -> Self {
        let mut entries = BTreeMap::new();
        for row in rows {
            let plan = plan(&row);
            if plan.is_none() {
                tracing::error!(
                    session = %row.session,
                    zone = row.zone,
                    "a group's opening hours are not kept: this system does not know their time zone"
                );
            }
            let version = 0;
            entries.insert(key(&row), Entry { row, plan, version });
        }
        Self {
            changes: tokio::sync::Mutex::default(),
            entries: Mutex::new(entries),
            versions: AtomicU64::new(0),
            busy: Mutex::default(),
            pauses: Mutex::default(),
            changed: Arc::default(),
            #[cfg(test)]
            manual: Mutex::default(),
        }
    }

    // The clock of a test is a field.
    #[cfg(not(test))]
    #[allow(clippy::unused_self)]
    pub(super) fn now(&self) -> EpochMillis {
        clock::now()
    }

    #[cfg(test)]
    pub(super) fn now(&self) -> EpochMillis {
        lock(&self.manual).unwrap_or_else(clock::now)
    }

    /// Whether nothing is being applied.
    #[cfg(test)]
    pub(super) fn is_idle(&self) -> bool {
        lock(&self.busy).is_empty()
    }

    /// How long until the next transition, at most [`LOOK`].
    pub(super) fn pause(&self) -> Duration {
        let now = self.now();
        let mut entries = lock(&self.entries);
        let mut pause = if entries.is_empty() { IDLE } else { LOOK };
        for plan in entries.values_mut().filter_map(|entry| entry.plan.as_mut()) {
            let until = plan.position(now).until;
            let left = until.and_then(|until| u64::try_from(until - now).ok());
            pause = left.map_or(pause, |left| pause.min(Duration::from_millis(left)));
        }
        pause
    }

    /// What is due now in sessions that are not busy, by session; they are busy from now on.
    pub(super) fn take_due(&self, is_working: impl Fn(&str) -> bool) -> Vec<Vec<Job>> {
        #[cfg(test)]
        if lock(&self.manual).is_none() {
            return Vec::new();
        }
        let now = self.now();
        let mut busy = lock(&self.busy);
        let pauses = lock(&self.pauses);
        let mut jobs: BTreeMap<String, Vec<(u32, Job)>> = BTreeMap::new();
        for (key, entry) in lock(&self.entries).iter_mut() {
            let Some(plan) = entry.plan.as_mut().filter(|_| !busy.contains(&key.0)) else {
                continue;
            };
            let Some(due) = plan.due(now) else {
                continue;
            };
            let waiting = pauses.get(&key.0);
            let waiting = waiting.filter(|waiting| waiting.pause.lasts(now));
            let obstacle = if is_working(&key.0) {
                waiting.map(|waiting| waiting.word.as_str())
            } else {
                Some("not_connected")
            };
            if let Some(word) = obstacle {
                // Seen in answers only: it is applied as soon as the session can.
                entry.row.last = Some(outcome(now, due, word));
                continue;
            }
            let job = Job {
                key: key.clone(),
                row: entry.row.clone(),
                due,
                version: entry.version,
            };
            let jobs = jobs.entry(key.0.clone()).or_default();
            jobs.push((plan.postponed(), job));
        }
        busy.extend(jobs.keys().cloned());
        let in_order = |mut jobs: Vec<(u32, Job)>| {
            // A group that is never answered must not hold up the others.
            jobs.sort_by_key(|(postponed, _)| *postponed);
            jobs.into_iter().map(|(_, job)| job).collect()
        };
        jobs.into_values().map(in_order).collect()
    }

    /// The answer about a group.
    pub(super) fn view(&self, key: &Key) -> GroupSchedule {
        let now = self.now();
        match lock(&self.entries).get_mut(key) {
            None => GroupSchedule::default(),
            Some(entry) => entry.view(now),
        }
    }
}

impl Entry {
    pub(super) fn view(&mut self, now: EpochMillis) -> GroupSchedule {
        let position = self.plan.as_mut().map(|plan| plan.position(now));
        GroupSchedule {
            zone: Some(self.row.zone.clone()),
            rules: self.row.rules.clone(),
            is_open: position.map(|position| position.is_open),
            next_change_at: position.and_then(|position| position.until),
            last_outcome: self.row.last.clone(),
            zone_unknown: position.is_none(),
        }
    }
}

pub(super) fn outcome(at: EpochMillis, due: Due, word: &str) -> ScheduleOutcome {
    ScheduleOutcome {
        at,
        announce: due.announce,
        outcome: match word {
            "ok" => AuditOutcome::Ok,
            word => AuditOutcome::Failed(word.to_owned()),
        },
    }
}

pub(super) fn key(row: &StoredSchedule) -> Key {
    (row.session.to_string(), row.group.to_string())
}

pub(super) fn plan(row: &StoredSchedule) -> Option<Plan> {
    let (zone, _) = Hours::zone(&row.zone)?;
    Some(Plan::new(Hours::new(zone, &row.rules), row.handled_at))
}
