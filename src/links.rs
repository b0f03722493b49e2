//! Many questions about invite links, paced: each goes to WhatsApp, and WhatsApp restricts accounts that ask too much.
//!
//! The questions of a session are asked one after the other within what its gateway reports as its budget of reads. A
//! gateway that reports none is asked `OWN_BURST` at once, and then at `UNREPORTED_STEP`.

use crate::api::{BudgetWindow, EpochMillis, InvitePreview, Session};
use crate::budget::{self, UNREPORTED_STEP, grows_at};
use crate::client::{Client, ClientError, LIMITED_PAUSE_MAX, pause_when_limited};
use futures_util::StreamExt as _;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// Questions without a pause to a gateway that reports no budget: what our own allows a session that has rested.
const OWN_BURST: usize = 20;
/// Sessions that are asked side by side.
const SESSIONS_AT_ONCE: usize = 4;
/// Attempts of one question while the gateway does not answer.
const AWAY_ATTEMPTS: u32 = 4;
/// How long a question takes by itself, for estimates.
const CALL: Duration = Duration::from_millis(300);

/// A question about one link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    pub session: String,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The current link of the group with this JID.
    Link(String),
    /// Where this invite code leads.
    Preview(String),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Link(String),
    Preview(InvitePreview),
}

/// What happens while many questions are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// So many have their answer.
    Answered { done: usize },
    /// A session waits so long for its budget, or because it is rate limited.
    Waits(Duration),
}

/// Whom the questions are put to.
pub trait Source: Sync {
    /// The session's windows of reads; empty when it has no limit, `None` when the gateway reports none.
    fn budget(&self, session: &str) -> impl Future<Output = Option<Vec<BudgetWindow>>> + Send;
    fn ask(&self, ask: &Ask) -> impl Future<Output = Result<Answer, ClientError>> + Send;
    fn now(&self) -> EpochMillis;
}

impl Source for Client {
    async fn budget(&self, session: &str) -> Option<Vec<BudgetWindow>> {
        let session = self.get_session(session).await.ok()?;
        windows(&session).map(<[_]>::to_vec)
    }

    async fn ask(&self, ask: &Ask) -> Result<Answer, ClientError> {
        match &ask.what {
            What::Link(jid) => {
                let answer = self.invite(&ask.session, jid).await?;
                Ok(Answer::Link(answer.invite))
            }
            What::Preview(code) => {
                let answer = self.preview(&ask.session, code).await?;
                Ok(Answer::Preview(answer))
            }
        }
    }

    fn now(&self) -> EpochMillis {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        since.map_or(0, |since| since.as_millis() as EpochMillis)
    }
}

/// Asks all questions; the answers are in their order. Dropping the future stops it.
///
/// Failures that the gateway calls temporary are repeated. A session whose gateway stays away, or asks for a pause of more
/// than a quarter of an hour, is not asked further: the rest of its questions fail with the same error.
pub async fn ask_all<S: Source>(
    source: &S,
    asks: &[Ask],
    on_step: &(impl Fn(Step) + Sync),
) -> Vec<Result<Answer, ClientError>> {
    let mut by_session: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, ask) in asks.iter().enumerate() {
        by_session.entry(ask.session.clone()).or_default().push(at);
    }
    let answers: Mutex<BTreeMap<usize, Result<Answer, ClientError>>> = Mutex::default();
    futures_util::stream::iter(by_session)
        .for_each_concurrent(SESSIONS_AT_ONCE, |(session, places)| {
            let answers = &answers;
            async move {
                let mut pace = Pace::new();
                let mut ended: Option<ClientError> = None;
                for at in places {
                    let answer = match &ended {
                        Some(error) => Err(error.clone()),
                        None => one(source, &session, &asks[at], &mut pace, on_step).await,
                    };
                    if let Err(error) = &answer
                        && error.is_passing()
                    {
                        ended = Some(error.clone());
                    }
                    let done = {
                        let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
                        answers.insert(at, answer);
                        answers.len()
                    };
                    on_step(Step::Answered { done });
                }
            }
        })
        .await;
    let answers = answers.into_inner().unwrap_or_else(PoisonError::into_inner);
    answers.into_values().collect()
}

async fn one<S: Source>(
    source: &S,
    session: &str,
    ask: &Ask,
    pace: &mut Pace,
    on_step: &(impl Fn(Step) + Sync),
) -> Result<Answer, ClientError> {
    let (mut limited, mut away) = (0, 0);
    loop {
        pace.wait(source, session, on_step).await;
        let error = match source.ask(ask).await {
            Ok(answer) => return Ok(answer),
            Err(error) if error.is_passing() => error,
            Err(error) => return Err(error),
        };
        let pause = if error.status() == Some(429) {
            limited += 1;
            pace.forget();
            pause_when_limited(limited, error.retry_after())
        } else {
            away += 1;
            let own = Duration::from_secs(1 << away.min(4));
            let pause = error.retry_after().unwrap_or(own);
            (away < AWAY_ATTEMPTS && pause <= LIMITED_PAUSE_MAX).then_some(pause)
        };
        let Some(pause) = pause else {
            return Err(error);
        };
        on_step(Step::Waits(pause));
        tokio::time::sleep(pause).await;
    }
}

/// What a session may still ask.
struct Pace {
    /// Questions that may be asked before the budget is looked at again.
    left: usize,
    /// Questions asked of a gateway that reports no budget.
    unreported: usize,
}

impl Pace {
    fn new() -> Self {
        Self {
            left: 0,
            unreported: 0,
        }
    }

    /// The budget must be looked at before the next question.
    fn forget(&mut self) {
        self.left = 0;
    }

    /// Waits until one more question may be asked, and counts it.
    async fn wait<S: Source>(&mut self, source: &S, session: &str, on_step: &impl Fn(Step)) {
        while self.left == 0 {
            let Some(windows) = source.budget(session).await else {
                self.unreported += 1;
                if self.unreported > OWN_BURST {
                    tokio::time::sleep(UNREPORTED_STEP).await;
                }
                return;
            };
            let left = windows.iter().map(|window| window.left).min();
            self.left = left.map_or(usize::MAX, |left| left as usize);
            if self.left == 0 {
                let pause = until_reset(&windows, source.now());
                on_step(Step::Waits(pause));
                tokio::time::sleep(pause).await;
            }
        }
        self.left -= 1;
    }
}

/// Until every window that is used up has one call more.
fn until_reset(windows: &[BudgetWindow], now: EpochMillis) -> Duration {
    let used_up = windows.iter().filter(|window| window.left == 0);
    let at = used_up.map(|window| grows_at(window, now)).max();
    budget::pause(at.unwrap_or(now), now)
}

/// A session's windows of reads. `None` where the gateway reports none, or only a rate for all calls of the session,
/// which other people need too.
#[must_use]
pub fn windows(session: &Session) -> Option<&[BudgetWindow]> {
    let budget = session.budget.as_ref()?;
    (!budget.read.is_empty() || session.rate_per_min == 0).then_some(&budget.read)
}

/// How long so many questions to one session take, by its [`windows`].
#[must_use]
pub fn estimate(questions: usize, windows: Option<&[BudgetWindow]>) -> Duration {
    let over = |free: usize| u32::try_from(questions.saturating_sub(free)).unwrap_or(u32::MAX);
    let calls = CALL * over(0);
    let paced = match windows {
        None => UNREPORTED_STEP * over(OWN_BURST),
        Some(windows) => {
            let waits = windows.iter().map(|window| {
                let step = Duration::from_secs(window.window_seconds.min(86_400));
                step / window.limit.max(1) * over(window.left as usize)
            });
            waits.max().unwrap_or_default()
        }
    };
    calls.max(paced)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{ErrorCode, ErrorObject, SessionBudget};
    use std::collections::VecDeque;
    use tokio::time::Instant;

    /// A gateway with a bucket of 20 that gains one in 1.5 s, as ours has.
    struct Bucket {
        begun: Instant,
        full_at: Mutex<Duration>,
        reports: bool,
        asked: Mutex<Vec<(f64, Ask)>>,
        /// Errors to answer first.
        refusals: Mutex<VecDeque<ClientError>>,
    }

    const STEP: Duration = Duration::from_millis(1_500);

    impl Bucket {
        fn new(reports: bool) -> Self {
            Self {
                begun: Instant::now(),
                full_at: Mutex::default(),
                reports,
                asked: Mutex::default(),
                refusals: Mutex::default(),
            }
        }

        fn refuse(&self, error: &ClientError, times: usize) {
            let errors = std::iter::repeat_n(error.clone(), times);
            self.refusals.lock().unwrap().extend(errors);
        }

        fn seconds(&self) -> f64 {
            self.begun.elapsed().as_secs_f64()
        }
    }

    impl Source for Bucket {
        async fn budget(&self, _session: &str) -> Option<Vec<BudgetWindow>> {
            let owed = self
                .full_at
                .lock()
                .unwrap()
                .saturating_sub(self.begun.elapsed());
            let used = owed.as_millis().div_ceil(STEP.as_millis()) as u32;
            let next = owed.saturating_sub(STEP * used.saturating_sub(1));
            self.reports.then(|| {
                vec![BudgetWindow {
                    window_seconds: 30,
                    limit: 20,
                    left: 20_u32.saturating_sub(used),
                    resets_at: Some(self.now() + next.as_millis() as EpochMillis),
                }]
            })
        }

        async fn ask(&self, ask: &Ask) -> Result<Answer, ClientError> {
            self.asked
                .lock()
                .unwrap()
                .push((self.seconds(), ask.clone()));
            if let Some(error) = self.refusals.lock().unwrap().pop_front() {
                return Err(error);
            }
            let mut full_at = self.full_at.lock().unwrap();
            *full_at = (*full_at).max(self.begun.elapsed()) + STEP;
            assert!(
                !self.reports || *full_at <= self.begun.elapsed() + STEP * 20,
                "beyond the budget"
            );
            let What::Link(jid) = &ask.what else {
                unreachable!()
            };
            Ok(Answer::Link(jid.clone()))
        }

        fn now(&self) -> EpochMillis {
            1_000_000 + self.begun.elapsed().as_millis() as EpochMillis
        }
    }

    fn asks(count: usize) -> Vec<Ask> {
        (0..count)
            .map(|at| Ask {
                session: "01A".to_owned(),
                what: What::Link(at.to_string()),
            })
            .collect()
    }

    fn limited(retry_after: Option<u64>) -> ClientError {
        ClientError::Api {
            status: 429,
            error: ErrorObject {
                code: ErrorCode::RateLimited,
                message: String::new(),
                details: serde_json::Map::new(),
            },
            request_id: None,
            retry_after: retry_after.map(Duration::from_secs),
        }
    }

    async fn run(source: &Bucket, asks: &[Ask]) -> (Vec<Result<Answer, ClientError>>, Vec<Step>) {
        let steps = Mutex::new(Vec::new());
        let answers = ask_all(source, asks, &|step| steps.lock().unwrap().push(step)).await;
        (answers, steps.into_inner().unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn five_hundred_links_stay_within_the_sessions_budget() {
        let source = Bucket::new(true);
        let asks = asks(500);
        let (answers, steps) = run(&source, &asks).await;
        for (at, answer) in answers.iter().enumerate() {
            assert_eq!(*answer, Ok(Answer::Link(at.to_string())));
        }
        let took = source.seconds();
        assert!(
            (719.0..725.0).contains(&took),
            "{took} s of 480 times 1.5 s"
        );
        let windows = Bucket::new(true).budget("").await;
        let estimated = estimate(500, windows.as_deref()).as_secs_f64();
        assert!((estimated - took).abs() < 10.0, "{estimated} s");
        assert_eq!(steps.last(), Some(&Step::Answered { done: 500 }));
        let burst = source.asked.lock().unwrap()[19].0;
        assert!(burst < 0.1, "{burst}");
    }

    #[test]
    fn a_rate_for_all_calls_is_no_budget_of_reads() {
        let limited = Session {
            budget: Some(SessionBudget::default()),
            rate_per_min: 60,
            ..Session::default()
        };
        assert_eq!(windows(&limited), None);
        let free = Session {
            rate_per_min: 0,
            ..limited
        };
        assert_eq!(windows(&free), Some(&[][..]));
        assert_eq!(windows(&Session::default()), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_gateway_without_a_budget_is_asked_at_our_own_pace() {
        let source = Bucket::new(false);
        let (answers, _) = run(&source, &asks(60)).await;
        assert!(answers.iter().all(Result::is_ok));
        let took = source.seconds();
        assert!((59.9..60.2).contains(&took), "{took} s of 40 times 1.5 s");
        assert_eq!(estimate(60, None), UNREPORTED_STEP * 40);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_that_is_asked_for_is_kept_and_the_question_repeated() {
        for (retry_after, seconds) in [(Some(7), 7.0), (None, 60.0)] {
            let source = Bucket::new(false);
            source.refuse(&limited(retry_after), 1);
            let (answers, steps) = run(&source, &asks(1)).await;
            assert_eq!(answers, [Ok(Answer::Link("0".to_owned()))]);
            assert!((source.seconds() - seconds).abs() < 0.1);
            assert_eq!(steps[0], Step::Waits(Duration::from_secs_f64(seconds)));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_session_that_stays_away_or_limited_is_not_asked_further() {
        let away = ClientError::Unreachable("refused".to_owned());
        for (error, attempts) in [(away, 4), (limited(Some(1)), 10), (limited(Some(901)), 1)] {
            let source = Bucket::new(false);
            source.refuse(&error, 100);
            let (answers, _) = run(&source, &asks(50)).await;
            assert_eq!(answers, vec![Err(error); 50]);
            assert_eq!(source.asked.lock().unwrap().len(), attempts);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_of_one_group_does_not_end_the_others() {
        let source = Bucket::new(true);
        let refusal = ClientError::NotALink;
        source.refuse(&refusal, 1);
        let mut asks = asks(3);
        asks[1].session = "01B".to_owned();
        let (answers, _) = run(&source, &asks).await;
        assert_eq!(answers[0], Err(refusal));
        assert_eq!(answers[1], Ok(Answer::Link("1".to_owned())));
        assert_eq!(answers[2], Ok(Answer::Link("2".to_owned())));
    }
}
