//! How long to wait for WhatsApp's sake: by the budgets that a gateway reports, and where it reports none.

use crate::api::{BudgetWindow, EpochMillis};
use std::time::Duration;

/// Between two queries of a session whose gateway reports no budget: 40 a minute. No account was reported banned for
/// reading at that rate, only limited by 429; that changes are tolerated as often is a guess.
pub(crate) const UNREPORTED_STEP: Duration = Duration::from_millis(1_500);

/// The longest wait before a budget is looked at again: the gateway's clock may be another.
pub(crate) const LOOK_AGAIN: Duration = Duration::from_mins(1);

/// When a window does not say when it grows, or should have grown by now.
const UNKNOWN_WAIT: Duration = Duration::from_secs(5);

/// When a window that is used up allows more, in milliseconds since the epoch.
pub(crate) fn grows_at(window: &BudgetWindow, now: EpochMillis) -> EpochMillis {
    let known = window.resets_at.filter(|at| *at > now);
    known.unwrap_or(now + UNKNOWN_WAIT.as_millis() as EpochMillis)
}

/// How long to wait before budgets that grow at `at` are looked at again.
pub(crate) fn pause(at: EpochMillis, now: EpochMillis) -> Duration {
    let left = u64::try_from(at - now).unwrap_or(0);
    Duration::from_millis(left).min(LOOK_AGAIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_waited_for_and_looked_at_again_within_a_minute() {
        let now = 1_700_000_000_000;
        let window = |resets_at| BudgetWindow {
            window_seconds: 3_600,
            limit: 20,
            left: 0,
            resets_at,
        };
        for (resets_at, milliseconds) in [
            (Some(now + 1), 1),
            (Some(now + 3_600_000), 60_000),
            // It does not say when, or its clock is behind.
            (None, 5_000),
            (Some(now), 5_000),
            (Some(now - 600_000), 5_000),
        ] {
            let at = grows_at(&window(resets_at), now);
            let pause = pause(at, now);
            assert_eq!(pause, Duration::from_millis(milliseconds), "{resets_at:?}");
        }
    }
}
