//! The database file: its modes, its lock, its schema.

use super::OpenError;
use rusqlite::{Connection, OpenFlags};
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Marks the file as ours ("grpd"), so that a mistyped path never migrates somebody else's database.
const APPLICATION_ID: i32 = 0x6772_7064;

/// One file per schema version, applied in order. Never edit one that was released.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_first.sql"),
    include_str!("migrations/0002_keys.sql"),
    include_str!("migrations/0003_bans.sql"),
];

/// How long a statement waits for another connection's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Takes the advisory lock beside the database; it is held as long as the returned file is open.
pub(super) fn lock(database: &Path) -> Result<File, OpenError> {
    let path = beside(database, ".lock");
    let file = private(&path).map_err(|cause| OpenError::Unreadable {
        path: path.clone(),
        cause,
    })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(database.to_owned())),
        Err(TryLockError::Error(cause)) => Err(OpenError::Unreadable { path, cause }),
    }
}

/// Opens the database for writing, creating and migrating it where needed. Call under [`lock`].
pub(super) fn open_writer(path: &Path) -> Result<Connection, OpenError> {
    // SQLite gives its -wal and -shm files the mode of the database: set it before the first open.
    private(path).map_err(|cause| OpenError::Unreadable {
        path: path.to_owned(),
        cause,
    })?;
    let mut conn = connect(path)?;
    // FULL: a commit is on the disk when it is acknowledged, a power cut included.
    conn.pragma_update(None, "journal_mode", "wal")?;
    conn.pragma_update(None, "synchronous", "full")?;
    conn.pragma_update(None, "foreign_keys", true)?;
    migrate(&mut conn, path)?;
    Ok(conn)
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
        step.pragma_update(None, "application_id", APPLICATION_ID)?;
        step.pragma_update(None, "user_version", version)?;
        step.commit()?;
    }
    Ok(())
}

/// Whether another process holds the lock beside the database. Nothing is created.
pub(super) fn is_locked(database: &Path) -> bool {
    File::open(beside(database, ".lock"))
        .is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Reads the whole database through, changing nothing; gives back what is wrong with it.
pub(super) fn check(path: &Path) -> Result<Option<String>, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
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

/// The path of a file that lives beside the database.
fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(suffix);
    PathBuf::from(path)
}

/// Opens a file that only its owner may read, creating it and its directory where absent.
fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let mut directory = std::fs::DirBuilder::new();
    directory.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        options.mode(0o600);
        directory.mode(0o700);
    }
    if let Some(parent) = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        directory.create(parent)?;
    }
    let file = options.open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let permissions = file.metadata()?.permissions();
        if permissions.mode() & 0o077 != 0 {
            file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        }
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_and_its_companions_are_private() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new/place/desk.db");
        let _lock = lock(&path).unwrap();
        let conn = open_writer(&path).unwrap();
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
    fn a_second_opener_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("desk.db");
        let first = lock(&path).unwrap();
        let refusal = lock(&path).unwrap_err().to_string();
        assert!(
            refusal.contains("already in use by another groupdesk"),
            "{refusal}"
        );
        drop(first);
        lock(&path).unwrap();
    }

    #[test]
    fn a_newer_schema_a_foreign_file_and_garbage_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let newer = directory.path().join("newer.db");
        let conn = open_writer(&newer).unwrap();
        conn.pragma_update(None, "user_version", 999).unwrap();
        drop(conn);
        let refusal = open_writer(&newer).unwrap_err().to_string();
        assert!(refusal.contains("version 999"), "{refusal}");

        let foreign = directory.path().join("foreign.db");
        Connection::open(&foreign)
            .unwrap()
            .execute_batch("CREATE TABLE theirs (x)")
            .unwrap();
        let refusal = open_writer(&foreign).unwrap_err().to_string();
        assert!(refusal.contains("another program"), "{refusal}");

        let garbage = directory.path().join("garbage.db");
        std::fs::write(&garbage, vec![7_u8; 4096]).unwrap();
        assert!(open_writer(&garbage).is_err());
    }
}
