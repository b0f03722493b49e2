//! An open journal.

use super::lines::{Head, Line};
use super::row::{JournalRow, sha256};
use crate::api::EpochMillis;
use crate::batch::outcome::{Outcome, Tally};
use std::fs::{File, TryLockError};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};

/// Bytes of a journal: 100,000 rows with descriptions of full length.
const FILE_MAX: u64 = 512 << 20;

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
    /// Writes the first line into a new file, and locks it.
    pub(super) fn begin(mut file: File, head: Head) -> io::Result<Self> {
        lock(&file)?;
        let mut text = serde_json::to_vec(&head)?;
        text.push(b'\n');
        file.write_all(&text)?;
        file.sync_all()?;
        Ok(Self {
            file,
            rows: head.rows().map_err(io::Error::other)?,
            id: head.id,
            started_at: head.started_at,
            change: head.change,
        })
    }

    /// Reads the lines, drops a last one that is cut off, and continues behind them.
    pub(super) fn read(mut file: File) -> Result<Self, String> {
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
        let head = Head::parse(&line)?;
        let mut rows = head.rows()?;
        let mut number = 1;
        loop {
            let count = next(&mut line)?;
            number += 1;
            if count == 0 || line.last() != Some(&b'\n') {
                break;
            }
            let read_line: Line =
                serde_json::from_slice(&line).map_err(|error| format!("line {number}: {error}"))?;
            (read_line.apply(&mut rows)).map_err(|fault| format!("line {number}: {fault}"))?;
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
    pub(in crate::batch) fn sending(
        &mut self,
        row: usize,
        old_code: Option<&str>,
    ) -> io::Result<()> {
        let old = old_code.map(sha256);
        self.append(Line::Sending { row, old })
    }

    /// The row's call did not leave.
    pub(in crate::batch) fn not_sent(&mut self, row: usize) -> io::Result<()> {
        self.append(Line::NotSent { row })
    }

    pub(in crate::batch) fn done(&mut self, row: usize, outcome: &Outcome) -> io::Result<()> {
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
        line.apply(&mut self.rows).map_err(io::Error::other)
    }
}

/// No other process works on it from now on.
pub(super) fn lock(file: &File) -> io::Result<()> {
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => io::ErrorKind::WouldBlock.into(),
        TryLockError::Error(error) => error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::journal::fixture::journal;
    use std::fs::OpenOptions;
    use std::path::{Path, PathBuf};

    fn path_of(directory: &Path, id: &str) -> PathBuf {
        directory.join(format!("{id}.jsonl"))
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
}
