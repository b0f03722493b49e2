//! The outcome of one part of a change.

use crate::cli::output::{CommandError, Exit};
use serde::Serialize;

/// What became of a setting, of a person, or of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    Applied,
    Refused,
    NotTried,
    Unknown,
}

impl Outcome {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Refused => "refused",
            Self::NotTried => "not tried",
            Self::Unknown => "unknown",
        }
    }
}

/// The error of a change with these outcomes, whose cause is `failure`; `None` when everything was applied.
pub(super) fn ended(outcomes: &[Outcome], failure: CommandError) -> Option<CommandError> {
    if outcomes.iter().all(|one| *one == Outcome::Applied) {
        return None;
    }
    let exit = if outcomes.contains(&Outcome::Applied) {
        Exit::PartlyApplied
    } else if outcomes.contains(&Outcome::Unknown) {
        Exit::Unknown
    } else {
        return Some(failure);
    };
    let cause = failure.exit.word();
    Some(CommandError { exit, ..failure }.with("cause", cause))
}
