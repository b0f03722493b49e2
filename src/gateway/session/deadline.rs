//! A deadline that may be hours away.

use crate::api::EpochMillis;
use crate::gateway::clock;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// The longest sleep before the wall clock is read again.
const LOOK_AGAIN: Duration = Duration::from_mins(1);
/// The longest delay: thirty years, which every clock can add.
const FAR: Duration = Duration::from_hours(30 * 365 * 24);

/// A point in wall-clock time. It is reached when either of two clocks says so: the wall clock may
/// be set, and the monotonic clock stops while the machine sleeps.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline {
    pub at: EpochMillis,
    monotonic: Instant,
}

impl Deadline {
    pub(super) fn at(at: EpochMillis) -> Self {
        let rest = u64::try_from(at.saturating_sub(clock::now())).unwrap_or(0);
        let monotonic = Instant::now() + Duration::from_millis(rest).min(FAR);
        Self { at, monotonic }
    }

    /// Waits for it.
    pub(super) async fn reached(self) {
        while clock::now() < self.at && Instant::now() < self.monotonic {
            sleep_until(self.monotonic.min(Instant::now() + LOOK_AGAIN)).await;
        }
    }
}
