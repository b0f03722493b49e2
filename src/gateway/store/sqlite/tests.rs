//! Tests of the SQLite store's files.

use crate::api::EventKind;
use crate::gateway::metrics::StoreTimes;
use crate::gateway::store::contract::{organization, session};
use crate::gateway::store::{Store, StoreError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use ulid::Ulid;

#[test]
fn a_damaged_file_is_reported_by_name() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("broken.db");
    let text = "this is not a database, whatever its name says".repeat(100);
    std::fs::write(&path, text).unwrap();
    let error = super::open(&path).err().unwrap();
    assert!(format!("{error:#}").contains("broken.db"), "{error:#}");
}

/// A store with an entry in its events log, as a killed process leaves it: the files of an open store, in a
/// directory of their own. Without `with_wal` the write-ahead log is left out.
async fn killed(with_wal: bool) -> (tempfile::TempDir, PathBuf) {
    let alive = tempfile::tempdir().unwrap();
    let path = alive.path().join("desk.db");
    let store = Store::open(
        super::open(&path).unwrap(),
        Arc::default(),
        StoreTimes::default(),
    )
    .unwrap();
    store
        .write(|w| {
            let acme = organization("acme");
            w.rows.put_organization(&acme, 1)?;
            w.publish(&acme, &session(1), EventKind::SessionStatus, &"kept")
        })
        .await
        .unwrap();
    let left = tempfile::tempdir().unwrap();
    for suffix in ["", ".lock", "-wal"] {
        if suffix != "-wal" || with_wal {
            let name = format!("desk.db{suffix}");
            std::fs::copy(alive.path().join(&name), left.path().join(&name)).unwrap();
        }
    }
    store.close().await;
    let path = left.path().join("desk.db");
    (left, path)
}

/// The reason why opening fails.
fn refusal(path: &Path) -> String {
    format!("{:#}", super::open(path).err().expect("it is refused"))
}

#[tokio::test]
async fn commits_survive_a_killed_process() {
    let (_left, path) = killed(true).await;
    let again = super::open(&path).unwrap().writer;
    assert_eq!(
        again
            .events(&[organization("acme")], Ulid::nil(), 9)
            .unwrap()
            .len(),
        1
    );
    again.close().unwrap();
}

#[tokio::test]
async fn a_database_whose_log_was_removed_is_refused_and_unchanged() {
    let (left, path) = killed(false).await;
    let before = std::fs::read(&path).unwrap();
    for _ in 0..2 {
        let message = refusal(&path);
        assert!(
            message.contains("desk.db-wal") && message.contains("desk.db.lock"),
            "{message}"
        );
    }
    assert_eq!(std::fs::read(&path).unwrap(), before);
    // The same if the database itself was removed or emptied.
    std::fs::write(&path, "").unwrap();
    refusal(&path);
    std::fs::remove_file(&path).unwrap();
    refusal(&path);
    // Deleting the lock file accepts the loss.
    std::fs::remove_file(left.path().join("desk.db.lock")).unwrap();
    super::open(&path).unwrap().writer.close().unwrap();
}

#[tokio::test]
async fn an_emptied_database_is_refused_before_its_log_is_lost() {
    let (left, path) = killed(true).await;
    std::fs::write(&path, "").unwrap();
    let message = refusal(&path);
    assert!(
        message.contains("is empty") && message.contains("desk.db-wal"),
        "{message}"
    );
    assert!(
        std::fs::metadata(left.path().join("desk.db-wal"))
            .unwrap()
            .len()
            > 0
    );
}

#[tokio::test]
async fn a_closed_database_is_complete_without_its_log() {
    let (_left, path) = killed(true).await;
    super::open(&path).unwrap().writer.close().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let copy = elsewhere.path().join("desk.db");
    std::fs::copy(&path, &copy).unwrap();
    // An older copy may replace a closed database.
    for path in [&copy, &path] {
        super::open(path).unwrap().writer.close().unwrap();
    }
}

#[test]
fn failed_and_refused_writes_are_distinguished() {
    let code = |code| rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
    for failed in [
        rusqlite::ffi::SQLITE_FULL,
        rusqlite::ffi::SQLITE_IOERR_WRITE,
    ] {
        assert!(matches!(code(failed).into(), StoreError::Unwritable(_)));
    }
    assert!(matches!(
        code(rusqlite::ffi::SQLITE_CONSTRAINT).into(),
        StoreError::Database(_)
    ));
}
