//! The rate limit of live calls: WhatsApp bans accounts that call too often.
//!
//! A token bucket: an idle session may make a burst of calls, after which calls are paced. A call
//! waits for a short pause; for a longer one it fails with `Paced`.

use super::options::Limits;
use crate::api::BudgetWindow;
use crate::gateway::clock;
use crate::gateway::whatsapp::DriverError;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The longest wait that a call makes by itself: enough for two steps at the default rate, which is
/// what the dearest call costs.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) struct Budget {
    /// Time that one call costs.
    step: Duration,
    /// Time that a rested session has saved up.
    burst: Duration,
    /// When the bucket will be full again: each call pushes it a step into the future.
    full_at: Mutex<Instant>,
}

impl Budget {
    pub(super) fn new(limits: &Limits) -> Self {
        let step = Duration::from_mins(1) / limits.per_minute.max(1);
        Self {
            step,
            burst: step * limits.burst.max(1),
            full_at: Mutex::new(Instant::now()),
        }
    }

    /// Pays for `calls` calls, waiting a little if need be.
    ///
    /// # Errors
    /// [`DriverError::Paced`] when the wait would be long; nothing was paid.
    pub(super) async fn take(&self, calls: u32) -> Result<(), DriverError> {
        let wait = self.reserve(Instant::now(), calls)?;
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        Ok(())
    }

    /// How many calls may be made at once, and when there is one more.
    pub(super) fn view(&self) -> BudgetWindow {
        let full_at = *self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let owed = full_at.saturating_duration_since(Instant::now());
        let calls = |span: Duration| {
            u32::try_from(span.as_nanos() / self.step.as_nanos()).unwrap_or(u32::MAX)
        };
        let limit = calls(self.burst);
        let used = calls(owed + self.step.saturating_sub(Duration::from_nanos(1)));
        let next = owed.saturating_sub(self.step * used.saturating_sub(1));
        let at = clock::now() + i64::try_from(next.as_millis()).unwrap_or(0);
        BudgetWindow {
            window_seconds: self.burst.as_secs(),
            limit,
            left: limit.saturating_sub(used),
            resets_at: (used > 0).then_some(at),
        }
    }

    fn reserve(&self, now: Instant, calls: u32) -> Result<Duration, DriverError> {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let then = (*full_at).max(now) + self.step * calls;
        let wait = then
            .saturating_duration_since(now)
            .saturating_sub(self.burst);
        if wait > PATIENCE {
            return Err(DriverError::Paced { retry_after: wait });
        }
        *full_at = then;
        Ok(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(burst: u32, per_minute: u32) -> Budget {
        Budget::new(&Limits {
            burst,
            per_minute,
            ..Limits::default()
        })
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_free_then_calls_wait_a_little() {
        let budget = budget(3, 60);
        let start = Instant::now();
        for _ in 0..3 {
            budget.take(1).await.unwrap();
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        budget.take(1).await.unwrap();
        assert_eq!(start.elapsed(), Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_wait_is_rate_limited_and_not_counted() {
        let budget = budget(2, 6);
        budget.take(2).await.unwrap();
        let refused = budget.take(1).await.unwrap_err();
        assert_eq!(
            refused,
            DriverError::Paced {
                retry_after: Duration::from_secs(10)
            }
        );
        tokio::time::advance(Duration::from_secs(10)).await;
        let start = Instant::now();
        budget.take(1).await.unwrap();
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn rest_never_saves_more_than_the_burst() {
        let budget = budget(2, 60);
        tokio::time::advance(Duration::from_hours(1)).await;
        let start = Instant::now();
        budget.take(3).await.unwrap();
        assert_eq!(start.elapsed(), Duration::from_secs(1));
    }
}
