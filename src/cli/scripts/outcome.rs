//! The outcome of one part of a change.

use crate::cli::output::{CommandError, Exit};
use serde::Serialize;

/// What became of a setting, of a person, or of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    Applied,
    Refused,
    /// The answer was lost, and what should change is as it was.
    NotApplied,
    NotTried,
    Unknown,
}

impl Outcome {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Refused => "refused",
            Self::NotApplied => "not applied",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_code_says_how_far_it_came() {
        use Outcome::{Applied, NotApplied, NotTried, Refused, Unknown};
        let exit = |outcomes: &[Outcome]| {
            let failure = ended(outcomes, CommandError::new(Exit::NotAdmin, "no"));
            failure.map(|failure| failure.exit)
        };
        assert_eq!(exit(&[Applied, Applied]), None);
        assert_eq!(exit(&[Applied, Refused]), Some(Exit::PartlyApplied));
        assert_eq!(
            exit(&[Applied, Unknown, NotTried]),
            Some(Exit::PartlyApplied)
        );
        assert_eq!(exit(&[Unknown, NotTried]), Some(Exit::Unknown));
        assert_eq!(exit(&[Refused, NotTried]), Some(Exit::NotAdmin));
        assert_eq!(exit(&[NotApplied]), Some(Exit::NotAdmin));
    }
}
