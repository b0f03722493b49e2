//! Retrying reads with backoff. Changes are never retried: the first attempt may have been applied.

use super::error::ClientError;
use std::time::Duration;

/// The retry policy of reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Attempts in all.
    pub attempts: u32,
    /// Before the second attempt; doubles from then on.
    pub first: Duration,
    pub most: Duration,
    /// The longest pause that a gateway may ask for; a longer one is left to the caller.
    pub retry_after_max: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 4,
            first: Duration::from_secs(1),
            most: Duration::from_secs(8),
            retry_after_max: Duration::from_secs(30),
        }
    }
}

impl Retry {
    /// Retries a read until it succeeds or fails permanently. `on_pause` is called before each
    /// pause with the error and the pause.
    ///
    /// # Errors
    /// The last attempt's.
    pub async fn read<T, F>(
        &self,
        mut on_pause: impl FnMut(&ClientError, Duration),
        mut call: impl FnMut() -> F,
    ) -> Result<T, ClientError>
    where
        F: Future<Output = Result<T, ClientError>>,
    {
        let mut failures = 0;
        loop {
            let error = match call().await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            failures += 1;
            let Some(pause) = self.pause(failures, &error) else {
                return Err(error);
            };
            on_pause(&error, pause);
            tokio::time::sleep(pause).await;
        }
    }

    /// The pause after a number of failures; `None` when the last one is final.
    fn pause(&self, failures: u32, error: &ClientError) -> Option<Duration> {
        if failures >= self.attempts || !error.is_passing() {
            return None;
        }
        let own = backoff(self.first, self.most, failures - 1);
        match error.retry_after() {
            Some(asked_for) if asked_for > self.retry_after_max => None,
            // `Retry-After` is the minimum; jitter spreads the clients.
            Some(asked_for) => Some(asked_for + own),
            // Without a pause that it asks for, asking a busy gateway again makes it busier.
            None if error.status() == Some(429) => None,
            None => Some(own),
        }
    }
}

/// How often in a row a call is made that a gateway turns away for its rate.
const LIMITED_ATTEMPTS: u32 = 10;
/// The pause after a 429 that names none.
pub(crate) const LIMITED_PAUSE: Duration = Duration::from_mins(1);
/// The longest pause that a gateway may ask for; after a longer one the call is given up.
pub const LIMITED_PAUSE_MAX: Duration = Duration::from_mins(15);

/// The pause before a call that was answered with 429 is made again. That is safe for changes too: nothing was
/// executed. `times` counts the 429s in a row, this one included; `asked_for` is its `Retry-After`. `None`: give up.
#[must_use]
pub fn pause_when_limited(times: u32, asked_for: Option<Duration>) -> Option<Duration> {
    let pause = asked_for.unwrap_or(LIMITED_PAUSE);
    (times < LIMITED_ATTEMPTS && pause <= LIMITED_PAUSE_MAX).then_some(pause)
}

/// Exponential backoff with jitter: a random half is subtracted, so that the clients of a restarted
/// gateway do not return at once.
pub(super) fn backoff(first: Duration, most: Duration, attempt: u32) -> Duration {
    let doubled = first.saturating_mul(2_u32.saturating_pow(attempt.min(16)));
    doubled.min(most).mul_f64(0.5 + rand::random::<f64>() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{ErrorCode, ErrorObject};
    use tokio::time::Instant;

    fn refusal(status: u16, retry_after: Option<u64>) -> ClientError {
        ClientError::Api {
            status,
            error: ErrorObject {
                code: ErrorCode::Other("x".to_owned()),
                message: String::new(),
                details: serde_json::Map::new(),
            },
            request_id: None,
            retry_after: retry_after.map(Duration::from_secs),
        }
    }

    fn proxy(status: u16) -> ClientError {
        ClientError::NotTheContract {
            status,
            text: String::new(),
        }
    }

    /// The number of attempts, and the seconds that passed, when every attempt fails with this error.
    async fn tried(error: &ClientError) -> (u32, f64) {
        let (began, mut attempts, mut pauses) = (Instant::now(), 0, 0);
        let outcome: Result<(), _> = Retry::default()
            .read(
                |_, _| pauses += 1,
                || {
                    attempts += 1;
                    std::future::ready(Err(error.clone()))
                },
            )
            .await;
        assert_eq!(outcome, Err(error.clone()));
        assert_eq!(pauses + 1, attempts, "every retry is reported");
        (attempts, began.elapsed().as_secs_f64())
    }

    #[tokio::test(start_paused = true)]
    async fn temporary_failures_are_retried_with_backoff() {
        for error in [
            ClientError::Unreachable("refused".to_owned()),
            ClientError::Lost("reset".to_owned()),
            ClientError::TimedOut(Duration::from_secs(1)),
            refusal(503, None),
            proxy(502),
            proxy(504),
        ] {
            let (attempts, seconds) = tried(&error).await;
            assert_eq!(attempts, 4, "{error:?}");
            assert!((3.5..7.1).contains(&seconds), "{seconds} s of 1 + 2 + 4");
        }
    }

    #[test]
    fn a_rate_limit_is_waited_for_within_bounds() {
        let asked = |times, seconds: Option<u64>| {
            let pause = pause_when_limited(times, seconds.map(Duration::from_secs));
            pause.map(|pause| pause.as_secs())
        };
        assert_eq!(asked(1, Some(7)), Some(7));
        assert_eq!(asked(9, None), Some(60));
        assert_eq!(asked(10, Some(7)), None);
        assert_eq!(asked(1, Some(900)), Some(900));
        assert_eq!(asked(1, Some(901)), None);
    }

    #[tokio::test(start_paused = true)]
    async fn permanent_failures_are_not_retried() {
        for error in [
            refusal(400, None),
            refusal(401, None),
            refusal(403, None),
            refusal(404, None),
            refusal(429, None),
            refusal(500, None),
            refusal(501, None),
            proxy(200),
            proxy(307),
            ClientError::WebPage {
                status: 200,
                login: true,
            },
        ] {
            assert_eq!(tried(&error).await, (1, 0.0), "{error:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn retry_after_is_kept_unless_it_is_too_long() {
        for status in [429, 503] {
            let (attempts, seconds) = tried(&refusal(status, Some(10))).await;
            assert_eq!(attempts, 4);
            assert!((33.5..37.1).contains(&seconds), "{seconds} s");
            assert_eq!(tried(&refusal(status, Some(31))).await, (1, 0.0));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_answer_ends_the_retries() {
        let mut left = 2;
        let answer = Retry::default()
            .read(
                |_, _| {},
                || {
                    left -= 1;
                    std::future::ready(match left {
                        0 => Ok("here"),
                        _ => Err(refusal(503, None)),
                    })
                },
            )
            .await;
        assert_eq!(answer, Ok("here"));
    }

    #[test]
    fn pauses_double_up_to_a_limit_with_jitter() {
        let (first, most) = (Duration::from_secs(1), Duration::from_secs(30));
        for (attempt, whole) in [(0, 1.0), (1, 2.0), (4, 16.0), (5, 30.0), (u32::MAX, 30.0)] {
            let pauses: Vec<f64> = (0..50)
                .map(|_| backoff(first, most, attempt).as_secs_f64())
                .collect();
            assert!(
                pauses
                    .iter()
                    .all(|pause| (whole / 2.0..=whole).contains(pause))
            );
            assert!(pauses.iter().any(|pause| (pause - pauses[0]).abs() > 0.01));
        }
    }
}
