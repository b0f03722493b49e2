//! Finds connections that are lost without the library saying so, from what is seen once a second.
//!
//! Liveness is counted in received bytes and in steps of the monotonic clock. A step is limited: after
//! the computer was suspended, or the process stopped, the time away is no silence of the connection.

use super::options::Limits;
use super::run::Phase;
use std::time::Duration;
use tokio::time::Instant;

/// The most that counts between two looks.
const STEP: Duration = Duration::from_secs(5);
/// The longest pause between dials while WhatsApp is unreachable. The library backs off up to 15
/// minutes, which is too long after a network outage.
const REDIAL: Duration = Duration::from_mins(1);

/// What is seen of a run and its client.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub(super) phase: Phase,
    /// Whether there is a socket, with its handshake done.
    pub(super) is_connected: bool,
    /// Whether WhatsApp answered the login with `<success>`.
    pub(super) is_logged_in: bool,
    /// Bytes that the client received so far.
    pub(super) received: u64,
    /// Dials so far.
    pub(super) dials: u64,
    /// Whether the last dial has not reached the server (yet).
    pub(super) unreached: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finding {
    /// The library gave up the connection.
    Gone,
    /// Nothing was received for too long.
    Silent,
    /// The login was not answered.
    Unanswered,
    /// The login was answered, and never finished.
    Unfinished,
    /// The client backs off too long.
    Idle,
}

pub(super) struct Watchdog {
    looked: Instant,
    /// The sum of all steps; the other durations are points of it.
    now: Duration,
    received: u64,
    heard: Duration,
    dials: u64,
    dialled: Duration,
    logged_in: Option<Duration>,
}

impl Watchdog {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            looked: now,
            now: Duration::ZERO,
            received: 0,
            heard: Duration::ZERO,
            dials: 0,
            dialled: Duration::ZERO,
            logged_in: None,
        }
    }

    pub(super) fn look(&mut self, now: Instant, seen: Seen, limits: &Limits) -> Option<Finding> {
        let step = now.saturating_duration_since(self.looked);
        (self.looked, self.now) = (now, self.now + step.min(STEP));
        if seen.dials != self.dials {
            self.dials = seen.dials;
            self.restart();
        }
        if seen.received != self.received {
            (self.received, self.heard) = (seen.received, self.now);
        }
        if seen.is_logged_in && self.logged_in.is_none() {
            self.logged_in = Some(self.now);
        }
        let finding = self.judge(seen, limits);
        if finding.is_some() {
            // Not again before what follows from it had its time.
            self.restart();
        }
        finding
    }

    fn restart(&mut self) {
        (self.dialled, self.heard, self.logged_in) = (self.now, self.now, None);
    }

    fn judge(&self, seen: Seen, limits: &Limits) -> Option<Finding> {
        let since = |then: Duration| self.now.saturating_sub(then);
        let is_silent = since(self.heard) > limits.silence;
        match (seen.phase, self.logged_in) {
            (Phase::Connected, _) if !seen.is_connected || !seen.is_logged_in => {
                Some(Finding::Gone)
            }
            (Phase::Connected, _) => is_silent.then_some(Finding::Silent),
            (Phase::Connecting, Some(_)) if seen.is_connected && is_silent => Some(Finding::Silent),
            (Phase::Connecting, Some(then)) if seen.is_connected => {
                (since(then) > limits.ready).then_some(Finding::Unfinished)
            }
            (Phase::Connecting, None) if seen.is_connected => {
                (since(self.dialled) > limits.connect).then_some(Finding::Unanswered)
            }
            (Phase::Connecting, _) => {
                (seen.unreached && since(self.dialled) > REDIAL).then_some(Finding::Idle)
            }
            (Phase::Pairing | Phase::Ended, _) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGGED_IN: Seen = Seen {
        phase: Phase::Connecting,
        is_connected: true,
        is_logged_in: true,
        received: 1,
        dials: 1,
        unreached: false,
    };
    const WORKING: Seen = Seen {
        phase: Phase::Connected,
        ..LOGGED_IN
    };
    const DIALLED: Seen = Seen {
        is_logged_in: false,
        ..LOGGED_IN
    };

    struct Watch {
        dog: Watchdog,
        clock: Instant,
    }

    impl Watch {
        fn new() -> Self {
            let clock = Instant::now();
            Self {
                dog: Watchdog::new(clock),
                clock,
            }
        }

        fn after(&mut self, time: Duration, seen: Seen) -> Option<Finding> {
            self.clock += time;
            self.dog.look(self.clock, seen, &Limits::default())
        }

        /// The second of the first finding within an hour.
        fn first(&mut self, mut seen: impl FnMut(u64) -> Seen) -> Option<(u64, Finding)> {
            (1..3_600).find_map(|second| {
                let found = self.after(Duration::from_secs(1), seen(second));
                found.map(|finding| (second, finding))
            })
        }
    }

    #[test]
    fn a_suspend_is_no_silence() {
        for seen in [WORKING, LOGGED_IN, DIALLED] {
            let mut watch = Watch::new();
            for minutes in [0, 10, 10, 600] {
                let away = Duration::from_mins(minutes) + Duration::from_secs(1);
                assert_eq!(watch.after(away, seen), None);
            }
        }
    }

    #[test]
    fn silence_is_found_after_90_seconds() {
        assert_eq!(Watch::new().first(|_| WORKING), Some((92, Finding::Silent)));
        // Also while the login is being finished.
        assert_eq!(
            Watch::new().first(|_| LOGGED_IN),
            Some((92, Finding::Silent))
        );
        // Every 80 seconds something comes.
        let rare = |second| Seen {
            received: second / 80,
            ..WORKING
        };
        assert_eq!(Watch::new().first(rare), None);
    }

    #[test]
    fn a_login_has_45_seconds_for_its_answer_and_6_minutes_to_finish() {
        let chatty = |second| Seen {
            received: second,
            ..DIALLED
        };
        let found = Watch::new().first(chatty);
        assert_eq!(found, Some((47, Finding::Unanswered)));
        let answered = |second| Seen {
            is_logged_in: second >= 40,
            ..chatty(second)
        };
        let found = Watch::new().first(answered);
        assert_eq!(found, Some((401, Finding::Unfinished)));
    }

    #[test]
    fn a_dial_begins_anew() {
        let redialled = |second| Seen {
            received: second,
            dials: second / 40,
            ..DIALLED
        };
        assert_eq!(Watch::new().first(redialled), None);
        let unreached = Seen {
            is_connected: false,
            unreached: true,
            ..DIALLED
        };
        let found = Watch::new().first(|_| unreached);
        assert_eq!(found, Some((62, Finding::Idle)));
    }
}
