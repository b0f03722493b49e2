//! The lock on a database: at most one process writes. The lock file also records the newest
//! committed id, so that a database whose write-ahead log was lost is recognized.
//!
//! There are two locks, because each alone can be bypassed: the lock file can be deleted, and a
//! hard link gives the database another name and so another lock file. The second lock is on the
//! database file itself, on a byte that SQLite does not use. It is an OFD lock, which belongs to
//! the open file and not to the process as SQLite's locks do, so neither disturbs the other. Only
//! Linux has OFD locks; elsewhere only the lock file is used.
//!
//! While a database is open its newest commits may be in its log (`-wal`) only. The lock file holds
//! the newest id of a commit that was logged. After an end without a close, a database whose own
//! logs end before that id has lost commits and is not opened.

use super::error::{OpenError, beside};
use super::file::open_private;
use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;
use ulid::Ulid;

/// The right to write to a database, for as long as this lives.
pub(super) struct Lock {
    beside: File,
    _database: File,
}

impl Lock {
    /// Takes both locks. The database is created where it is absent.
    pub(super) fn take(database: &Path) -> Result<Self, OpenError> {
        let path = beside(database, ".lock");
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            move |cause| OpenError::Unreadable { path, cause }
        };
        let file = open_private(&path).map_err(unreadable(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(OpenError::InUse(database.to_owned())),
            Err(TryLockError::Error(cause)) => return Err(unreadable(&path)(cause)),
        }
        refuse_emptied(database)?;
        let inode = open_private(database).map_err(unreadable(database))?;
        if !by_inode::lock(&inode).map_err(unreadable(database))? {
            return Err(OpenError::InUse(database.to_owned()));
        }
        Ok(Self {
            beside: file,
            _database: inode,
        })
    }

    /// The newest id that was logged, if the last process did not close the database.
    pub(super) fn last(&self) -> Option<Ulid> {
        read_last(&self.beside)
    }

    /// Remembers the newest id that was logged. It is no more than a help, so a failure is none of the
    /// commit's.
    pub(super) fn set_last(&self, id: Ulid) {
        let mut file = &self.beside;
        let written = file
            .rewind()
            .and_then(|()| file.write_all(format!("{id}\n").as_bytes()));
        if let Err(error) = written {
            tracing::debug!(%error, "the newest id was not noted in the lock file");
        }
    }

    /// The database is whole without its log.
    pub(super) fn forget_last(&self) {
        if let Err(error) = self.beside.set_len(0) {
            tracing::debug!(%error, "the lock file was not emptied");
        }
    }
}

/// Whether another process has the database open. Nothing is created.
pub(super) fn is_taken(database: &Path) -> bool {
    let beside = File::open(beside(database, ".lock"))
        .is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)));
    beside || File::open(database).is_ok_and(|file| by_inode::is_locked(&file))
}

/// The newest id of the last process.
pub(super) fn last_of(database: &Path) -> Option<Ulid> {
    read_last(&File::open(beside(database, ".lock")).ok()?)
}

fn read_last(mut file: &File) -> Option<Ulid> {
    let mut text = [0; ulid::ULID_LEN];
    file.rewind().ok()?;
    file.read_exact(&mut text).ok()?;
    Ulid::from_string(std::str::from_utf8(&text).ok()?).ok()
}

/// SQLite takes a log beside an empty database for a leftover and deletes it, with all that is in it.
pub(super) fn refuse_emptied(database: &Path) -> Result<(), OpenError> {
    let length = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
    if length(database) == 0 && length(&beside(database, "-wal")) > 0 {
        return Err(OpenError::Emptied(database.to_owned()));
    }
    Ok(())
}

#[cfg(target_os = "linux")]
mod by_inode {
    use nix::errno::Errno;
    use nix::fcntl::{FcntlArg, fcntl};
    use nix::libc;
    use std::fs::File;

    /// Just behind the bytes that SQLite locks.
    const BYTE: libc::off_t = 0x4000_0000 + 4096;

    /// The constants are declared wider than the fields that hold them.
    fn short(constant: libc::c_int) -> libc::c_short {
        constant.try_into().unwrap_or(libc::c_short::MAX)
    }

    fn range() -> libc::flock {
        libc::flock {
            l_type: short(libc::F_WRLCK),
            l_whence: short(libc::SEEK_SET),
            l_start: BYTE,
            l_len: 1,
            l_pid: 0,
        }
    }

    /// Whether the lock could be taken; it is given back when the file is closed.
    pub(super) fn lock(file: &File) -> std::io::Result<bool> {
        match fcntl(file, FcntlArg::F_OFD_SETLK(&range())) {
            Ok(_) => Ok(true),
            Err(Errno::EAGAIN | Errno::EACCES) => Ok(false),
            // A file system without locks.
            Err(Errno::ENOLCK | Errno::EINVAL | Errno::EOPNOTSUPP) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn is_locked(file: &File) -> bool {
        let mut found = range();
        fcntl(file, FcntlArg::F_OFD_GETLK(&mut found)).is_ok()
            && found.l_type != short(libc::F_UNLCK)
    }
}

#[cfg(not(target_os = "linux"))]
mod by_inode {
    use std::fs::File;

    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
    pub fn lock(_: &File) -> std::io::Result<bool> {
        Ok(true)
    }

    pub fn is_locked(_: &File) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_opener_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("desk.db");
        let first = Lock::take(&path).unwrap();
        let refusal = Lock::take(&path).err().unwrap().to_string();
        assert!(
            refusal.contains("already in use by another groupdesk"),
            "{refusal}"
        );
        drop(first);
        Lock::take(&path).unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn neither_a_deleted_lock_file_nor_another_path_allows_a_second_opener() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("desk.db");
        let _first = Lock::take(&path).unwrap();
        let other = directory.path().join("other/desk.db");
        std::fs::create_dir(other.parent().unwrap()).unwrap();
        std::fs::hard_link(&path, &other).unwrap();
        assert!(is_taken(&other));
        assert!(matches!(Lock::take(&other), Err(OpenError::InUse(_))));
        std::fs::remove_file(beside(&path, ".lock")).unwrap();
        assert!(is_taken(&path));
        assert!(matches!(Lock::take(&path), Err(OpenError::InUse(_))));
    }

    #[test]
    fn the_newest_id_is_remembered_until_it_is_cleared() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("desk.db");
        let lock = Lock::take(&path).unwrap();
        assert_eq!(lock.last(), None);
        for id in [Ulid::from(7_u128), Ulid::from(8_u128)] {
            lock.set_last(id);
            assert_eq!(lock.last(), Some(id));
            assert_eq!(last_of(&path), Some(id));
        }
        lock.forget_last();
        assert_eq!(lock.last(), None);
    }
}
