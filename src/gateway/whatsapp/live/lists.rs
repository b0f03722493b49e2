//! When the list of all groups is due, and when it may be asked for.
//!
//! WhatsApp answers `rate-overlimit` to an account that asks for the list after each of many short
//! drops, so the list is asked for at most once in an interval. It is not needed after a short drop
//! either: WhatsApp keeps notifications for a linked device that is away and delivers them at its next
//! login. It is due again when something may be missing: after a long drop, after a login that broke
//! off while notifications were being delivered (the library does not resume that), after a restart,
//! and when WhatsApp says that its state of the groups is stale.

use crate::gateway::lock::lock;
use crate::gateway::whatsapp::DriverError;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::Instant;

/// The longest drop after which the delivered notifications are trusted to be complete.
const SHORT: Duration = Duration::from_mins(5);
/// How often the list may be asked for in an interval while it is not answered.
const TRIES: u32 = 2;
/// How long a report that the list is due is not repeated while it stays due.
const TOLD: Duration = Duration::from_mins(10);

/// Limits how often an account's list is asked for. Outlives connections and restarts of the session.
pub(super) struct Lists {
    interval: Duration,
    last: Mutex<Option<Asked>>,
}

struct Asked {
    at: Instant,
    answered: bool,
    tries: u32,
}

impl Lists {
    /// `interval` between two lists; zero for no limit.
    pub(super) fn new(interval: Duration) -> Self {
        Self {
            interval,
            last: Mutex::new(None),
        }
    }

    /// Notes that the list is asked for now.
    ///
    /// # Errors
    /// `RateLimited`, with the rest of the interval: it was asked for not long ago.
    pub(super) fn ask(&self) -> Result<(), DriverError> {
        let now = Instant::now();
        let mut last = lock(&self.last);
        let tries = match &*last {
            Some(asked) if now.duration_since(asked.at) < self.interval => {
                if asked.answered || asked.tries >= TRIES {
                    let retry_after = self.interval.saturating_sub(now.duration_since(asked.at));
                    return Err(DriverError::RateLimited { retry_after });
                }
                asked.tries + 1
            }
            _ => 1,
        };
        *last = Some(Asked {
            at: now,
            answered: false,
            tries,
        });
        Ok(())
    }

    pub(super) fn answered(&self) {
        if let Some(asked) = &mut *lock(&self.last) {
            asked.answered = true;
        }
    }

    /// Another phone may be linked next.
    pub(super) fn forget(&self) {
        *lock(&self.last) = None;
    }
}

/// Whether changes may have been missed since the last list, for one run.
pub(super) struct Missed(Mutex<State>);

struct State {
    /// Reasons for a list so far.
    doubts: u64,
    /// How many of them the last list has answered.
    settled: u64,
    /// When the connection was lost that the next login continues.
    lost: Option<Instant>,
    /// Whether a dial has reached the server and its login is not complete.
    unfinished: bool,
    /// When it was last reported that the list is due.
    told: Option<Instant>,
}

impl Missed {
    /// A run begins with a list.
    pub(super) fn new() -> Self {
        Self(Mutex::new(State {
            doubts: 1,
            settled: 0,
            lost: None,
            unfinished: false,
            told: None,
        }))
    }

    pub(super) fn is_list_due(&self) -> bool {
        lock(&self.0).is_due()
    }

    /// Something changed without a notification. Returns whether that should be reported.
    pub(super) fn doubt(&self) -> bool {
        let mut state = lock(&self.0);
        let is_news = !state.is_due() || state.told.is_none_or(|told| told.elapsed() >= TOLD);
        state.doubts += 1;
        if is_news {
            state.told = Some(Instant::now());
        }
        is_news
    }

    /// A list is asked for; what is returned belongs into [`Missed::listed`].
    pub(super) fn begin_list(&self) -> u64 {
        lock(&self.0).doubts
    }

    /// The list was answered. Returns whether another one is due already.
    pub(super) fn listed(&self, begun: u64) -> bool {
        let mut state = lock(&self.0);
        state.settled = state.settled.max(begun);
        state.is_due()
    }

    /// A dial begins.
    pub(super) fn dialling(&self) {
        let mut state = lock(&self.0);
        if std::mem::take(&mut state.unfinished) {
            state.doubts += 1;
        }
    }

    /// The dial reached the server.
    pub(super) fn reached(&self) {
        lock(&self.0).unfinished = true;
    }

    /// The login is complete, what was missed is delivered.
    pub(super) fn connected(&self) {
        let mut state = lock(&self.0);
        state.unfinished = false;
        if state.lost.take().is_some_and(|lost| lost.elapsed() > SHORT) {
            state.doubts += 1;
        }
    }

    pub(super) fn lost(&self) {
        lock(&self.0).lost.get_or_insert_with(Instant::now);
    }
}

impl State {
    fn is_due(&self) -> bool {
        self.doubts > self.settled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_mins(10);

    async fn pass(time: Duration) {
        tokio::time::advance(time).await;
    }

    fn limited(asked: &Result<(), DriverError>) -> Option<u64> {
        match asked {
            Err(DriverError::RateLimited { retry_after }) => Some(retry_after.as_secs()),
            _ => None,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_list_is_answered_in_an_interval() {
        let lists = Lists::new(INTERVAL);
        lists.ask().unwrap();
        lists.answered();
        pass(Duration::from_secs(200)).await;
        assert_eq!(limited(&lists.ask()), Some(400));
        pass(Duration::from_secs(400)).await;
        lists.ask().unwrap();
        lists.answered();
        assert_eq!(limited(&lists.ask()), Some(600));
        lists.forget();
        lists.ask().unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_list_without_an_answer_is_asked_for_twice() {
        let lists = Lists::new(INTERVAL);
        lists.ask().unwrap();
        pass(Duration::from_secs(100)).await;
        lists.ask().unwrap();
        pass(Duration::from_secs(100)).await;
        assert_eq!(limited(&lists.ask()), Some(500));
        let unlimited = Lists::new(Duration::ZERO);
        for _ in 0..9 {
            unlimited.ask().unwrap();
            unlimited.answered();
        }
    }

    /// A login that is complete.
    fn login(missed: &Missed) {
        missed.dialling();
        missed.reached();
        missed.connected();
    }

    /// A run whose list was read.
    fn settled() -> Missed {
        let missed = Missed::new();
        login(&missed);
        assert!(missed.is_list_due());
        assert!(!missed.listed(missed.begin_list()));
        missed
    }

    #[tokio::test(start_paused = true)]
    async fn short_drops_need_no_list_and_long_ones_do() {
        let missed = settled();
        for _ in 0..20 {
            missed.lost();
            pass(Duration::from_secs(6)).await;
            missed.dialling();
            login(&missed);
            assert!(!missed.is_list_due());
        }
        missed.lost();
        pass(SHORT).await;
        missed.lost();
        pass(Duration::from_secs(1)).await;
        login(&missed);
        assert!(missed.is_list_due());
    }

    #[tokio::test(start_paused = true)]
    async fn a_login_that_broke_off_needs_a_list() {
        let missed = settled();
        missed.lost();
        missed.dialling();
        missed.reached();
        login(&missed);
        assert!(missed.is_list_due());
    }

    #[tokio::test(start_paused = true)]
    async fn a_doubt_during_a_list_makes_another_one_due() {
        let missed = settled();
        assert!(missed.doubt());
        let begun = missed.begin_list();
        assert!(!missed.doubt(), "it is due already");
        assert!(missed.listed(begun));
        assert!(!missed.listed(missed.begin_list()));
        missed.doubt();
        pass(TOLD).await;
        assert!(missed.doubt(), "it has been due for long");
    }
}
