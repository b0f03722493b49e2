//! Writing an answer to standard output.

use super::command_error::CommandError;
use super::exit::Exit;
use super::format::ListFormat;
use super::json::document;
use super::table::Table;
use crate::api::EpochMillis;
use serde::Serialize;
use std::io::{ErrorKind, IsTerminal as _, Write as _};

/// Writes an answer. A closed pipe (`| head`) is no error.
///
/// # Errors
/// Standard output cannot be written for another reason.
pub fn print(text: &str) -> Result<(), CommandError> {
    match write(text) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(CommandError::new(
            Exit::Failed,
            format!("the answer cannot be written: {error}"),
        )),
        _ => Ok(()),
    }
}

fn write(text: &str) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// Writes the answer to a change. If it cannot be written, the change was made anyway: the error
/// says `done`, and `remedy` says what to do without the answer.
///
/// # Errors
/// [`Exit::AnswerLost`]: standard output is full or closed, or its reader is gone.
pub fn print_change(text: &str, done: &str, remedy: &str) -> Result<(), CommandError> {
    let written = if is_closed() {
        Err(std::io::Error::other("standard output is closed"))
    } else {
        write(text)
    };
    written.map_err(|error| {
        CommandError::new(
            Exit::AnswerLost,
            format!("{done}, but the answer could not be written ({error}); {remedy}"),
        )
    })
}

/// Whether the program was started without a standard output. Rust's runtime puts `/dev/null` in its place,
/// open for reading and writing, where every answer would be lost without an error.
#[cfg(unix)]
fn is_closed() -> bool {
    let stdout = std::io::stdout();
    let (Ok(stdout_is), Ok(null)) = (rustix::fs::fstat(&stdout), rustix::fs::stat("/dev/null"))
    else {
        return true;
    };
    let both = rustix::fs::fcntl_getfl(&stdout)
        .is_ok_and(|flags| flags & rustix::fs::OFlags::RWMODE == rustix::fs::OFlags::RDWR);
    both && stdout_is.st_rdev == null.st_rdev && stdout_is.st_ino == null.st_ino
}

#[cfg(not(unix))]
fn is_closed() -> bool {
    false
}

/// Writes a table: on a terminal as wide as that is, elsewhere as wide as it needs to be.
///
/// # Errors
/// As [`print()`].
pub fn print_table(table: &Table) -> Result<(), CommandError> {
    print(&table_text(table))
}

/// Writes a list in the format that was asked for: as a document, as CSV, or as a table.
///
/// # Errors
/// As [`print()`], or the answer has no such form.
pub fn print_list<D: Serialize>(
    format: ListFormat,
    document: impl FnOnce() -> D,
    csv: impl FnOnce(ListFormat) -> String,
    table: impl FnOnce() -> Table,
) -> Result<(), CommandError> {
    if format.json {
        print_document(&document())
    } else if format.csv {
        print(&csv(format))
    } else {
        print_table(&table())
    }
}

/// The text of a table, as wide as standard output.
#[must_use]
pub fn table_text(table: &Table) -> String {
    let columns = std::io::stdout()
        .is_terminal()
        .then(|| crossterm::terminal::size().ok())
        .flatten()
        .map(|(columns, _)| usize::from(columns));
    table.render(columns)
}

/// Writes a JSON document.
///
/// # Errors
/// As [`print()`].
pub fn print_document(value: &impl Serialize) -> Result<(), CommandError> {
    print(&json_text(value)?)
}

/// The text of a JSON document.
///
/// # Errors
/// The value has no JSON form.
pub fn json_text(value: &impl Serialize) -> Result<String, CommandError> {
    document(value).map_err(|error| {
        CommandError::new(
            Exit::Failed,
            format!("the answer has no JSON form: {error}"),
        )
    })
}

/// A time that sorts as text and that every program reads: `2026-11-23T08:15:00.000Z`, always with three
/// digits of a second.
#[must_use]
pub fn time(at: EpochMillis) -> String {
    jiff::Timestamp::from_millisecond(at).map_or_else(|_| at.to_string(), |at| format!("{at:.3}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc() {
        assert_eq!(time(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(time(1_700_000_000_100), "2023-11-14T22:13:20.100Z");
        assert_eq!(time(1_700_000_000_123), "2023-11-14T22:13:20.123Z");
        assert_eq!(time(i64::MAX), i64::MAX.to_string());
    }
}
