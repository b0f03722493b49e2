//! Limits on unreadable frames and pings, and on how many of them are logged.

use super::frame::Unreadable;
use crate::text::clean_line;
use std::time::Duration;
use tokio::time::Instant;

const PINGS_PER_SECOND: f64 = 2.0;
/// Between two lines of the log about events that cannot be read.
const WARN_EVERY: Duration = Duration::from_secs(10);

/// A burst limit that refills over time.
pub(super) struct Allowance {
    most: f64,
    left: f64,
    at: Instant,
}

impl Allowance {
    pub(super) fn new(most: u32) -> Self {
        Self {
            most: f64::from(most),
            left: f64::from(most),
            at: Instant::now(),
        }
    }

    /// Takes one; `false` when the limit is reached.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        let passed = now.duration_since(self.at).as_secs_f64();
        self.left = (self.left + passed * PINGS_PER_SECOND).min(self.most);
        self.at = now;
        self.left -= 1.0;
        self.left >= 0.0
    }
}

/// When unreadable frames were last logged.
#[derive(Default)]
pub(super) struct Warned {
    next: Option<Instant>,
    left_out: u64,
}

impl Warned {
    pub(super) fn warn(&mut self, what: &Unreadable) {
        let now = Instant::now();
        if self.next.is_some_and(|next| now < next) {
            self.left_out += 1;
            return;
        }
        self.next = Some(now + WARN_EVERY);
        let clean = |text: &Option<String>| {
            let text = text.as_deref().unwrap_or("?");
            clean_line(text).into_owned()
        };
        tracing::warn!(
            event = clean(&what.event),
            session = clean(&what.session),
            group = clean(&what.group),
            left_out = std::mem::take(&mut self.left_out),
            "an event cannot be read: {}",
            what.why
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowance_refills_over_time() {
        let mut pings = Allowance::new(3);
        let now = pings.at;
        let taken = (0..10).filter(|_| pings.take(now)).count();
        assert_eq!(taken, 3);
        let mut pings = Allowance::new(3);
        for seconds in 0..1_000 {
            let now = pings.at + Duration::from_secs(1);
            assert!(pings.take(now), "one in a second, after {seconds}");
        }
    }
}
