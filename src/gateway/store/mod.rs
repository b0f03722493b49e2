//! The store: one SQLite file.
//!
//! All writes go through one thread (`writer`), which puts what waits into one transaction and
//! acknowledges a write only when it is on the disk. Reads run beside it on connections of their
//! own, off the async threads, and always name the organizations they read for.

pub mod audit;
pub mod changes;
mod columns;
pub mod compare;
pub mod events;
mod file;
pub mod groups;
mod inspect;
pub mod keys;
mod members;
pub mod sessions;
pub mod tenants;
mod writer;

pub use inspect::{Inspection, inspect};
pub use writer::Write;

use super::metrics::StoreTimes;
use super::realtime::Hub;
use rusqlite::Connection;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Semaphore, oneshot};
use writer::Writer;

/// Reads that may run side by side; each has a connection.
const READERS: usize = 4;

/// Why the store did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("cannot open {}: {cause}", .path.display())]
    Unreadable {
        path: PathBuf,
        cause: std::io::Error,
    },
    #[error("{}: already in use by another groupdesk", .0.display())]
    InUse(PathBuf),
    #[error("{}: belongs to another program", .0.display())]
    Foreign(PathBuf),
    #[error(
        "{}: written by a newer groupdesk (schema version {version}; this one knows up to {known})",
        .path.display()
    )]
    Newer {
        path: PathBuf,
        version: i64,
        known: usize,
    },
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Encoding(#[from] serde_json::Error),
    #[error("the transaction was not committed: {0}")]
    NotCommitted(Arc<rusqlite::Error>),
    #[error("a store job panicked")]
    Panicked,
    #[error("the store is closed")]
    Closed,
}

/// The open store. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    writer: Writer,
    /// `None` once closed.
    readers: Mutex<Option<Vec<Connection>>>,
    permits: Semaphore,
    /// Held until the store is closed: two engines must never drive the same sessions.
    lock: Mutex<Option<File>>,
}

impl Store {
    /// Opens the file, creating and migrating it where needed. Blocks. What is committed is
    /// published on `hub`, and how long it took is noted in `times`.
    ///
    /// # Errors
    /// The file is in use, unreadable, damaged, newer than this program or not ours.
    pub fn open(path: &Path, hub: Arc<Hub>, times: StoreTimes) -> anyhow::Result<Self> {
        let open = || {
            let lock = file::lock(path)?;
            let conn = file::open_writer(path)?;
            let last = events::last_id(&conn)?;
            let writer =
                Writer::start(conn, last, hub, times).map_err(|cause| StoreError::Unreadable {
                    path: path.to_owned(),
                    cause,
                })?;
            Ok::<_, StoreError>((lock, writer))
        };
        let (lock, writer) = open().map_err(|error| match error {
            StoreError::Sqlite(cause) => anyhow::Error::msg(cause.to_string()).context(format!(
                "{}: cannot be read; is it damaged, or no database of groupdesk's?",
                path.display()
            )),
            error => error.into(),
        })?;
        Ok(Self {
            inner: Arc::new(Inner {
                path: path.to_owned(),
                writer,
                readers: Mutex::new(Some(Vec::new())),
                permits: Semaphore::new(READERS),
                lock: Mutex::new(Some(lock)),
            }),
        })
    }

    /// Runs a job on the writer thread. When this returns `Ok`, what the job wrote is on the disk
    /// and what it published is on its way; when the job fails, nothing of it remains. The job runs
    /// even when the caller is dropped meanwhile.
    ///
    /// # Errors
    /// The job failed, the commit failed, or the store is closed.
    pub async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Write<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.inner.writer.submit(job).await
    }

    /// Runs a query on a read connection, off the async threads.
    ///
    /// # Errors
    /// The query failed or the store is closed.
    pub async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let _permit = self
            .inner
            .permits
            .acquire()
            .await
            .map_err(|_| StoreError::Closed)?;
        let inner = Arc::clone(&self.inner);
        tokio::task::spawn_blocking(move || {
            let conn = inner.take_reader()?;
            let outcome = query(&conn);
            inner.give_back(conn);
            outcome
        })
        .await
        .unwrap_or(Err(StoreError::Panicked))
    }

    /// Finishes what was submitted, folds the log into the file and closes it. Idempotent.
    pub async fn close(&self) {
        self.inner.permits.close();
        *lock(&self.inner.readers) = None;
        let (done, wait) = oneshot::channel();
        self.inner.writer.close(done);
        let _ = wait.await;
        *lock(&self.inner.lock) = None;
    }
}

impl Inner {
    fn take_reader(&self) -> Result<Connection, StoreError> {
        let idle = lock(&self.readers)
            .as_mut()
            .ok_or(StoreError::Closed)?
            .pop();
        idle.map_or_else(|| file::open_reader(&self.path), Ok)
    }

    fn give_back(&self, conn: Connection) {
        if let Some(readers) = lock(&self.readers).as_mut()
            && readers.len() < READERS
        {
            readers.push(conn);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
pub(super) mod tests;
