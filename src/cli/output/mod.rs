//! What commands for scripts write: an answer on standard output as a table, JSON or CSV; a failure on
//! standard error with its exit code. `docs/scripting.md` promises all of it.

mod csv;
mod exit;
mod failure;
mod json;
mod table;

pub use csv::Csv;
pub use exit::Exit;
pub use failure::{Asked, Failure, report};
pub use json::document;
pub use table::{Column, Table};

use crate::api::EpochMillis;
use clap::Args;
use serde::Serialize;
use std::io::{ErrorKind, IsTerminal as _, Write as _};

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Args)]
pub struct ListFormat {
    /// Write one JSON document
    #[arg(long)]
    pub json: bool,

    /// Write CSV, for spreadsheets
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
}

/// How a single answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Args)]
pub struct AnswerFormat {
    /// Write one JSON document
    #[arg(long)]
    pub json: bool,
}

/// Writes an answer. A reader that has seen enough (`| head`) is no failure.
///
/// # Errors
/// Standard output cannot be written for another reason.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::new(
            Exit::Failed,
            format!("the answer cannot be written: {error}"),
        )),
        _ => Ok(()),
    }
}

/// Writes a table: on a terminal as wide as that is, elsewhere as wide as it needs to be.
///
/// # Errors
/// As [`print()`].
pub fn print_table(table: &Table) -> Result<(), Failure> {
    let columns = std::io::stdout()
        .is_terminal()
        .then(|| crossterm::terminal::size().ok())
        .flatten()
        .map(|(columns, _)| usize::from(columns));
    print(&table.render(columns))
}

/// Writes a JSON document.
///
/// # Errors
/// As [`print()`].
pub fn print_document(value: &impl Serialize) -> Result<(), Failure> {
    let text = document(value).map_err(|error| {
        Failure::new(
            Exit::Failed,
            format!("the answer has no JSON form: {error}"),
        )
    })?;
    print(&text)
}

/// Writes a line for people beside the answer. Nobody minds when it cannot be written.
pub fn note(line: &str) {
    let _ = writeln!(
        std::io::stderr(),
        "groupdesk: {}",
        crate::text::clean_line(line)
    );
}

/// A time that sorts as text and that every program reads: `2026-11-23T08:15:00Z`.
#[must_use]
pub fn time(at: EpochMillis) -> String {
    jiff::Timestamp::from_millisecond(at).map_or_else(|_| at.to_string(), |at| at.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc() {
        assert_eq!(time(0), "1970-01-01T00:00:00Z");
        assert_eq!(time(1_700_000_000_123), "2023-11-14T22:13:20.123Z");
        assert_eq!(time(i64::MAX), i64::MAX.to_string());
    }
}
