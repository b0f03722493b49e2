//! A moment that is hours away.

use crate::api::EpochMillis;
use crate::gateway::clock;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// How long the wall clock is not looked at.
const LOOK_AGAIN: Duration = Duration::from_mins(1);

/// Has come when either of two clocks says so: the wall clock may be set, and the steady one stands still
/// while the machine sleeps.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub at: EpochMillis,
    steady: Instant,
}

impl Moment {
    pub(super) fn at(at: EpochMillis) -> Self {
        let rest = u64::try_from(at.saturating_sub(clock::now())).unwrap_or(0);
        let now = Instant::now();
        // One that is too far away for the clock is looked for on the wall.
        let steady = now
            .checked_add(Duration::from_millis(rest))
            .unwrap_or(now + LOOK_AGAIN);
        Self { at, steady }
    }

    /// Waits for it.
    pub(super) async fn come(self) {
        while clock::now() < self.at && Instant::now() < self.steady {
            sleep_until(self.steady.min(Instant::now() + LOOK_AGAIN)).await;
        }
    }
}
