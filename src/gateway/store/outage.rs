//! Outages of the database: it is not writable, for example because its disk is full. Audit entries
//! of changes that were made at WhatsApp wait here, in memory, until they can be written.

use super::error::StoreError;
use super::rows::AuditRow;
use super::write::Write;
use crate::api::EpochMillis;
use crate::gateway::clock;
use crate::gateway::lock::lock;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// How long a successful probe counts. A failed write ends that at once.
pub(crate) const BELIEVED: Duration = Duration::from_secs(5);
/// Most audit entries kept in memory. Changes are refused during an outage, so only those in flight
/// at its beginning add entries.
const WAITING: usize = 1000;

/// Why the database is not writable; `None` while it is.
pub(crate) type Fault = Option<Arc<str>>;

/// The state of the database, and the entries that wait for it.
#[derive(Default)]
pub(super) struct Outage {
    fault: watch::Sender<Fault>,
    probed: Mutex<Option<Instant>>,
    waiting: Mutex<VecDeque<(EpochMillis, AuditRow)>>,
}

impl Outage {
    /// Reports its beginning and its end.
    pub(super) fn watch(&self) -> watch::Receiver<Fault> {
        self.fault.subscribe()
    }

    /// # Errors
    /// A write failed, and none has succeeded since.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        match &*self.fault.borrow() {
            None => Ok(()),
            Some(fault) => Err(StoreError::Unwritable((**fault).into())),
        }
    }

    /// A write failed.
    pub(super) fn begin(&self, fault: String) {
        *lock(&self.probed) = None;
        self.fault.send_if_modified(|known| {
            let is_new = known.is_none();
            if is_new {
                tracing::error!(fault, "the store is not writable; changes are refused");
                *known = Some(fault.into());
            }
            is_new
        });
    }

    /// A probe succeeded.
    pub(super) fn probed(&self) {
        *lock(&self.probed) = Some(Instant::now());
    }

    pub(super) fn is_probed(&self) -> bool {
        lock(&self.probed).is_some_and(|at| at.elapsed() < BELIEVED)
    }

    /// Keeps an audit entry until it can be written.
    pub(super) fn keep(&self, entry: AuditRow) {
        let mut waiting = lock(&self.waiting);
        if waiting.len() < WAITING {
            waiting.push_back((clock::now(), entry));
        } else {
            tracing::error!(
                action = ?entry.action,
                session = entry.session,
                "an audit entry was lost: too many wait for the store"
            );
        }
    }

    /// A copy of what waits, oldest first.
    pub(super) fn waiting(&self) -> Vec<(EpochMillis, AuditRow)> {
        lock(&self.waiting).iter().cloned().collect()
    }

    /// Removes the first `count` entries, which were recorded. Returns whether none is left, which
    /// ends the outage.
    pub(super) fn recorded(&self, count: usize) -> bool {
        let mut waiting = lock(&self.waiting);
        waiting.drain(..count);
        let is_over = waiting.is_empty();
        if is_over {
            self.fault.send_if_modified(|known| known.take().is_some());
        }
        is_over
    }
}

/// Writes entries that waited.
pub(super) fn record(
    w: &mut Write<'_>,
    entries: &[(EpochMillis, AuditRow)],
) -> Result<(), StoreError> {
    entries
        .iter()
        .try_for_each(|(at, entry)| w.record_at(*at, entry))
}
