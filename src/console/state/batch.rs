//! The batch that runs, and batches that were not finished.

use crate::api::EpochMillis;
use crate::batch::{Ended, Outcome, RowState, Tally, Target};
use crate::console::msg::OpenBatch;

/// A batch that runs or has ended.
#[derive(Debug)]
pub(crate) struct BatchRun {
    /// Counts the runs of this desk.
    pub number: u64,
    /// Its journal's id, once it has one.
    pub id: Option<String>,
    /// As in "reset the invite link".
    pub change: String,
    pub rows: Vec<BatchRow>,
    pub tally: Tally,
    pub phase: BatchPhase,
    /// Until when nothing is sent, and why.
    pub waiting: Option<(EpochMillis, String)>,
    /// When it ends, by the budgets that the gateway reports.
    pub expected: Option<EpochMillis>,
    /// The row that was reported last.
    pub current: usize,
    /// When this run began, and how many rows had an outcome by then.
    pub since: (EpochMillis, usize),
}

#[derive(Debug)]
pub(crate) struct BatchRow {
    pub target: Target,
    pub state: RowState,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BatchPhase {
    /// Its journal is being written.
    Starting,
    Running,
    /// Asked to pause: a row may still be under way.
    Pausing,
    Paused,
    /// Asked to stop: a row may still be under way.
    Stopping,
    Ended(Ended),
    /// It could not be started; the reason is a sentence.
    Failed(String),
}

impl BatchRun {
    #[must_use]
    pub(crate) fn new(number: u64, open: OpenBatch, phase: BatchPhase, now: EpochMillis) -> Self {
        let rows: Vec<BatchRow> = (open.rows.into_iter())
            .map(|row| BatchRow {
                target: row.target,
                state: row.outcome.map_or(RowState::Waiting, RowState::Done),
            })
            .collect();
        let tally = Tally::of(rows.iter().map(BatchRow::outcome));
        Self {
            number,
            id: (!open.id.is_empty()).then_some(open.id),
            change: open.change,
            current: 0,
            since: (now, tally.done()),
            tally,
            rows,
            phase,
            waiting: None,
            expected: None,
        }
    }

    /// A row's state was reported.
    pub(crate) fn set(&mut self, index: usize, state: RowState) {
        let Some(row) = self.rows.get_mut(index) else {
            return;
        };
        self.current = index;
        if let (RowState::Done(outcome), None) = (&state, row.outcome()) {
            let count = match outcome {
                Outcome::Applied => &mut self.tally.applied,
                Outcome::Refused(_) => &mut self.tally.refused,
                Outcome::NotAttempted(_) => &mut self.tally.not_attempted,
                Outcome::Unconfirmed(_) => &mut self.tally.unconfirmed,
            };
            *count += 1;
            self.tally.left = self.tally.left.saturating_sub(1);
        }
        row.state = state;
    }

    /// Whether rows may still be sent.
    #[must_use]
    pub(crate) fn is_running(&self) -> bool {
        !matches!(self.phase, BatchPhase::Ended(_) | BatchPhase::Failed(_))
    }

    /// Whether it has ended with rows that were not sent.
    #[must_use]
    pub(crate) fn can_be_resumed(&self) -> bool {
        matches!(&self.phase, BatchPhase::Ended(ended) if *ended != Ended::Finished)
            && self.tally.left > 0
            && self.id.is_some()
    }

    /// Seconds for one row, measured in this run; `None` before it is known.
    #[must_use]
    pub(crate) fn pace(&self, now: EpochMillis) -> Option<i64> {
        let (since, before) = self.since;
        let done = i64::try_from(self.tally.done().saturating_sub(before)).ok()?;
        let seconds = (now - since) / 1_000;
        (done > 1 && seconds > 0).then(|| (seconds / done).max(1))
    }
}

impl BatchRow {
    #[must_use]
    pub(crate) fn outcome(&self) -> Option<&Outcome> {
        match &self.state {
            RowState::Done(outcome) => Some(outcome),
            RowState::Waiting | RowState::Sending => None,
        }
    }
}

/// How many rows ended in which way, in words: "9 applied, 2 refused".
#[must_use]
pub(crate) fn tally_words(tally: &Tally) -> String {
    let counts = [
        (tally.applied, "applied"),
        (tally.refused, "refused"),
        (tally.not_attempted, "not attempted"),
        (tally.unconfirmed, "unconfirmed"),
    ];
    let words: Vec<String> = (counts.into_iter())
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", crate::console::words::thousands(count)))
        .collect();
    if words.is_empty() {
        "nothing done yet".to_owned()
    } else {
        words.join(", ")
    }
}
