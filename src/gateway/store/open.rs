//! The open store: one writer thread and a few read connections.

use super::error::StoreError;
use super::outage::{self, Fault, Outage};
use super::rows::AuditRow;
use super::tables::{Database, Read, Readers};
use super::write::Write;
use super::writer::Writer;
use crate::gateway::hub::Hub;
use crate::gateway::lock::lock;
use crate::gateway::metrics::StoreTimes;
use std::sync::{Arc, Mutex};
use tokio::sync::{Semaphore, oneshot, watch};

/// Reads that may run side by side; each has a connection.
const READERS: usize = 4;

/// The open store. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    writer: Writer,
    readers: Box<dyn Readers>,
    /// Connections that wait for a query; `None` once closed.
    idle: Mutex<Option<Vec<Box<dyn Read + Send>>>>,
    permits: Semaphore,
    outage: Arc<Outage>,
    probing: tokio::sync::Mutex<()>,
}

impl Store {
    /// Opens the store on a database. Publishes committed events on `hub` and records durations in
    /// `times`. Blocks.
    ///
    /// # Errors
    /// The database cannot be read; no thread can be started.
    pub(crate) fn open(
        database: Database,
        hub: Arc<Hub>,
        times: StoreTimes,
    ) -> anyhow::Result<Self> {
        let last = database.writer.last_id()?;
        let outage = Arc::new(Outage::default());
        Ok(Self {
            inner: Arc::new(Inner {
                writer: Writer::start(database.writer, last, hub, times, Arc::clone(&outage))?,
                outage,
                probing: tokio::sync::Mutex::default(),
                readers: database.readers,
                idle: Mutex::new(Some(Vec::new())),
                permits: Semaphore::new(READERS),
            }),
        })
    }

    /// Runs a job on the writer thread. `Ok` means that its writes are durable and its events are
    /// published; when the job fails, its writes are rolled back. The job runs even if the caller
    /// is dropped.
    ///
    /// # Errors
    /// The job failed, the commit failed, or the store is closed.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Write<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.inner.writer.submit(job).await
    }

    /// Runs a query on a read connection, off the async threads.
    ///
    /// # Errors
    /// The query failed or the store is closed.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&dyn Read) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let _permit = self
            .inner
            .permits
            .acquire()
            .await
            .map_err(|_| StoreError::Closed)?;
        let inner = Arc::clone(&self.inner);
        // Log under the caller's span.
        let span = tracing::Span::current();
        tokio::task::spawn_blocking(move || {
            let _in = span.enter();
            let reader = inner.take_reader()?;
            let outcome = query(&*reader);
            inner.give_back(reader);
            tracing::debug!(found = outcome.is_ok(), "the store read");
            outcome
        })
        .await
        .unwrap_or(Err(StoreError::Panicked))
    }

    /// Whether the last write succeeded.
    ///
    /// # Errors
    /// The last write failed.
    pub(crate) fn check_written(&self) -> Result<(), StoreError> {
        self.inner.outage.check()
    }

    /// [`check_written`](Self::check_written), and tries it out unless that was done a moment ago.
    ///
    /// # Errors
    /// The database is not writable, or the store is closed.
    pub(crate) async fn check_writable(&self) -> Result<(), StoreError> {
        self.check_written()?;
        // Concurrent callers share one probe.
        let _probing = self.inner.probing.lock().await;
        if self.inner.outage.is_probed() {
            return Ok(());
        }
        self.write(|w| w.rows.probe()).await?;
        self.inner.outage.probed();
        Ok(())
    }

    /// Reports when an outage of the database begins and ends.
    #[must_use]
    pub(crate) fn watch(&self) -> watch::Receiver<Fault> {
        self.inner.outage.watch()
    }

    /// Keeps an audit entry of a change that was made in memory, because it could not be written.
    /// [`recover`](Self::recover) writes it.
    pub(crate) fn record_later(&self, entry: AuditRow) {
        self.inner.outage.keep(entry);
        // The outage may have ended already: begin it again, so that the entry is written.
        self.inner
            .outage
            .begin("an audit entry was not written".to_owned());
    }

    /// Writes what waited for the database; if that succeeds, changes are taken again.
    ///
    /// # Errors
    /// The database is still not writable.
    pub(crate) async fn recover(&self) -> Result<(), StoreError> {
        loop {
            let waiting = self.inner.outage.waiting();
            let count = waiting.len();
            self.write(move |w| {
                w.rows.probe()?;
                outage::record(w, &waiting)
            })
            .await?;
            if self.inner.outage.recorded(count) {
                return Ok(());
            }
        }
    }

    /// Entries of the audit log that [wait](Self::record_later).
    #[must_use]
    pub(crate) fn unrecorded(&self) -> usize {
        self.inner.outage.waiting().len()
    }

    /// Finishes what was submitted and closes the database. Idempotent.
    pub(crate) async fn close(&self) {
        self.inner.permits.close();
        *lock(&self.inner.idle) = None;
        let (done, wait) = oneshot::channel();
        self.inner.writer.close(done);
        let _ = wait.await;
    }
}

impl Inner {
    fn take_reader(&self) -> Result<Box<dyn Read + Send>, StoreError> {
        let idle = lock(&self.idle).as_mut().ok_or(StoreError::Closed)?.pop();
        idle.map_or_else(|| self.readers.open(), Ok)
    }

    fn give_back(&self, reader: Box<dyn Read + Send>) {
        if let Some(idle) = lock(&self.idle).as_mut()
            && idle.len() < READERS
        {
            idle.push(reader);
        }
    }
}
