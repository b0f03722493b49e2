//! A read-only check of a database file, for the doctor.

use super::error::OpenError;
use super::{file, lock};
use rusqlite::ErrorCode;
use std::path::Path;

/// The result of an inspection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Inspection {
    /// Damage reported by SQLite.
    pub damage: Option<String>,
    /// Another process works on it.
    pub in_use: bool,
}

/// Whether there is neither a database nor anything that one has left behind.
#[must_use]
pub(crate) fn is_new(path: &Path) -> bool {
    !path.exists() && lock::refuse_emptied(path).is_ok() && lock::last_of(path).is_none()
}

/// Reads the whole database through.
///
/// # Errors
/// It cannot be opened, is not ours, or is of a newer version.
pub(crate) fn inspect(path: &Path) -> anyhow::Result<Inspection> {
    let in_use = lock::is_taken(path);
    lock::refuse_emptied(path)?;
    let last = lock::last_of(path);
    if last.is_some() && !path.exists() {
        return Err(OpenError::incomplete(path).into());
    }
    let damage = file::check(path, last).or_else(|error| match error {
        // A file that SQLite does not recognize counts as damaged.
        OpenError::Sqlite(cause) if is_damage(&cause) => Ok(Some(cause.to_string())),
        error => Err(error),
    })?;
    Ok(Inspection { damage, in_use })
}

/// Whether the error is about the database itself, not about accessing it.
fn is_damage(cause: &rusqlite::Error) -> bool {
    matches!(
        cause.sqlite_error_code(),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intact_used_and_damaged_databases_are_distinguished() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("groupdesk.sqlite");
        drop(file::open_writer(&path, None).unwrap());
        let sound = Inspection {
            damage: None,
            in_use: false,
        };
        assert_eq!(inspect(&path).unwrap(), sound);
        let held = lock::Lock::take(&path).unwrap();
        assert!(inspect(&path).unwrap().in_use);
        drop(held);

        let mut bytes = std::fs::read(&path).unwrap();
        let end = bytes.len();
        bytes[4_096..end].fill(0x5a);
        std::fs::write(&path, bytes).unwrap();
        assert!(inspect(&path).unwrap().damage.is_some());

        std::fs::write(&path, "no database at all, but a letter to a friend").unwrap();
        assert!(inspect(&path).unwrap().damage.is_some());
    }

    #[test]
    fn lost_commits_are_detected() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("groupdesk.sqlite");
        drop(file::open_writer(&path, None).unwrap());
        let held = lock::Lock::take(&path).unwrap();
        held.set_last(ulid::Ulid::from(7_u128));
        drop(held);
        let missing = inspect(&path).unwrap_err().to_string();
        assert!(missing.contains("-wal"), "{missing}");

        std::fs::remove_file(&path).unwrap();
        assert!(!is_new(&path));
        let missing = inspect(&path).unwrap_err().to_string();
        assert!(missing.contains("-wal"), "{missing}");

        std::fs::write(&path, "").unwrap();
        std::fs::write(
            crate::gateway::store::sqlite::error::beside(&path, "-wal"),
            "changes",
        )
        .unwrap();
        let emptied = inspect(&path).unwrap_err().to_string();
        assert!(emptied.contains("is empty"), "{emptied}");
    }

    #[test]
    fn another_program_s_database_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("theirs.sqlite");
        let theirs = rusqlite::Connection::open(&path).unwrap();
        theirs.execute_batch("CREATE TABLE t (x)").unwrap();
        drop(theirs);
        assert!(inspect(&path).is_err());
        // A file that cannot be opened is not reported as damaged.
        assert!(inspect(directory.path()).is_err());
    }
}
