//! The key files: one SQLite file per session, with mode 0600.

use crate::gateway::domain::SessionId;
use crate::private;
use rusqlite::ErrorCode;
use std::fs::OpenOptions;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;
use whatsapp_rust::Client;
use whatsapp_rust::store::{SqliteStore, SqliteStoreConfig};
use whatsapp_rust::wacore::store::Device;

/// Page cache of a key file, in KiB. It holds a few hundred small rows; the library's own 512 would
/// matter with hundreds of sessions in one process.
const CACHE_KIB: u32 = 64;

/// Busy timeout of the probe.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Poll interval and time limit for a new link to appear in the key file.
const LOOK_AGAIN: Duration = Duration::from_millis(10);
const WRITTEN: Duration = Duration::from_secs(10);

/// The magic bytes of a SQLite file.
const HEADER: &[u8] = b"SQLite format 3\0";

/// The path of a session's key file.
pub(super) fn path(dir: &Path, session: &SessionId) -> PathBuf {
    dir.join(format!("{session}.sqlite"))
}

/// Creates the directory with mode 0700.
pub(super) fn create_dir(dir: &Path) -> io::Result<()> {
    private::create_directory(dir)?;
    private::restrict(dir)
}

/// Opens a session's key file, creating it when there is none.
pub(super) async fn open(path: &Path) -> anyhow::Result<SqliteStore> {
    // SQLite gives its -wal and -shm files the mode of the file itself, so this covers them.
    private::new_file(OpenOptions::new().create(true).append(true)).open(path)?;
    private::restrict(path)?;
    check_header(path)?;
    let probed = path.to_owned();
    tokio::task::spawn_blocking(move || probe(&probed)).await??;
    let Some(name) = path.to_str() else {
        anyhow::bail!("the path of the key files is not valid Unicode");
    };
    let config = SqliteStoreConfig {
        cache_size_kib: CACHE_KIB,
        ..SqliteStoreConfig::default()
    };
    Ok(SqliteStore::with_config(name, config).await?)
}

/// The key file cannot be written: its disk is full, gone or read-only.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unwritable(rusqlite::Error);

/// Writes a page to a key file and changes nothing by it. On a full disk the library would try to open
/// the file for half a minute.
///
/// # Errors
/// [`Unwritable`]. Every other fault is left for the library to report.
fn probe(path: &Path) -> Result<(), Unwritable> {
    let write = || {
        let conn = rusqlite::Connection::open(path)?;
        conn.busy_timeout(BUSY_TIMEOUT)?;
        conn.pragma_update(None, "journal_mode", "wal")?;
        // The library does not use this number.
        let version: i64 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
        conn.pragma_update(None, "user_version", version)
    };
    write().or_else(|error: rusqlite::Error| match error.sqlite_error_code() {
        Some(
            ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly,
        ) => Err(Unwritable(error)),
        _ => Ok(()),
    })
}

/// Detect a damaged file early; the library would retry opening it for half a minute.
fn check_header(path: &Path) -> anyhow::Result<()> {
    let mut header = Vec::with_capacity(HEADER.len());
    std::fs::File::open(path)?
        .take(HEADER.len() as u64)
        .read_to_end(&mut header)?;
    anyhow::ensure!(
        header.is_empty() || header == HEADER,
        "it is damaged: not a database"
    );
    Ok(())
}

/// Whether a key file holds the link to a phone.
pub(super) async fn is_paired(path: &Path) -> bool {
    if !path.exists() {
        return false;
    }
    let Ok(store) = open(path).await else {
        return false;
    };
    let device = store.load_device_data_for_device(store.device_id()).await;
    matches!(device, Ok(Some(device)) if is_linked(&device))
}

/// Whether the keys belong to a linked device: it has a number and the phone's signature.
fn is_linked(device: &Device) -> bool {
    device.pn.is_some() && device.account.is_some()
}

/// Waits until the key file holds the new link. The library writes it asynchronously and does not
/// report it.
///
/// # Errors
/// It was not written in time.
pub(super) async fn until_linked(client: &Client) -> anyhow::Result<()> {
    let backend = client.persistence_manager().backend();
    let written = async {
        loop {
            if backend
                .load()
                .await?
                .is_some_and(|device| is_linked(&device))
            {
                return Ok(());
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    };
    tokio::time::timeout(WRITTEN, written).await?
}

/// Removes a key file and what SQLite keeps beside it. Nothing there: nothing to do.
pub(super) fn erase(path: &Path) -> io::Result<()> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        match std::fs::remove_file(PathBuf::from(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::sync::Arc;
    use whatsapp_rust::wacore::store::traits::{DeviceStore as _, SignalStore as _};

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[tokio::test]
    async fn the_log_of_a_key_file_is_bounded_by_sqlite() {
        const MOST: u64 = 6 << 20;
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("keys.sqlite");
        let store = open(&file).await.unwrap();
        let mut written = 0;
        while written < 4 * MOST {
            // The senders of one flush of the library, with records of the usual size.
            let keys: Vec<_> = (0..100)
                .map(|number| {
                    let address = format!("{}@g.us:{written}:{number}", "1".repeat(18));
                    (Arc::from(address), vec![7; 1000].into())
                })
                .collect();
            written += 100 * 1000;
            store.put_sender_keys_batch(&keys).await.unwrap();
            let log = std::fs::metadata(home.path().join("keys.sqlite-wal"));
            let log = log.unwrap().len();
            assert!(log <= MOST, "{log} bytes after {written}");
        }
    }

    #[tokio::test]
    async fn keys_are_for_their_owner_only_and_go_without_a_trace() {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("keys");
        create_dir(&dir).unwrap();
        assert_eq!(mode(&dir), 0o700);

        let session = SessionId::parse("01JZ0000000000000000000001").unwrap();
        let file = path(&dir, &session);
        let store = open(&file).await.unwrap();
        assert!(!is_paired(&file).await);
        store.create().await.unwrap();
        // Recent writes are in the write-ahead log.
        let files: Vec<_> = std::fs::read_dir(&dir)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        assert!(files.len() >= 3, "{files:?}");
        for file in &files {
            assert_eq!(mode(file), 0o600, "{file:?}");
        }
        drop(store);

        erase(&file).unwrap();
        assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 0);
        erase(&file).unwrap();
    }
}
