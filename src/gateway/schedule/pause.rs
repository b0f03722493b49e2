//! How long a session's schedules wait after an attempt that says nothing about the group: it was not
//! sent, or not answered, or WhatsApp was asked too often.

use crate::api::EpochMillis;
use std::time::Duration;

/// The shortest pause.
const SHORTEST: Duration = Duration::from_mins(1);
/// The longest pause after rate limits in a row, unless WhatsApp asks for more.
const LONGEST: Duration = Duration::from_mins(30);

/// A pause of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pause {
    from: EpochMillis,
    until: EpochMillis,
    /// WhatsApp's rate limits in a row.
    limits: u32,
}

impl Pause {
    /// Waits `wait`, at least a minute. `former` is the session's pause before this one, if nothing
    /// was answered since.
    pub(crate) fn new(former: Option<Self>, now: EpochMillis, wait: Duration) -> Self {
        let wait = wait.max(SHORTEST);
        Self {
            from: now,
            until: now.saturating_add(wait.as_millis().try_into().unwrap_or(EpochMillis::MAX)),
            limits: former.map_or(0, |former| former.limits),
        }
    }

    /// WhatsApp limits the session: as [`Pause::new`], but with each time in a row the shortest wait
    /// doubles, up to half an hour.
    pub(crate) fn limited(former: Option<Self>, now: EpochMillis, wait: Duration) -> Self {
        let limits = former.map_or(0, |former| former.limits);
        let factor = 2_u32.saturating_pow(limits);
        let grown = SHORTEST.saturating_mul(factor).min(LONGEST);
        Self {
            limits: limits.saturating_add(1),
            ..Self::new(former, now, wait.max(grown))
        }
    }

    /// Whether it lasts. A clock that is set back to before its beginning ends it.
    pub(crate) fn lasts(&self, now: EpochMillis) -> bool {
        (self.from..self.until).contains(&now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: EpochMillis = 60_000;

    fn minutes(pause: Pause) -> EpochMillis {
        (pause.until - pause.from) / MINUTE
    }

    #[test]
    fn a_known_wait_is_kept_and_lasts_at_least_a_minute() {
        let pause = Pause::new(None, 7, Duration::from_secs(3));
        assert_eq!(minutes(pause), 1);
        assert!(pause.lasts(7) && pause.lasts(7 + MINUTE - 1));
        assert!(!pause.lasts(7 + MINUTE));
        let pause = Pause::new(None, 7, Duration::from_mins(45));
        assert_eq!(minutes(pause), 45);
        let endless = Pause::new(None, 7, Duration::MAX);
        assert!(endless.lasts(EpochMillis::MAX - 1));
    }

    #[test]
    fn rate_limits_in_a_row_wait_longer_each_time() {
        let wait = Duration::from_mins(1);
        let mut pause = None;
        let mut waits = Vec::new();
        for _ in 0..7 {
            let next = Pause::limited(pause, 0, wait);
            waits.push(minutes(next));
            // What is not sent in between changes nothing.
            pause = Some(Pause::new(Some(next), 0, wait));
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30]);
        let longer = Pause::limited(pause, 0, Duration::from_hours(2));
        assert_eq!(minutes(longer), 120);
    }

    #[test]
    fn a_clock_that_is_set_back_ends_a_pause() {
        let pause = Pause::new(None, 100 * MINUTE, Duration::from_mins(5));
        assert!(!pause.lasts(99 * MINUTE));
    }
}
