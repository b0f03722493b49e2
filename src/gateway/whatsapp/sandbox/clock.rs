//! The world's time: it starts at the epoch it was given and runs with tokio's clock, so that tests
//! can pause it.

use crate::api::EpochMillis;
use tokio::time::Instant;

#[derive(Debug, Clone)]
pub(super) struct Clock {
    epoch: EpochMillis,
    started: Instant,
}

impl Clock {
    pub(super) fn starting_at(epoch: EpochMillis) -> Self {
        Self {
            epoch,
            started: Instant::now(),
        }
    }

    pub(super) fn now(&self) -> EpochMillis {
        let elapsed = EpochMillis::try_from(self.started.elapsed().as_millis());
        self.epoch
            .saturating_add(elapsed.unwrap_or(EpochMillis::MAX))
    }

    /// When the world began.
    pub(super) fn epoch(&self) -> EpochMillis {
        self.epoch
    }
}
