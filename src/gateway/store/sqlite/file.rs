//! The database file: its mode, its schema, its migrations.

use super::chain;
use super::error::OpenError;
use super::last_id::last_id;
use crate::private;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fs::{File, OpenOptions};
use std::path::Path;
use std::time::Duration;
use ulid::Ulid;

/// The application id ("grpd"), so that a mistyped path never migrates another program's database.
const APPLICATION_ID: i32 = 0x6772_7064;

/// One file per schema version, applied in order. Never edit one that was released.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_first.sql"),
    include_str!("migrations/0002_keys.sql"),
    include_str!("migrations/0003_bans.sql"),
    include_str!("migrations/0004_probe.sql"),
    include_str!("migrations/0005_group_settings.sql"),
    include_str!("migrations/0006_people.sql"),
    AUDIT_CHAIN,
    include_str!("migrations/0008_schedules.sql"),
    include_str!("migrations/0009_requests.sql"),
];

/// After this one the hashes are computed.
const AUDIT_CHAIN: &str = include_str!("migrations/0007_audit_chain.sql");

/// Bytes to which the write-ahead log is cut once its content is in the database. Above the 4 MB at
/// which SQLite copies it there.
const LOG_MAX: i64 = 8 << 20;

/// Busy timeout of a statement.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens the database for writing, creating and migrating it where needed, unless its logs end before
/// `last`: nothing is written to it then. Call under a [`Lock`](super::lock::Lock).
pub(super) fn open_writer(path: &Path, last: Option<Ulid>) -> Result<Connection, OpenError> {
    // SQLite gives its -wal and -shm files the mode of the database: set it before the first open.
    open_private(path).map_err(|cause| OpenError::Unreadable {
        path: path.to_owned(),
        cause,
    })?;
    let mut conn = connect(path)?;
    refuse_incomplete(&conn, path, last)?;
    // FULL: a commit is on the disk when it is acknowledged, a power cut included.
    conn.pragma_update(None, "journal_mode", "wal")?;
    conn.pragma_update(None, "synchronous", "full")?;
    // Without a limit the log stays as large as the largest transaction made it.
    conn.pragma_update(None, "journal_size_limit", LOG_MAX)?;
    conn.pragma_update(None, "foreign_keys", true)?;
    migrate(&mut conn, path)?;
    Ok(conn)
}

/// Refuses a database that has lost what was committed after it was last whole without its log.
fn refuse_incomplete(conn: &Connection, path: &Path, last: Option<Ulid>) -> Result<(), OpenError> {
    let Some(last) = last else {
        return Ok(());
    };
    let logs =
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('events', 'audit')";
    let logs: i64 = conn.query_row(logs, [], |row| row.get(0))?;
    let unreadable = |error| OpenError::Unreadable {
        path: path.to_owned(),
        cause: std::io::Error::other(error),
    };
    if logs == 2 && last_id(conn).map_err(unreadable)? >= last {
        return Ok(());
    }
    Err(OpenError::incomplete(path))
}

/// Opens a further connection that only reads.
pub(super) fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let conn = connect(path)?;
    conn.pragma_update(None, "query_only", true)?;
    Ok(conn)
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.set_prepared_statement_cache_capacity(64);
    Ok(conn)
}

/// Whether the disk is full: by SQLite's error, or by a failed write on a disk without free space.
pub(super) fn is_full(path: &Path, cause: &rusqlite::Error) -> bool {
    match cause.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => true,
        Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => free_room(path) == Some(0),
        _ => false,
    }
}

/// The bytes that are left on a file's disk.
#[cfg(unix)]
fn free_room(path: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(path.parent()?).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
fn free_room(_: &Path) -> Option<u64> {
    None
}

fn migrate(conn: &mut Connection, path: &Path) -> Result<(), OpenError> {
    let number = |name: &str| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let version = number("user_version")?;
    let application = number("application_id")?;
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != i64::from(APPLICATION_ID) && (tables > 0 || version > 0) {
        return Err(OpenError::Foreign(path.to_owned()));
    }
    let known = MIGRATIONS.len();
    let done = usize::try_from(version).unwrap_or(usize::MAX);
    if done > known {
        return Err(OpenError::Newer {
            path: path.to_owned(),
            version,
            known,
        });
    }
    for (sql, version) in MIGRATIONS.iter().zip(1_i64..).skip(done) {
        let step = conn.transaction()?;
        step.execute_batch(sql)?;
        if *sql == AUDIT_CHAIN {
            chain::compute(&step).map_err(|cause| OpenError::Unreadable {
                path: path.to_owned(),
                cause: std::io::Error::other(cause),
            })?;
        }
        step.pragma_update(None, "application_id", APPLICATION_ID)?;
        step.pragma_update(None, "user_version", version)?;
        step.commit()?;
    }
    Ok(())
}

/// Checks the whole database without changing it; returns what is wrong with it.
pub(super) fn check(path: &Path, last: Option<Ulid>) -> Result<Option<String>, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    // First: of a new database not even the mark that it is ours may be in the file.
    refuse_incomplete(&conn, path, last)?;
    let number = |name: &str| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    if number("application_id")? != i64::from(APPLICATION_ID) {
        return Err(OpenError::Foreign(path.to_owned()));
    }
    let (version, known) = (number("user_version")?, MIGRATIONS.len());
    if usize::try_from(version).map_or(true, |version| version > known) {
        return Err(OpenError::Newer {
            path: path.to_owned(),
            version,
            known,
        });
    }
    let verdict: String = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    Ok((verdict != "ok").then_some(verdict))
}

/// Opens a file that only its owner may read, creating it and its directory where absent.
pub(super) fn open_private(path: &Path) -> std::io::Result<File> {
    let parent = path.parent();
    if let Some(parent) = parent.filter(|parent| !parent.as_os_str().is_empty()) {
        private::create_directory(parent)?;
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let file = private::new_file(&mut options).open(path)?;
    private::restrict(path)?;
    Ok(file)
}

/// A database as a version with `count` migrations left it.
#[cfg(test)]
pub(super) fn migrate_to(path: &Path, count: usize) -> Connection {
    open_private(path).unwrap();
    let conn = connect(path).unwrap();
    for sql in &MIGRATIONS[..count] {
        conn.execute_batch(sql).unwrap();
    }
    conn.pragma_update(None, "application_id", APPLICATION_ID)
        .unwrap();
    conn.pragma_update(None, "user_version", count as i64)
        .unwrap();
    conn
}

#[cfg(test)]
mod tests {
    use super::super::error::beside;
    use super::super::lock::Lock;
    use super::*;

    #[test]
    fn a_new_file_and_its_companions_are_private() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new/place/desk.db");
        let _lock = Lock::take(&path).unwrap();
        let conn = open_writer(&path, None).unwrap();
        conn.execute("INSERT INTO organizations VALUES ('o', 1)", [])
            .unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            for suffix in ["", "-wal", "-shm", ".lock"] {
                assert_eq!(mode(&beside(&path, suffix)), 0o600, "{suffix}");
            }
            assert_eq!(mode(path.parent().unwrap()), 0o700);
        }
    }

    #[test]
    fn the_log_shrinks_after_a_large_transaction() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("desk.db");
        let conn = open_writer(&path, None).unwrap();
        let log = || std::fs::metadata(beside(&path, "-wal")).unwrap().len();
        conn.execute_batch("CREATE TABLE bulk (content BLOB)")
            .unwrap();
        let insert = |bytes: i64| {
            let insert = "INSERT INTO bulk VALUES (zeroblob(?1))";
            conn.execute(insert, [bytes]).unwrap();
        };
        insert(3 * LOG_MAX);
        assert!(log() > LOG_MAX as u64, "{}", log());
        insert(1);
        assert!(log() <= LOG_MAX as u64, "{}", log());
    }

    #[test]
    fn a_newer_schema_a_foreign_file_and_garbage_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let newer = directory.path().join("newer.db");
        let conn = open_writer(&newer, None).unwrap();
        conn.pragma_update(None, "user_version", 999).unwrap();
        drop(conn);
        let refusal = open_writer(&newer, None).unwrap_err().to_string();
        assert!(refusal.contains("version 999"), "{refusal}");

        let foreign = directory.path().join("foreign.db");
        Connection::open(&foreign)
            .unwrap()
            .execute_batch("CREATE TABLE theirs (x)")
            .unwrap();
        let refusal = open_writer(&foreign, None).unwrap_err().to_string();
        assert!(refusal.contains("another program"), "{refusal}");

        let garbage = directory.path().join("garbage.db");
        std::fs::write(&garbage, vec![7_u8; 4096]).unwrap();
        assert!(open_writer(&garbage, None).is_err());
    }
}
