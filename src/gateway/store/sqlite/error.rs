//! Errors of opening a database file, and mapping SQLite's errors to the store's.

use crate::gateway::store::StoreError;
use rusqlite::ErrorCode;
use std::path::{Path, PathBuf};

/// Why a file was not opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
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
        "{path}: is empty, but its log {path}-wal is not, so the file was truncated or replaced; restore a backup of both, or move the log away to start with an empty database",
        path = .0.display()
    )]
    Emptied(PathBuf),
    #[error(
        "{path}: lacks changes that were stored before groupdesk last ended; its log {path}-wal was removed, or an older copy was put in its place. Put the log back, or restore a backup; to go on with what there is, delete {}",
        lock.display(), path = path.display()
    )]
    Incomplete { path: PathBuf, lock: PathBuf },
    #[error("{}: the disk is full, nothing can be written to it: make room and start again", .0.display())]
    DiskFull(PathBuf),
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
}

impl OpenError {
    pub(super) fn incomplete(path: &Path) -> Self {
        Self::Incomplete {
            path: path.to_owned(),
            lock: beside(path, ".lock"),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull | ErrorCode::ReadOnly | ErrorCode::SystemIoFailure) => {
                Self::Unwritable(error.to_string().into())
            }
            _ => Self::Database(error.into()),
        }
    }
}

/// The path of a file that lives beside the database.
pub(super) fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(suffix);
    PathBuf::from(path)
}
