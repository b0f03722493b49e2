//! SQLite as a database engine: one file, one writing connection, a few reading ones.
//!
//! The SQL is in one file per kind of rows; this file has opening and transactions.

mod audit_row;
mod chain;
mod columns;
mod connection;
mod error;
mod file;
mod groups;
mod inspect;
mod keys;
mod last_id;
mod lock;
mod logs;
mod people;
mod probe;
mod requests;
mod schedules;
mod sessions;
#[cfg(test)]
mod tests;

pub(crate) use error::OpenError;
pub(crate) use inspect::{Inspection, inspect, is_new};

use super::error::StoreError;
use super::tables::{Database, Read, Readers, Rows, Transactions};
use connection::Sqlite;
use lock::Lock;
use std::path::{Path, PathBuf};
use ulid::Ulid;

type Outcome<T> = Result<T, StoreError>;

/// Opens a file, creating and migrating it where needed. Blocks. No other engine can open it until the
/// writer is closed.
///
/// # Errors
/// [`OpenError`]: the file is in use, unreadable, damaged, newer than this program or not ours.
pub(crate) fn open(path: &Path) -> anyhow::Result<Database> {
    let open = || {
        let lock = Lock::take(path)?;
        let conn = file::open_writer(path, lock.last())?;
        Ok(Sqlite {
            conn,
            lock: Some(lock),
            #[cfg(test)]
            is_full: [false; 2],
        })
    };
    let writer = open().map_err(|error| match error {
        OpenError::Sqlite(cause) if file::is_full(path, &cause) => {
            OpenError::DiskFull(path.to_owned()).into()
        }
        OpenError::Sqlite(cause) => anyhow::Error::msg(cause.to_string()).context(format!(
            "{}: cannot be read; is it damaged, or no database of groupdesk's?",
            path.display()
        )),
        error => error.into(),
    })?;
    Ok(Database {
        writer: Box::new(writer),
        readers: Box::new(At(path.to_owned())),
    })
}

/// The path that readers open.
struct At(PathBuf);

impl Readers for At {
    fn open(&self) -> Outcome<Box<dyn Read + Send>> {
        Ok(Box::new(Sqlite {
            conn: file::open_reader(&self.0)?,
            lock: None,
            #[cfg(test)]
            is_full: [false; 2],
        }))
    }
}

impl Rows for Sqlite {
    fn probe(&mut self) -> Outcome<()> {
        probe::write(&self.conn)
    }

    #[cfg(test)]
    fn fill_disk(&mut self, is_full: bool) {
        self.is_full[1] = is_full;
    }
}

impl Transactions for Sqlite {
    fn begin(&mut self) -> Outcome<()> {
        #[cfg(test)]
        {
            self.is_full[0] = self.is_full[1];
        }
        Ok(self.conn.execute_batch("BEGIN IMMEDIATE")?)
    }

    fn commit(&mut self) -> Outcome<()> {
        #[cfg(test)]
        if self.is_full[0] {
            let full = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL);
            return Err(rusqlite::Error::SqliteFailure(full, None).into());
        }
        Ok(self.conn.execute_batch("COMMIT")?)
    }

    fn roll_back(&mut self) {
        if !self.conn.is_autocommit() {
            // If the rollback fails, closing the connection rolls back.
            let _ = self.conn.execute_batch("ROLLBACK");
        }
    }

    fn savepoint(&mut self) -> Outcome<()> {
        Ok(self.conn.execute_batch("SAVEPOINT job")?)
    }

    fn release(&mut self) -> Outcome<()> {
        Ok(self.conn.execute_batch("RELEASE job")?)
    }

    fn undo(&mut self) -> Outcome<()> {
        Ok(self.conn.execute_batch("ROLLBACK TO job; RELEASE job")?)
    }

    fn committed(&mut self, last: Ulid) {
        if let Some(lock) = &self.lock {
            lock.set_last(last);
        }
    }

    fn close(self: Box<Self>) -> Outcome<()> {
        let Self { conn, lock, .. } = *self;
        // Folds the log into the file. Without a failure a reader can still have kept it from that.
        let is_busy = conn.query_row("PRAGMA wal_checkpoint(truncate)", [], |row| {
            row.get::<_, bool>(0)
        });
        let closed = conn.close().map_err(|(_, error)| error);
        if let (Some(lock), Ok(false), Ok(())) = (&lock, &is_busy, &closed) {
            lock.forget_last();
        }
        drop(lock);
        Ok(is_busy.map(|_| ()).and(closed)?)
    }
}
