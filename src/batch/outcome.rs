//! What became of a row, and what a running batch reports.

use crate::api::EpochMillis;

/// What became of a row. The words follow the outcome: "refused: not an admin".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The gateway confirmed it, or a look-up after a lost answer showed it.
    Applied,
    /// It was sent and refused; nothing was changed.
    Refused(String),
    /// It was not sent.
    NotAttempted(String),
    /// It may have been applied. It is never sent again.
    Unconfirmed(String),
}

impl Outcome {
    /// The word of the outcome on screens and in tables.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Refused(_) => "refused",
            Self::NotAttempted(_) => "not attempted",
            Self::Unconfirmed(_) => "unconfirmed",
        }
    }

    /// Why; empty for an applied row.
    #[must_use]
    pub fn why(&self) -> &str {
        match self {
            Self::Applied => "",
            Self::Refused(why) | Self::NotAttempted(why) | Self::Unconfirmed(why) => why,
        }
    }
}

/// Where a row stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowState {
    /// It has not been sent.
    Waiting,
    /// It is being sent, or its outcome is being looked up.
    Sending,
    Done(Outcome),
}

/// How many rows ended in which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    pub applied: usize,
    pub refused: usize,
    pub not_attempted: usize,
    pub unconfirmed: usize,
    /// Rows without an outcome.
    pub left: usize,
}

impl Tally {
    #[must_use]
    pub fn of<'a>(outcomes: impl IntoIterator<Item = Option<&'a Outcome>>) -> Self {
        let mut tally = Self::default();
        for outcome in outcomes {
            let count = match outcome {
                Some(Outcome::Applied) => &mut tally.applied,
                Some(Outcome::Refused(_)) => &mut tally.refused,
                Some(Outcome::NotAttempted(_)) => &mut tally.not_attempted,
                Some(Outcome::Unconfirmed(_)) => &mut tally.unconfirmed,
                None => &mut tally.left,
            };
            *count += 1;
        }
        tally
    }

    /// Rows with an outcome.
    #[must_use]
    pub fn done(&self) -> usize {
        self.applied + self.refused + self.not_attempted + self.unconfirmed
    }
}

/// What a running batch reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// A row's state has changed; `index` counts the rows of the plan.
    Row {
        index: usize,
        state: RowState,
    },
    /// Nothing is sent before this moment; `why` is a sentence.
    Waiting {
        until: EpochMillis,
        why: String,
    },
    /// The last row ends about then, by the budgets that the gateway reports.
    Expected(EpochMillis),
    Paused,
    /// It goes on after a pause.
    GoesOn,
}

/// What a running batch is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Control {
    #[default]
    Run,
    /// Sends nothing more until it is told to go on.
    Pause,
    /// Ends after the row in flight. The batch can be resumed.
    Stop,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// Every row has an outcome.
    Finished,
    /// It was told to stop. The other rows can be resumed.
    Stopped,
    /// It cannot go on now, for the reason given: the gateway is away, the key is refused, or the journal
    /// cannot be written. The other rows can be resumed.
    Interrupted(String),
}
