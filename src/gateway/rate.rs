//! Rate limits of callers and of sessions.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
/// Callers that are tracked before idle ones are dropped.
const REMEMBERED: usize = 1024;

/// Rate limits of many callers: a token bucket per caller, holding a minute's worth.
pub(super) struct CallerRates {
    /// Time per request; `None` without a limit.
    step: Option<Duration>,
    /// When a caller's bucket will be full again; one that is not here has a full one.
    full_at: Mutex<HashMap<String, Instant>>,
}

impl CallerRates {
    /// 0 is no bound.
    pub(super) fn new(per_minute: u32) -> Self {
        Self {
            step: MINUTE.checked_div(per_minute),
            full_at: Mutex::default(),
        }
    }

    /// Counts a request, or what costs as much as several. More than a minute's worth counts as one.
    ///
    /// # Errors
    /// The time to wait; the request was not counted.
    pub(super) fn take(&self, caller: &str, requests: u32) -> Result<(), Duration> {
        self.count(caller, requests, false)
    }

    /// Counts what was done already, whether it fits or not: the caller waits for it with the next
    /// request, two minutes at most.
    pub(super) fn charge(&self, caller: &str, requests: u32) {
        let _ = self.count(caller, requests, true);
    }

    fn count(&self, caller: &str, requests: u32, done: bool) -> Result<(), Duration> {
        let Some(step) = self.step else {
            return Ok(());
        };
        let bucket = MINUTE.max(step);
        let cost = step.saturating_mul(requests).min(bucket);
        let now = Instant::now();
        let mut callers = lock(&self.full_at);
        let Some(full_at) = callers.get_mut(caller) else {
            if callers.len() >= REMEMBERED {
                callers.retain(|_, full_at| *full_at > now);
            }
            callers.insert(caller.to_owned(), now + cost);
            return Ok(());
        };
        let then = (*full_at).max(now) + cost;
        let wait = then.saturating_duration_since(now).saturating_sub(bucket);
        if !wait.is_zero() && !done {
            return Err(wait);
        }
        *full_at = then.min(now + 2 * bucket);
        Ok(())
    }
}

/// A session's calls or connects: limits per minute and per hour, both sliding windows.
pub(super) struct CallRate {
    per_minute: usize,
    per_hour: usize,
    /// When it was done, oldest first; as far back as matters.
    made: Mutex<VecDeque<Instant>>,
}

impl CallRate {
    /// 0 is no bound.
    pub(super) fn new(per_minute: u32, per_hour: u32) -> Self {
        Self {
            per_minute: per_minute as usize,
            per_hour: per_hour as usize,
            made: Mutex::default(),
        }
    }

    /// Counts calls that are made together.
    ///
    /// # Errors
    /// The time to wait; nothing was counted.
    pub(super) fn take(&self, calls: usize) -> Result<(), Duration> {
        let now = Instant::now();
        let mut made = lock(&self.made);
        let longest = if self.per_hour > 0 { HOUR } else { MINUTE };
        while made.front().is_some_and(|at| now - *at >= longest) {
            made.pop_front();
        }
        let wait = wait(&made, now, MINUTE, self.per_minute, calls).max(wait(
            &made,
            now,
            HOUR,
            self.per_hour,
            calls,
        ));
        if !wait.is_zero() {
            return Err(wait);
        }
        if self.per_minute > 0 || self.per_hour > 0 {
            made.extend(std::iter::repeat_n(now, calls));
        }
        Ok(())
    }
}

/// The time until `calls` more fit into a window of `most`. More than `most` wait for an empty
/// window.
fn wait(
    made: &VecDeque<Instant>,
    now: Instant,
    span: Duration,
    most: usize,
    calls: usize,
) -> Duration {
    if most == 0 {
        return Duration::ZERO;
    }
    // All but so many of the latest must have left the span.
    let may_stay = most - calls.min(most);
    let Some(leaves) = made.len().checked_sub(may_stay + 1) else {
        return Duration::ZERO;
    };
    (made[leaves] + span).saturating_duration_since(now)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn a_caller_starts_with_a_minutes_quota_and_then_has_a_steady_rate() {
        let rates = CallerRates::new(60);
        for _ in 0..60 {
            rates.take("one", 1).unwrap();
        }
        assert_eq!(rates.take("one", 1), Err(SECOND));
        rates.take("another", 1).unwrap();
        advance(SECOND).await;
        rates.take("one", 1).unwrap();
        assert_eq!(rates.take("one", 1), Err(SECOND));
        advance(HOUR).await;
        for _ in 0..60 {
            rates.take("one", 1).unwrap();
        }
        assert_eq!(rates.take("one", 1), Err(SECOND));
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_of_one_a_minute_allows_one_call() {
        let rates = CallerRates::new(1);
        rates.take("one", 1).unwrap();
        assert_eq!(rates.take("one", 1), Err(MINUTE));
        advance(MINUTE).await;
        rates.take("one", 1).unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn idle_callers_are_forgotten() {
        let rates = CallerRates::new(60);
        for number in 0..REMEMBERED {
            rates.take(&number.to_string(), 1).unwrap();
        }
        advance(SECOND).await;
        rates.take("new", 1).unwrap();
        assert_eq!(lock(&rates.full_at).len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn expensive_calls_count_more() {
        let rates = CallerRates::new(60);
        rates.take("one", 58).unwrap();
        assert_eq!(rates.take("one", 4), Err(2 * SECOND));
        rates.take("one", 2).unwrap();
        // More than a minute's quota: waits until the bucket is full.
        assert_eq!(rates.take("one", 1000), Err(MINUTE));
        advance(MINUTE).await;
        rates.take("one", 1000).unwrap();
        // A finished call always counts, but adds at most a minute of waiting.
        for _ in 0..10 {
            rates.charge("one", 1000);
        }
        assert_eq!(rates.take("one", 1), Err(MINUTE + SECOND));
    }

    #[test]
    fn zero_means_no_limit() {
        let rates = CallerRates::new(0);
        let calls = CallRate::new(0, 0);
        for _ in 0..10_000 {
            rates.take("one", 1).unwrap();
            calls.take(4).unwrap();
        }
        assert!(lock(&rates.full_at).is_empty() && lock(&calls.made).is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn no_minute_has_more_calls_than_allowed() {
        let calls = CallRate::new(3, 0);
        calls.take(1).unwrap();
        advance(20 * SECOND).await;
        calls.take(2).unwrap();
        assert_eq!(calls.take(1), Err(40 * SECOND));
        assert_eq!(calls.take(2), Err(60 * SECOND));
        advance(40 * SECOND).await;
        calls.take(1).unwrap();
        assert_eq!(calls.take(1), Err(20 * SECOND));
        // More than a minute's quota: waits until the bucket is full.
        assert_eq!(calls.take(9), Err(60 * SECOND));
        advance(60 * SECOND).await;
        calls.take(9).unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn no_hour_has_more_calls_than_allowed() {
        let calls = CallRate::new(2, 3);
        for _ in 0..3 {
            calls.take(1).unwrap();
            advance(MINUTE).await;
        }
        assert_eq!(calls.take(1), Err(57 * MINUTE));
        advance(57 * MINUTE).await;
        calls.take(1).unwrap();
        assert_eq!(lock(&calls.made).len(), 3);
    }
}
