//! The file of a notebook: read, changed and replaced as a whole, under a lock that other desks respect.

use crate::console::ids::RequestId;
use crate::console::notebook::{Notebook, NotebookChange};
use crate::private;
use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Bytes of a notebook.
const FILE_MAX: u64 = 8 << 20;

/// What is to be read or changed, the oldest first.
#[derive(Default)]
pub(super) struct NotebookJobs {
    waiting: Mutex<VecDeque<(RequestId, PathBuf, Option<NotebookChange>)>>,
    /// Held by the job that runs.
    turn: Mutex<()>,
}

impl NotebookJobs {
    pub(super) fn add(&self, id: RequestId, file: PathBuf, change: Option<NotebookChange>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push_back((id, file, change));
    }

    /// Runs the oldest job, after the one that runs. No outcome: it panicked.
    pub(super) fn run_next(&self) -> Option<(RequestId, Option<Result<Notebook, String>>)> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let next = (self.waiting.lock())
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front();
        let (id, file, change) = next?;
        let run = AssertUnwindSafe(|| read_or_change(&file, change));
        Some((id, std::panic::catch_unwind(run).ok()))
    }
}

/// Reads the notebook, and applies a change to it if there is one.
///
/// # Errors
/// A sentence that names the file: it cannot be read or written, or is not a notebook. Then it is left as it is.
fn read_or_change(file: &Path, change: Option<NotebookChange>) -> Result<Notebook, String> {
    let fault = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let Some(change) = change else {
        return read(file).map_err(|error| fault(&error));
    };
    let _lock = lock(file).map_err(|error| fault(&error))?;
    let mut notebook = read(file).map_err(|error| fault(&error))?;
    let before = notebook.clone();
    notebook.apply(change);
    if notebook != before {
        write(file, &notebook).map_err(|error| fault(&error))?;
    }
    Ok(notebook)
}

fn read(file: &Path) -> Result<Notebook, String> {
    let mut text = Vec::new();
    match File::open(file) {
        Ok(file) => {
            let mut bounded = file.take(FILE_MAX + 1);
            (bounded.read_to_end(&mut text)).map_err(|error| error.to_string())?;
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Notebook::default());
        }
        Err(error) => return Err(error.to_string()),
    }
    if text.len() as u64 > FILE_MAX {
        return Err(format!("larger than {} MiB", FILE_MAX >> 20));
    }
    let mut notebook: Notebook =
        serde_json::from_slice(&text).map_err(|error| error.to_string())?;
    notebook.bound();
    Ok(notebook)
}

/// Held while the file is read, changed and replaced. Its own file, because the notebook's is replaced.
fn lock(file: &Path) -> std::io::Result<File> {
    if let Some(directory) = file.parent() {
        private::create_directory(directory)?;
    }
    let lock = private::new_file(OpenOptions::new().create(true).truncate(false).write(true))
        .open(beside(file, ".lock"))?;
    lock.lock()?;
    Ok(lock)
}

fn write(file: &Path, notebook: &Notebook) -> std::io::Result<()> {
    let new = beside(file, ".new");
    let mut text = serde_json::to_vec_pretty(notebook)?;
    text.push(b'\n');
    let mut open =
        private::new_file(OpenOptions::new().create(true).truncate(true).write(true)).open(&new)?;
    open.write_all(&text)?;
    open.sync_all()?;
    std::fs::rename(&new, file)
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn favourite(group: &str) -> NotebookChange {
        NotebookChange::Favourite {
            group: group.to_owned(),
            on: true,
        }
    }

    #[test]
    fn changes_of_two_desks_are_both_kept() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("desk/demo.json");
        assert_eq!(read_or_change(&file, None), Ok(Notebook::default()));
        assert!(!file.exists(), "reading creates nothing");
        let desks: Vec<_> = (0..2)
            .map(|desk| {
                let file = file.clone();
                std::thread::spawn(move || {
                    for group in 0..20 {
                        read_or_change(&file, Some(favourite(&format!("{desk}-{group}")))).unwrap();
                    }
                })
            })
            .collect();
        for desk in desks {
            desk.join().unwrap();
        }
        let read = read_or_change(&file, None).unwrap();
        assert_eq!(read.favourites.len(), 40);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_file_that_is_no_notebook_is_named_with_its_line_and_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("demo.json");
        std::fs::write(&file, "{\n  \"favourites\": [1,\n").unwrap();
        let error = read_or_change(&file, Some(favourite("g"))).unwrap_err();
        assert!(
            error.contains("demo.json") && error.contains("line 2"),
            "{error}"
        );
        assert_eq!(
            std::fs::read_to_string(&file).unwrap(),
            "{\n  \"favourites\": [1,\n"
        );
    }

    #[test]
    fn jobs_are_done_in_their_order_whichever_thread_runs_them() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("demo.json");
        let jobs = NotebookJobs::default();
        for at in 0..51 {
            let on = at % 2 == 0;
            let group = "g".to_owned();
            let change = NotebookChange::Favourite { group, on };
            jobs.add(RequestId(at), file.clone(), Some(change));
        }
        std::thread::scope(|scope| {
            for _ in 0..51 {
                scope.spawn(|| jobs.run_next().unwrap().1.unwrap().unwrap());
            }
        });
        assert!(jobs.run_next().is_none());
        assert!(read(&file).unwrap().is_favourite("g"));
    }
}
