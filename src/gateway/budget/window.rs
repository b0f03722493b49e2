//! A sliding window over the calls of one kind.
//!
//! Sliding, because with windows at fixed times twice the number of calls would pass within minutes
//! around each border.

use crate::api::BudgetWindow;
use crate::gateway::clock;
use std::collections::VecDeque;
use std::time::Duration;

/// At most `most` calls in any `span`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) span: Duration,
    pub(super) most: u32,
}

/// Milliseconds on the session's own clock; negative for calls of an earlier process.
pub(super) type Moment = i64;

impl Window {
    /// How many calls are left, and the time until there is one more; zero when all are left.
    fn state(&self, made: &VecDeque<Moment>, now: Moment) -> (u32, Duration) {
        let span = millis(self.span);
        let gone = made.partition_point(|at| now - at >= span);
        let used = u32::try_from(made.len() - gone).unwrap_or(u32::MAX);
        let wait = made.get(gone).map_or(0, |oldest| oldest + span - now);
        (self.most.saturating_sub(used), duration(wait))
    }

    /// The time until `calls` more fit. More than `most` wait for an empty window.
    pub(super) fn wait(&self, made: &VecDeque<Moment>, now: Moment, calls: u32) -> Duration {
        let may_stay = (self.most - calls.min(self.most)) as usize;
        let Some(leaves) = made.len().checked_sub(may_stay + 1) else {
            return Duration::ZERO;
        };
        duration(made[leaves] + millis(self.span) - now)
    }

    /// For the session's state. `blocked` is the time until any call is allowed again.
    pub(super) fn view(
        &self,
        made: &VecDeque<Moment>,
        now: Moment,
        blocked: Duration,
    ) -> BudgetWindow {
        let (mut left, mut wait) = self.state(made, now);
        if !blocked.is_zero() {
            left = 0;
            wait = wait.max(blocked);
        }
        BudgetWindow {
            window_seconds: self.span.as_secs(),
            limit: self.most,
            left,
            resets_at: (!wait.is_zero()).then(|| clock::now().saturating_add(millis(wait))),
        }
    }
}

pub(super) fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

fn duration(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}
