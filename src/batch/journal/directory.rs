//! The journals of a gateway: one file each in a directory, named by the batch's id.

use super::lines::Head;
use super::open::{Journal, JournalSummary, lock};
use crate::api::EpochMillis;
use crate::batch::plan::Plan;
use crate::private;
use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};
use ulid::Ulid;

/// Ended journals that are kept, for `--resume` to show again.
const ENDED_KEPT: usize = 20;

const ENDING: &str = "jsonl";

impl Journal {
    /// Starts a journal for a plan. Ended journals beyond the newest 20 are removed.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn create(directory: &Path, plan: &Plan, now: EpochMillis) -> io::Result<Self> {
        private::create_directory(directory)?;
        tidy(directory);
        let id = Ulid::from_parts(now.max(0) as u64, rand::random()).to_string();
        let path = path_of(directory, &id);
        let new = path.with_extension("new");
        let mut options = OpenOptions::new();
        options.create(true).truncate(true).read(true).write(true);
        let file = private::new_file(&mut options).open(&new)?;
        let journal = Self::begin(file, Head::new(id, plan, now))?;
        std::fs::rename(&new, &path)?;
        sync_directory(directory)?;
        Ok(journal)
    }

    /// Opens a journal to go on with it, or to show it.
    ///
    /// # Errors
    /// A sentence: there is none of this id, another process works on it, or it cannot be read.
    pub fn open(directory: &Path, id: &str) -> Result<Self, String> {
        let id: Ulid = id
            .parse()
            .map_err(|_| format!("`{id}` is not the id of a batch"))?;
        let path = path_of(directory, &id.to_string());
        let fault = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&path)
            .map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => format!("there is no batch {id} for this gateway"),
                _ => fault(&error),
            })?;
        lock(&file).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => {
                format!("another groupdesk works on the batch {id}; stop it there first")
            }
            _ => fault(&error),
        })?;
        Self::read(file).map_err(|error| fault(&error))
    }

    /// The journals of a directory that rows are left in, newest first. Those that another process works on
    /// and those that cannot be read are left out.
    #[must_use]
    pub fn unfinished(directory: &Path) -> Vec<JournalSummary> {
        let mut found: Vec<_> = (ids(directory).into_iter())
            .filter_map(|id| Self::open(directory, &id).ok())
            .map(|journal| journal.summary())
            .filter(|summary| summary.tally.left > 0)
            .collect();
        found.sort_by(|one, other| other.id.cmp(&one.id));
        found
    }

    /// The id of the newest journal of a directory, whether ended or not.
    #[must_use]
    pub fn newest(directory: &Path) -> Option<String> {
        ids(directory).pop()
    }
}

fn path_of(directory: &Path, id: &str) -> PathBuf {
    directory.join(id).with_extension(ENDING)
}

/// The ids of the journals in a directory, oldest first.
fn ids(directory: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return Vec::new();
    };
    let mut ids: Vec<String> = (entries.flatten())
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == ENDING))
        .filter_map(|path| path.file_stem()?.to_str().map(str::to_owned))
        .filter(|id| id.parse::<Ulid>().is_ok())
        .collect();
    ids.sort();
    ids
}

/// Removes ended journals beyond the newest. What cannot be read or removed stays.
fn tidy(directory: &Path) {
    let mut kept = 0;
    for id in ids(directory).into_iter().rev() {
        let Ok(journal) = Journal::open(directory, &id) else {
            continue;
        };
        if journal.summary().tally.left > 0 {
            continue;
        }
        kept += 1;
        if kept > ENDED_KEPT {
            let _ = std::fs::remove_file(path_of(directory, &id));
        }
    }
}

/// Makes a new name in the directory survive a power cut.
fn sync_directory(directory: &Path) -> io::Result<()> {
    #[cfg(unix)]
    std::fs::File::open(directory)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = directory;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::journal::fixture::{journal, plan};

    #[test]
    fn one_process_at_a_time_works_on_a_journal() {
        let directory = tempfile::tempdir().unwrap();
        let open = journal(directory.path());
        let error = Journal::open(directory.path(), &open.id).unwrap_err();
        assert!(error.contains("another groupdesk"), "{error}");
        assert_eq!(Journal::unfinished(directory.path()), []);
        let id = open.id.clone();
        drop(open);
        let found = Journal::unfinished(directory.path());
        assert_eq!(found.len(), 1);
        assert_eq!((&found[0].id, found[0].tally.left), (&id, 3));
        assert!(Journal::open(directory.path(), "../x").is_err());
    }

    #[test]
    fn old_ended_journals_are_removed() {
        let directory = tempfile::tempdir().unwrap();
        let unfinished = journal(directory.path()).id;
        for at in 0..i64::try_from(ENDED_KEPT).unwrap() + 5 {
            let mut ended =
                Journal::create(directory.path(), &plan(), 1_700_000_001_000 + at).unwrap();
            ended.drop_rest().unwrap();
        }
        // The last one was created after the tidying.
        let left = ids(directory.path());
        assert_eq!(left.len(), ENDED_KEPT + 2);
        assert!(left.contains(&unfinished));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_user_can_read_a_journal() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let id = journal(directory.path()).id;
        let mode = std::fs::metadata(path_of(directory.path(), &id))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
