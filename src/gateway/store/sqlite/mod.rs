//! SQLite as a database engine: one file, one writing connection, a few reading ones.
//!
//! The SQL is in one file per table; this file maps the trait's methods to them.

mod audit;
mod columns;
mod error;
mod events;
mod file;
mod groups;
mod inspect;
mod keys;
mod lock;
mod members;
mod probe;
mod sessions;
#[cfg(test)]
mod tests;

pub use error::OpenError;
pub use inspect::{Inspection, inspect, is_new};

use super::rows::{
    AuditFilter, AuditRow, Logged, StoredGroup, StoredKey, StoredMember, StoredSession,
};
use super::{Database, Read, Readers, Rows, StoreError, Transactions};
use crate::api::{
    ApiKey, AuditEntry, EpochMillis, Group, GroupMember, MemberRole, Session, Setting,
};
use crate::gateway::domain::{GroupJid, OrganizationId, SessionId};
use crate::gateway::hub::Published;
use crate::gateway::whatsapp::{GroupSnapshot, Member};
use lock::Lock;
use rusqlite::Connection;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use ulid::Ulid;

type Outcome<T> = Result<T, StoreError>;

/// Opens a file, creating and migrating it where needed. Blocks. No other engine can open it until the
/// writer is closed.
///
/// # Errors
/// [`OpenError`]: the file is in use, unreadable, damaged, newer than this program or not ours.
pub fn open(path: &Path) -> anyhow::Result<Database> {
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

/// A connection.
struct Sqlite {
    conn: Connection,
    /// Of the writer: held until the connection is closed, because two engines must never drive the
    /// same sessions.
    lock: Option<Lock>,
    /// Whether commits fail as on a full disk, in this transaction and in the next.
    #[cfg(test)]
    is_full: [bool; 2],
}

/// Where the readers read.
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

impl Read for Sqlite {
    fn organizations(&self) -> Outcome<Vec<OrganizationId>> {
        sessions::organizations(&self.conn)
    }

    fn sessions(&self) -> Outcome<Vec<StoredSession>> {
        sessions::load_all(&self.conn)
    }

    fn groups(
        &self,
        organization: &OrganizationId,
        session: &SessionId,
        after: Option<&GroupJid>,
        limit: Option<u32>,
    ) -> Outcome<Vec<Group>> {
        groups::list(&self.conn, organization, session, after, limit)
    }

    fn group(
        &self,
        organization: &OrganizationId,
        session: &SessionId,
        jid: &GroupJid,
    ) -> Outcome<Option<Group>> {
        groups::get(&self.conn, organization, session, jid)
    }

    fn members(
        &self,
        organization: &OrganizationId,
        session: &SessionId,
        jid: &GroupJid,
    ) -> Outcome<Option<Vec<GroupMember>>> {
        groups::members(&self.conn, organization, session, jid)
    }

    fn stored_group(
        &self,
        organization: &OrganizationId,
        session: &SessionId,
        jid: &GroupJid,
    ) -> Outcome<Option<StoredGroup>> {
        groups::stored(&self.conn, organization, session, jid)
    }

    fn joined(&self, organization: &OrganizationId, session: &SessionId) -> Outcome<Vec<GroupJid>> {
        groups::joined(&self.conn, organization, session)
    }

    fn count_groups(&self, organization: &OrganizationId, session: &SessionId) -> Outcome<u64> {
        groups::count(&self.conn, organization, session)
    }

    fn stored_members(&self, group: i64) -> Outcome<HashMap<String, StoredMember>> {
        members::load(&self.conn, group)
    }

    fn api_keys(&self, organizations: &[OrganizationId]) -> Outcome<Vec<ApiKey>> {
        keys::list(&self.conn, organizations)
    }

    fn key(&self, id: &str) -> Outcome<Option<StoredKey>> {
        keys::get(&self.conn, id)
    }

    fn keys(&self) -> Outcome<Vec<StoredKey>> {
        keys::load_all(&self.conn)
    }

    fn audit(
        &self,
        organizations: &[OrganizationId],
        filter: &AuditFilter,
    ) -> Outcome<Vec<AuditEntry>> {
        audit::list(&self.conn, organizations, filter)
    }

    fn events(
        &self,
        organizations: &[OrganizationId],
        since: Ulid,
        limit: u32,
    ) -> Outcome<Vec<Logged>> {
        events::after(&self.conn, organizations, since, limit)
    }

    fn last_id(&self) -> Outcome<Ulid> {
        events::last_id(&self.conn)
    }
}

impl Rows for Sqlite {
    fn put_organization(&mut self, organization: &OrganizationId, now: EpochMillis) -> Outcome<()> {
        sessions::put_organization(&self.conn, organization, now)
    }

    fn insert_session(
        &mut self,
        organization: &OrganizationId,
        session: &Session,
        should_run: bool,
    ) -> Outcome<bool> {
        sessions::insert(&self.conn, organization, session, should_run)
    }

    fn update_session(
        &mut self,
        organization: &OrganizationId,
        session: &Session,
        should_run: bool,
        not_before: Option<EpochMillis>,
    ) -> Outcome<()> {
        sessions::update(&self.conn, organization, session, should_run, not_before)
    }

    fn rename_session(
        &mut self,
        organization: &OrganizationId,
        session: &SessionId,
        label: Option<&str>,
        at: EpochMillis,
    ) -> Outcome<()> {
        sessions::rename(&self.conn, organization, session, label, at)
    }

    fn delete_session(
        &mut self,
        organization: &OrganizationId,
        session: &SessionId,
    ) -> Outcome<()> {
        sessions::delete(&self.conn, organization, session)
    }

    fn insert_group(
        &mut self,
        organization: &OrganizationId,
        session: &SessionId,
        id: Ulid,
        group: &GroupSnapshot,
        at: EpochMillis,
    ) -> Outcome<bool> {
        groups::insert(&self.conn, organization, session, id, group, at)
    }

    fn update_group(&mut self, group: i64, fresh: &GroupSnapshot, at: EpochMillis) -> Outcome<()> {
        groups::update(&self.conn, group, fresh, at)
    }

    fn set_setting(&mut self, group: i64, setting: &Setting, at: EpochMillis) -> Outcome<()> {
        groups::set(&self.conn, group, setting, at)
    }

    fn put_members(
        &mut self,
        group: i64,
        members: &mut dyn Iterator<Item = &Member>,
        at: EpochMillis,
    ) -> Outcome<()> {
        members::put(&self.conn, group, members, at)
    }

    fn delete_member(&mut self, group: i64, lid: &str) -> Outcome<bool> {
        members::delete(&self.conn, group, lid)
    }

    fn set_role(&mut self, group: i64, lid: &str, role: &MemberRole) -> Outcome<bool> {
        members::set_role(&self.conn, group, lid, role)
    }

    fn refresh_member_summary(&mut self, group: i64) -> Outcome<bool> {
        groups::refresh_member_summary(&self.conn, group)
    }

    fn insert_key(&mut self, key: &StoredKey) -> Outcome<()> {
        keys::insert(&self.conn, key)
    }

    fn replace_secret(
        &mut self,
        id: &str,
        hash: &[u8; 32],
        previous_until: Option<EpochMillis>,
    ) -> Outcome<()> {
        keys::replace_secret(&self.conn, id, hash, previous_until)
    }

    fn set_disabled(&mut self, id: &str, disabled: bool) -> Outcome<()> {
        keys::set_disabled(&self.conn, id, disabled)
    }

    fn set_last_used(&mut self, uses: &[(String, EpochMillis)]) -> Outcome<()> {
        keys::set_last_used(&self.conn, uses)
    }

    fn delete_key(&mut self, id: &str) -> Outcome<()> {
        keys::delete(&self.conn, id)
    }

    fn insert_audit(&mut self, id: Ulid, at: EpochMillis, entry: &AuditRow) -> Outcome<()> {
        audit::insert(&self.conn, id, at, entry)
    }

    fn insert_event(&mut self, event: &Published) -> Outcome<()> {
        events::insert(&self.conn, event)
    }

    fn sweep_events(&mut self, organization: &OrganizationId, keep: u32) -> Outcome<()> {
        events::sweep(&self.conn, organization, keep)
    }

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
            // What cannot even be rolled back ends with the connection.
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
