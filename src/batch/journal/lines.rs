//! The lines of a journal: the plan first, then what became of its rows.

use super::row::{InDoubt, JournalRow, sha256};
use crate::api::EpochMillis;
use crate::batch::change::Step;
use crate::batch::outcome::Outcome;
use crate::batch::plan::{Plan, RowPlan, Target};
use serde::{Deserialize, Serialize};
use serde_json::Value;

const VERSION: u32 = 1;

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Head {
    version: u32,
    pub(super) id: String,
    pub(super) started_at: EpochMillis,
    /// The change in words.
    pub(super) change: String,
    rows: Vec<HeadRow>,
}

/// A row of the plan.
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

/// What became of a row, or of all that are left.
#[derive(Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(super) enum Line {
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

impl Head {
    pub(super) fn new(id: String, plan: &Plan, now: EpochMillis) -> Self {
        Self {
            version: VERSION,
            id,
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
        }
    }

    /// # Errors
    /// It is no first line, or one of another version.
    pub(super) fn parse(line: &[u8]) -> Result<Self, String> {
        let head: Self = serde_json::from_slice(line).map_err(|error| error.to_string())?;
        if head.version != VERSION {
            return Err(format!(
                "written by another version (format {}, not {VERSION})",
                head.version
            ));
        }
        Ok(head)
    }

    /// The rows before anything was sent.
    ///
    /// # Errors
    /// A step is none of ours.
    pub(super) fn rows(&self) -> Result<Vec<JournalRow>, String> {
        let rows = self.rows.iter().map(|row| {
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
}

impl Line {
    /// Takes the line in.
    ///
    /// # Errors
    /// It is about a row that the batch does not have.
    pub(super) fn apply(self, rows: &mut [JournalRow]) -> Result<(), String> {
        let (row, outcome) = match self {
            Self::Sending { row, old } => {
                at(rows, row)?.in_doubt = Some(InDoubt { old_code: old });
                return Ok(());
            }
            Self::NotSent { row } => {
                at(rows, row)?.in_doubt = None;
                return Ok(());
            }
            Self::Dropped => {
                for row in rows.iter_mut().filter(|row| row.outcome.is_none()) {
                    row.outcome = Some(if row.in_doubt.is_some() {
                        Outcome::Unconfirmed(
                            "it may have been sent, and was not looked up".to_owned(),
                        )
                    } else {
                        Outcome::NotAttempted("the batch was given up".to_owned())
                    });
                }
                return Ok(());
            }
            Self::Applied { row } => (row, Outcome::Applied),
            Self::Refused { row, why } => (row, Outcome::Refused(why)),
            Self::NotAttempted { row, why } => (row, Outcome::NotAttempted(why)),
            Self::Unconfirmed { row, why } => (row, Outcome::Unconfirmed(why)),
        };
        at(rows, row)?.outcome = Some(outcome);
        Ok(())
    }
}

fn at(rows: &mut [JournalRow], row: usize) -> Result<&mut JournalRow, String> {
    let found = rows.get_mut(row);
    found.ok_or_else(|| "a row that the batch does not have".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_of_another_version_is_refused() {
        let line = |version: u32| {
            format!(r#"{{"version":{version},"id":"x","startedAt":0,"change":"","rows":[]}}"#)
        };
        assert!(Head::parse(line(VERSION).as_bytes()).is_ok());
        let error = Head::parse(line(VERSION + 1).as_bytes()).err().unwrap();
        assert!(error.contains("another version"), "{error}");
        assert!(Head::parse(b"{}").is_err());
    }
}
