//! The journals of batches in a data directory, read while other processes write them.

use serde_json::Value;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

/// The journals, the oldest first.
pub fn files(directory: &Path) -> Vec<PathBuf> {
    let Ok(gateways) = fs::read_dir(directory.join("batches")) else {
        return Vec::new();
    };
    let mut files: Vec<_> = gateways
        .flatten()
        .filter_map(|gateway| fs::read_dir(gateway.path()).ok())
        .flat_map(|files| files.flatten().map(|file| file.path()))
        .filter(|file| file.extension().is_some_and(|ending| ending == "jsonl"))
        .collect();
    files.sort();
    files
}

pub fn newest(directory: &Path) -> Option<PathBuf> {
    files(directory).pop()
}

/// The id of a journal's batch.
#[track_caller]
pub fn id(file: &Path) -> &str {
    let id = file.file_stem().and_then(|id| id.to_str());
    id.expect("a name")
}

pub fn length(file: &Path) -> u64 {
    fs::metadata(file).expect("a journal").len()
}

/// Bytes of the line with the plan, which is there before anything is sent.
pub fn plan_length(file: &Path) -> u64 {
    let mut line = Vec::new();
    let file = fs::File::open(file).expect("a journal");
    let count = BufReader::new(file).read_until(b'\n', &mut line);
    count.expect("the plan") as u64
}

/// A group of a batch with its outcome, if it has one.
#[derive(Debug)]
pub struct Row {
    pub group: String,
    /// Whether the plan sends it.
    pub is_sent: bool,
    /// As in the journal: `applied`, `refused`, `not_attempted`, `unconfirmed`.
    pub outcome: Option<String>,
}

/// The rows of a journal. A last line that is still being written counts for nothing.
///
/// # Panics
/// A row has two outcomes, or was sent after it had one.
pub fn rows(file: &Path) -> Vec<Row> {
    let text = fs::read_to_string(file).expect("a journal");
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let mut lines = whole.lines().map(|line| {
        let value: Value = serde_json::from_str(line).expect("JSON");
        value
    });
    let plan = lines.next().expect("the plan");
    let planned = plan["rows"].as_array().expect("rows").iter();
    let mut rows: Vec<Row> = planned
        .map(|row| {
            let is_sent = !row["step"].is_null();
            Row {
                group: row["group"].as_str().expect("a JID").to_owned(),
                is_sent,
                outcome: (!is_sent).then(|| "not_attempted".to_owned()),
            }
        })
        .collect();
    for line in lines {
        let at = line["row"].as_u64().expect("a number");
        let row = &mut rows[usize::try_from(at).expect("a number")];
        assert!(row.outcome.is_none(), "{line} after {row:?} in {text}");
        match line["is"].as_str().expect("a word") {
            "sending" | "not_sent" => {}
            outcome => row.outcome = Some(outcome.to_owned()),
        }
    }
    rows
}

/// Whether every row has its outcome.
pub fn is_finished(file: &Path) -> bool {
    rows(file).iter().all(|row| row.outcome.is_some())
}
