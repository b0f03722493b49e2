//! The journal of a batch: a file that says, before and after each call, where every row stands.
//!
//! One JSON object per line. The first line has the rows of the plan; it is written whole or not at all. Each
//! further line is on the disk before the batch goes on: a row is `sending` before its call leaves. A last line
//! that is cut off was never acted upon and is dropped.
//!
//! Invite codes are kept only as SHA-256.

use super::change::Step;
use super::outcome::{Outcome, Tally};
use super::plan::{Plan, RowPlan, Target};
use crate::api::EpochMillis;
use crate::private;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use ulid::Ulid;

/// Bytes of a journal: 100,000 rows with descriptions of full length.
const FILE_MAX: u64 = 512 << 20;

/// Ended journals that are kept, for `--resume` to show again.
const ENDED_KEPT: usize = 20;

const ENDING: &str = "jsonl";
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    version: u32,
    id: String,
    started_at: EpochMillis,
    /// The change in words.
    change: String,
    rows: Vec<HeadRow>,
}

#[derive(Serialize, Deserialize)]
struct HeadRow {
    session: String,
    group: String,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    step: Option<Value>,
    /// SHA-256 of the text that the step replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    old: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    skip: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
enum Line {
    /// The call leaves next. `old`: SHA-256 of the invite code before a reset.
    Sending {
        row: usize,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        old: Option<String>,
    },
    /// The call did not leave: the row waits again.
    NotSent {
        row: usize,
    },
    Applied {
        row: usize,
    },
    Refused {
        row: usize,
        why: String,
    },
    NotAttempted {
        row: usize,
        why: String,
    },
    Unconfirmed {
        row: usize,
        why: String,
    },
    /// Somebody has decided that the other rows are not wanted any more.
    Dropped,
}

/// A row with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalRow {
    pub target: Target,
    /// Nothing is sent for a row that the plan skipped.
    pub(super) step: Option<Step>,
    /// SHA-256 of the text that the step replaces.
    pub(super) old_text: Option<String>,
    /// It was about to be sent, and no outcome was written: look it up, and never send it again.
    pub(super) in_doubt: Option<InDoubt>,
    pub outcome: Option<Outcome>,
}

impl JournalRow {
    /// Whether it may have been sent, and its outcome is not known yet.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        self.in_doubt.is_some() && self.outcome.is_none()
    }
}

/// A row that may have been sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct InDoubt {
    /// SHA-256 of the invite code before the reset.
    pub(super) old_code: Option<String>,
}

/// An open journal. Its file is locked: no other process can go on with it meanwhile.
#[derive(Debug)]
pub struct Journal {
    file: File,
    /// ULID.
    pub id: String,
    pub started_at: EpochMillis,
    /// The change in words.
    pub change: String,
    pub rows: Vec<JournalRow>,
}

/// A journal in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalSummary {
    /// ULID.
    pub id: String,
    pub started_at: EpochMillis,
    /// The change in words.
    pub change: String,
    pub tally: Tally,
    /// Rows that were about to be sent when the process ended.
    pub in_doubt: usize,
}

impl Journal {
    /// Starts a journal for a plan. Ended journals beyond the newest 20 are removed.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn create(directory: &Path, plan: &Plan, now: EpochMillis) -> io::Result<Self> {
        private::create_directory(directory)?;
        tidy(directory);
        let id = Ulid::from_parts(now.max(0) as u64, rand::random()).to_string();
        let head = Head {
            version: VERSION,
            id: id.clone(),
            started_at: now,
            change: plan.change.words(),
            rows: (plan.rows.iter())
                .map(|row| {
                    let (step, old, skip) = match &row.plan {
                        RowPlan::Send { step, old } => {
                            (Some(step.to_json()), old.as_deref().map(sha256), None)
                        }
                        RowPlan::Skip(why) => (None, None, Some(why.clone())),
                    };
                    HeadRow {
                        session: row.target.session.clone(),
                        group: row.target.group.clone(),
                        name: row.target.name.clone(),
                        step,
                        old,
                        skip,
                    }
                })
                .collect(),
        };
        let path = path_of(directory, &id);
        let new = path.with_extension("new");
        let mut file = private::new_file(
            OpenOptions::new()
                .create(true)
                .truncate(true)
                .read(true)
                .write(true),
        )
        .open(&new)?;
        lock(&file)?;
        let mut text = serde_json::to_vec(&head)?;
        text.push(b'\n');
        file.write_all(&text)?;
        file.sync_all()?;
        std::fs::rename(&new, &path)?;
        sync_directory(directory)?;
        Ok(Self {
            file,
            id,
            started_at: now,
            rows: read_rows(&head).map_err(io::Error::other)?,
            change: head.change,
        })
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

    /// Reads the lines, drops a last one that is cut off, and continues behind them.
    fn read(mut file: File) -> Result<Self, String> {
        let length = file.metadata().map_err(|error| error.to_string())?.len();
        if length > FILE_MAX {
            return Err(format!("larger than {} MiB", FILE_MAX >> 20));
        }
        let mut lines = BufReader::new((&file).take(FILE_MAX));
        let mut line = Vec::new();
        let mut next = |line: &mut Vec<u8>| {
            line.clear();
            lines
                .read_until(b'\n', line)
                .map_err(|error| error.to_string())
        };
        let mut read = next(&mut line)? as u64;
        let head: Head = serde_json::from_slice(&line).map_err(|error| error.to_string())?;
        if head.version != VERSION {
            return Err(format!(
                "written by another version (format {}, not {VERSION})",
                head.version
            ));
        }
        let mut rows = read_rows(&head)?;
        let mut number = 1;
        loop {
            let count = next(&mut line)?;
            number += 1;
            if count == 0 || line.last() != Some(&b'\n') {
                break;
            }
            let read_line: Line =
                serde_json::from_slice(&line).map_err(|error| format!("line {number}: {error}"))?;
            apply(&mut rows, read_line).map_err(|fault| format!("line {number}: {fault}"))?;
            read += count as u64;
        }
        file.set_len(read).map_err(|error| error.to_string())?;
        (file.seek(SeekFrom::End(0))).map_err(|error| error.to_string())?;
        Ok(Self {
            file,
            id: head.id,
            started_at: head.started_at,
            change: head.change,
            rows,
        })
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

    #[must_use]
    pub fn summary(&self) -> JournalSummary {
        JournalSummary {
            id: self.id.clone(),
            started_at: self.started_at,
            change: self.change.clone(),
            tally: Tally::of(self.rows.iter().map(|row| row.outcome.as_ref())),
            in_doubt: self.rows.iter().filter(|row| row.is_in_doubt()).count(),
        }
    }

    /// Gives up on the rows that are left: they end as not attempted, or as unconfirmed where they may have been
    /// sent.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn drop_rest(&mut self) -> io::Result<()> {
        self.append(Line::Dropped)
    }

    /// The row's call leaves next. `old_code` is the invite code before a reset.
    pub(super) fn sending(&mut self, row: usize, old_code: Option<&str>) -> io::Result<()> {
        let old = old_code.map(sha256);
        self.append(Line::Sending { row, old })
    }

    /// The row's call did not leave.
    pub(super) fn not_sent(&mut self, row: usize) -> io::Result<()> {
        self.append(Line::NotSent { row })
    }

    pub(super) fn done(&mut self, row: usize, outcome: &Outcome) -> io::Result<()> {
        self.append(match outcome.clone() {
            Outcome::Applied => Line::Applied { row },
            Outcome::Refused(why) => Line::Refused { row, why },
            Outcome::NotAttempted(why) => Line::NotAttempted { row, why },
            Outcome::Unconfirmed(why) => Line::Unconfirmed { row, why },
        })
    }

    /// Writes a line to the disk, then follows it.
    fn append(&mut self, line: Line) -> io::Result<()> {
        let mut text = serde_json::to_vec(&line)?;
        text.push(b'\n');
        self.file.write_all(&text)?;
        self.file.sync_data()?;
        apply(&mut self.rows, line).map_err(io::Error::other)
    }
}

fn read_rows(head: &Head) -> Result<Vec<JournalRow>, String> {
    let rows = head.rows.iter().map(|row| {
        let step = row.step.as_ref().map(Step::from_json).transpose()?;
        let outcome = match (&step, &row.skip) {
            (None, why) => Some(Outcome::NotAttempted(why.clone().unwrap_or_default())),
            (Some(_), _) => None,
        };
        Ok(JournalRow {
            target: Target {
                session: row.session.clone(),
                group: row.group.clone(),
                name: row.name.clone(),
            },
            step,
            old_text: row.old.clone(),
            in_doubt: None,
            outcome,
        })
    });
    rows.collect()
}

fn apply(rows: &mut [JournalRow], line: Line) -> Result<(), String> {
    let (at, outcome) = match line {
        Line::Sending { row, old } => {
            let found = rows
                .get_mut(row)
                .ok_or("a row that the batch does not have")?;
            found.in_doubt = Some(InDoubt { old_code: old });
            return Ok(());
        }
        Line::NotSent { row } => {
            let found = rows
                .get_mut(row)
                .ok_or("a row that the batch does not have")?;
            found.in_doubt = None;
            return Ok(());
        }
        Line::Dropped => {
            for row in rows.iter_mut().filter(|row| row.outcome.is_none()) {
                row.outcome = Some(if row.in_doubt.is_some() {
                    Outcome::Unconfirmed("it may have been sent, and was not looked up".to_owned())
                } else {
                    Outcome::NotAttempted("the batch was given up".to_owned())
                });
            }
            return Ok(());
        }
        Line::Applied { row } => (row, Outcome::Applied),
        Line::Refused { row, why } => (row, Outcome::Refused(why)),
        Line::NotAttempted { row, why } => (row, Outcome::NotAttempted(why)),
        Line::Unconfirmed { row, why } => (row, Outcome::Unconfirmed(why)),
    };
    let found = rows
        .get_mut(at)
        .ok_or("a row that the batch does not have")?;
    found.outcome = Some(outcome);
    Ok(())
}

/// SHA-256 of a text, in hexadecimal digits.
pub(super) fn sha256(text: &str) -> String {
    use std::fmt::Write as _;
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(text) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
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

fn lock(file: &File) -> io::Result<()> {
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => io::ErrorKind::WouldBlock.into(),
        TryLockError::Error(error) => error,
    })
}

/// Makes a new name in the directory survive a power cut.
fn sync_directory(directory: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(directory)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = directory;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Change;
    use crate::batch::plan::PlannedRow;

    fn plan() -> Plan {
        let row = |group: &str, plan| PlannedRow {
            target: Target {
                session: "01S".to_owned(),
                group: group.to_owned(),
                name: group.to_uppercase(),
            },
            plan,
        };
        let send = || RowPlan::Send {
            step: Step::Reset,
            old: None,
        };
        Plan {
            change: Change::Reset,
            rows: vec![
                row("a", send()),
                row("b", RowPlan::Skip("the account is not an admin".to_owned())),
                row("c", send()),
                row("d", send()),
            ],
        }
    }

    fn journal(directory: &Path) -> Journal {
        Journal::create(directory, &plan(), 1_700_000_000_000).unwrap()
    }

    #[test]
    fn a_journal_is_read_as_it_was_written() {
        let directory = tempfile::tempdir().unwrap();
        let mut written = journal(directory.path());
        written.sending(0, Some("SeCrEtCoDe123")).unwrap();
        written.done(0, &Outcome::Applied).unwrap();
        written.sending(2, Some("OtherCode1234")).unwrap();
        let (id, rows) = (written.id.clone(), written.rows.clone());
        drop(written);
        let read = Journal::open(directory.path(), &id).unwrap();
        assert_eq!(read.rows, rows);
        let summary = read.summary();
        assert_eq!(
            summary.tally,
            Tally {
                applied: 1,
                not_attempted: 1,
                left: 2,
                ..Tally::default()
            }
        );
        assert_eq!(summary.in_doubt, 1);
        let text = std::fs::read_to_string(path_of(directory.path(), &id)).unwrap();
        assert!(!text.contains("SeCrEtCoDe123"), "{text}");
    }

    #[test]
    fn a_line_that_is_cut_off_was_never_acted_upon() {
        let directory = tempfile::tempdir().unwrap();
        let mut written = journal(directory.path());
        written.sending(0, None).unwrap();
        let before = written.rows.clone();
        written.done(0, &Outcome::Applied).unwrap();
        let id = written.id.clone();
        drop(written);
        let path = path_of(directory.path(), &id);
        let whole = std::fs::read(&path).unwrap();
        let last = whole[..whole.len() - 1]
            .iter()
            .rposition(|byte| *byte == b'\n')
            .unwrap()
            + 1;
        for cut in last..whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let mut read = Journal::open(directory.path(), &id).unwrap();
            assert_eq!(read.rows, before, "cut at {cut}");
            // What is written next stands on a line of its own.
            read.done(0, &Outcome::Applied).unwrap();
            drop(read);
            let read = Journal::open(directory.path(), &id).unwrap();
            assert_eq!(read.rows[0].outcome, Some(Outcome::Applied));
        }
    }

    #[test]
    fn a_broken_line_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let written = journal(directory.path());
        let id = written.id.clone();
        drop(written);
        let path = path_of(directory.path(), &id);
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"{\"is\":\"applied\",\"row\":99}\n")
            .unwrap();
        let error = Journal::open(directory.path(), &id).unwrap_err();
        assert!(error.contains("line 2"), "{error}");
    }

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
    fn rows_that_are_given_up_have_an_outcome() {
        let directory = tempfile::tempdir().unwrap();
        let mut open = journal(directory.path());
        open.sending(2, None).unwrap();
        open.drop_rest().unwrap();
        let id = open.id.clone();
        drop(open);
        let read = Journal::open(directory.path(), &id).unwrap();
        let words: Vec<_> = (read.rows.iter())
            .map(|row| row.outcome.as_ref().unwrap().word())
            .collect();
        assert_eq!(
            words,
            [
                "not attempted",
                "not attempted",
                "unconfirmed",
                "not attempted"
            ]
        );
        drop(read);
        assert_eq!(Journal::unfinished(directory.path()), []);
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
