//! A bounded log file that several processes append to. When it is full it is renamed, the oldest
//! one is deleted, and a new one is created.
//!
//! Lines are written, and files renamed, only while the file at the path is locked. So a line never
//! goes to a file that another process has just renamed or deleted.

use crate::private;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The size at which the file is renamed, in bytes.
pub(super) const FILE_MAX: u64 = 5 << 20;
/// Full files that are kept beside the one that is written.
pub(super) const FILES_KEPT: u32 = 2;
/// Attempts to lock a file that is being renamed, before a line is written regardless.
const TRIES: usize = 100;

pub(super) struct RotatingFile {
    path: PathBuf,
    file: File,
    /// Devices and pipes have no size to bound.
    is_regular: bool,
    max: u64,
    kept: u32,
}

impl RotatingFile {
    /// Opens the file for appending; only its owner can read it.
    ///
    /// # Errors
    /// It cannot be opened.
    pub(super) fn open(path: &Path, max: u64, kept: u32) -> io::Result<Self> {
        let file = append(path)?;
        let is_regular = file.metadata()?.is_file();
        if is_regular {
            // One that was there before may be open to others, and may be another user's.
            let _ = private::restrict(path);
        }
        // Behind a symbolic link it is the file that is renamed, not the link.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        Ok(Self {
            path,
            file,
            is_regular,
            max,
            kept,
        })
    }

    /// Locks the file at the path with room for `bytes` more; a full file is renamed first.
    fn lock_with_room(&mut self, length: u64) -> io::Result<()> {
        for _ in 0..TRIES {
            // File systems without locks are for one process at a time.
            let _ = self.file.lock();
            if !self.is_at_path() {
                self.file = append(&self.path)?;
                continue;
            }
            let size = self.file.metadata()?.len();
            if size == 0 || size + length <= self.max || self.rename().is_err() {
                return Ok(());
            }
            self.file = append(&self.path)?;
        }
        Ok(())
    }

    /// Whether the open file is still the one at the path: another process may have renamed it.
    #[cfg(unix)]
    fn is_at_path(&self) -> bool {
        use std::os::unix::fs::MetadataExt as _;
        match (self.file.metadata(), fs::metadata(&self.path)) {
            (Ok(open), Ok(there)) => (open.dev(), open.ino()) == (there.dev(), there.ino()),
            _ => false,
        }
    }

    /// Files cannot be compared here; [`RotatingFile::write`] opens the file each time.
    #[cfg(not(unix))]
    fn is_at_path(&self) -> bool {
        true
    }

    /// Makes room at the path: `log` becomes `log.1`, `log.1` becomes `log.2`, and the oldest is replaced.
    fn rename(&self) -> io::Result<()> {
        for number in (1..self.kept).rev() {
            let renamed = fs::rename(self.numbered(number), self.numbered(number + 1));
            if let Err(error) = renamed
                && error.kind() != io::ErrorKind::NotFound
            {
                return Err(error);
            }
        }
        fs::rename(&self.path, self.numbered(1))
    }

    fn numbered(&self, number: u32) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{number}"));
        name.into()
    }
}

impl Write for RotatingFile {
    /// Writes all of it: a line is never divided between two files.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if !self.is_regular {
            self.file.write_all(line)?;
            return Ok(line.len());
        }
        #[cfg(not(unix))]
        {
            self.file = append(&self.path)?;
        }
        // If the path cannot be opened any more, keep using the open file.
        let _ = self.lock_with_room(line.len() as u64);
        let written = self.file.write_all(line);
        let _ = self.file.unlock();
        written.map(|()| line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn append(path: &Path) -> io::Result<File> {
    private::new_file(OpenOptions::new().create(true).append(true)).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// A line arrives in one write, as from the log's thread.
    fn log_line(log: &mut RotatingFile, line: &str) {
        log.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    fn lines(path: &Path) -> Vec<String> {
        let text = fs::read_to_string(path).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    fn numbered(path: &Path, number: u32) -> PathBuf {
        PathBuf::from(format!("{}.{number}", path.display()))
    }

    #[test]
    fn a_full_file_is_renamed_and_the_oldest_deleted() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("desk.log");
        let mut log = RotatingFile::open(&path, 30, 2).unwrap();
        for number in 0..20 {
            log_line(&mut log, &format!("line {number:04}"));
        }
        // Three lines of ten bytes fill a file.
        assert_eq!(lines(&path), ["line 0018", "line 0019"]);
        assert_eq!(
            lines(&numbered(&path, 1)),
            ["line 0015", "line 0016", "line 0017"]
        );
        assert_eq!(lines(&numbered(&path, 2))[0], "line 0012");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 3);
        #[cfg(unix)]
        for file in [path.clone(), numbered(&path, 1)] {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        // A line longer than a file is written whole to its own file.
        log_line(&mut log, &"x".repeat(100));
        assert_eq!(lines(&path), ["x".repeat(100)]);
    }

    #[test]
    fn concurrent_writers_lose_no_line() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("desk.log");
        let wanted: BTreeSet<String> = (0..4)
            .flat_map(|writer| (0..300).map(move |number| format!("{writer} line {number:04}")))
            .collect();
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let mut log = RotatingFile::open(&path, 1_000, 40).unwrap();
                scope.spawn(move || {
                    for number in 0..300 {
                        log_line(&mut log, &format!("{writer} line {number:04}"));
                    }
                });
            }
        });
        let mut found = lines(&path);
        for number in 1..=40 {
            found.extend(lines(&numbered(&path, number)));
        }
        assert_eq!(found.len(), wanted.len());
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), wanted);
    }

    #[cfg(unix)]
    #[test]
    fn a_moved_or_deleted_file_is_reopened() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("desk.log");
        let mut log = RotatingFile::open(&path, FILE_MAX, FILES_KEPT).unwrap();
        log_line(&mut log, "one");
        fs::rename(&path, directory.path().join("moved")).unwrap();
        log_line(&mut log, "two");
        assert_eq!(lines(&path), ["two"]);
        fs::remove_file(&path).unwrap();
        log_line(&mut log, "three");
        assert_eq!(lines(&path), ["three"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_never_renamed() {
        let mut log = RotatingFile::open(Path::new("/dev/null"), 1, 2).unwrap();
        log.write_all(b"much more than one byte\n").unwrap();
        assert!(Path::new("/dev/null").exists() && !Path::new("/dev/null.1").exists());
    }
}
