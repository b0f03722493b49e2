//! Running a batch: one row at a time, at the pace of its sessions.

use super::change::Step;
use super::journal::{InDoubt, Journal};
use super::outcome::{Control, Ended, Outcome, Report, RowState};
use super::pace;
use super::send::{Again, Before, Sent, before, look_up, send};
use crate::api::{EpochMillis, Session, SessionStatus};
use crate::budget;
use crate::client::Client;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// How often in a row a gateway may be away before the batch ends, to be resumed later: after the pauses of 1, 2,
/// 4, … seconds about two minutes.
const AWAY_MAX: u32 = 7;

/// How often in a row a gateway may not know a session before its rows stay for another time: after pauses of 1 and 2
/// seconds.
const UNKNOWN_MAX: u32 = 2;

/// How often a row may not be readable, at a gateway that answers otherwise.
const FAILED_READS_MAX: u32 = 3;

/// How long a session may need to connect.
const CONNECTING: Duration = Duration::from_mins(1);
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// Runs the rows of a journal that have no outcome. Rows that may have been sent are looked up first and are
/// never sent again. `control` pauses and stops it; dropping its sender changes nothing.
///
/// Rows of one session keep their order and its pace. A session that has to wait holds no other up.
pub async fn run(
    client: &Client,
    journal: Journal,
    mut control: watch::Receiver<Control>,
    mut report: impl FnMut(Report),
) -> Ended {
    let mut batch = Batch {
        client,
        journal: Arc::new(Mutex::new(journal)),
        queues: BTreeMap::new(),
        away: 0,
        left_behind: None,
        expected: 0,
    };
    let ended = batch.run(&mut control, &mut report).await;
    ended.unwrap_or_else(|ended| ended)
}

/// The rows of a session that wait.
struct Queue {
    rows: VecDeque<usize>,
    /// Nothing is sent before.
    ready: Instant,
    /// Since when the session has been connecting.
    connecting: Option<Instant>,
    /// The end of a wait that was reported.
    reported: Option<EpochMillis>,
    /// How often in a row the gateway did not know the session.
    unknown: u32,
    /// How often in a row its first row could not be read, although the gateway answered otherwise.
    failed_reads: u32,
    /// When its last row ends, as far as is known.
    ends: EpochMillis,
}

impl Queue {
    /// Waits for a budget that grows at `until`; whether that was not reported yet.
    fn wait(&mut self, until: EpochMillis, now: EpochMillis) -> bool {
        self.ready = Instant::now() + budget::pause(until, now);
        self.reported.replace(until) != Some(until)
    }
}

struct Batch<'a> {
    client: &'a Client,
    journal: Arc<Mutex<Journal>>,
    queues: BTreeMap<String, Queue>,
    /// How often in a row the gateway was away.
    away: u32,
    /// Why rows of a session stay without an outcome, to be resumed later.
    left_behind: Option<String>,
    /// When the batch ends, as it was reported last.
    expected: EpochMillis,
}

impl Batch<'_> {
    /// # Errors
    /// It ended before the last row.
    async fn run(
        &mut self,
        control: &mut watch::Receiver<Control>,
        report: &mut impl FnMut(Report),
    ) -> Result<Ended, Ended> {
        let in_doubt = self.read(|journal| {
            let rows = journal.rows.iter().enumerate();
            rows.filter(|(_, row)| row.is_in_doubt())
                .map(|(index, _)| index)
                .collect::<Vec<_>>()
        });
        for index in in_doubt {
            obey(control, report).await?;
            report(Report::Row {
                index,
                state: RowState::Sending,
            });
            self.settle(index, "groupdesk ended while it was being sent", report)
                .await?;
        }
        let left = self.read(|journal| {
            let rows = journal.rows.iter().enumerate();
            rows.filter(|(_, row)| row.outcome.is_none())
                .map(|(index, row)| (index, row.target.session.clone()))
                .collect::<Vec<_>>()
        });
        let now = Instant::now();
        for (index, session) in left {
            let queue = self.queues.entry(session).or_insert_with(|| Queue {
                rows: VecDeque::new(),
                ready: now,
                connecting: None,
                reported: None,
                unknown: 0,
                failed_reads: 0,
                ends: 0,
            });
            queue.rows.push_back(index);
        }
        loop {
            self.queues.retain(|_, queue| !queue.rows.is_empty());
            let next = self.queues.iter().min_by_key(|(_, queue)| queue.ready);
            let Some((session, ready)) = next.map(|(id, queue)| (id.clone(), queue.ready)) else {
                return match self.left_behind.take() {
                    Some(why) => Err(Ended::Interrupted(why)),
                    None => Ok(Ended::Finished),
                };
            };
            obey(control, report).await?;
            tokio::select! {
                biased;
                () = changed(control) => continue,
                () = tokio::time::sleep_until(ready) => {}
            }
            self.step(&session, report).await?;
        }
    }

    /// Takes the next row of a session one step further.
    async fn step(&mut self, session: &str, report: &mut impl FnMut(Report)) -> Result<(), Ended> {
        let Some(queue) = self.queues.get(session) else {
            return Ok(());
        };
        let Some(&index) = queue.rows.front() else {
            return Ok(());
        };
        let row = self.read(|journal| journal.rows[index].clone());
        let Some(step) = row.step.clone() else {
            return self
                .done(index, session, Outcome::NotAttempted(String::new()), report)
                .await;
        };
        // A key that may not list sessions can still change groups: then nothing is known of the session.
        let known = match self.client.get_session(session).await {
            Ok(known) => Some(known),
            Err(error) if error.is_unknown_session() => {
                let again = Again::UnknownSession(error.to_string());
                return self.again(index, session, again, report);
            }
            Err(_) => None,
        };
        self.expect(session, known.as_ref(), &step, report);
        match self.obstacle(session, known.as_ref(), &step, report) {
            Obstacle::None => {}
            Obstacle::Wait => return Ok(()),
            Obstacle::Never(why) => {
                let outcome = Outcome::NotAttempted(why);
                return self.done(index, session, outcome, report).await;
            }
        }
        report(Report::Row {
            index,
            state: RowState::Sending,
        });
        let old_code = match before(self.client, &row, &step).await {
            Before::Send(code) => code,
            Before::Done(outcome) => return self.done(index, session, outcome, report).await,
            Before::Again(Again::Away(why)) if known.is_some() && self.gives_up(session) => {
                let outcome = Outcome::NotAttempted(why);
                return self.done(index, session, outcome, report).await;
            }
            Before::Again(again) => return self.again(index, session, again, report),
        };
        let code = old_code.clone();
        self.write(move |journal| journal.sending(index, code.as_deref()))
            .await?;
        match send(self.client, &row, &step, old_code.as_deref()).await {
            Sent::Done(outcome) => {
                self.away = 0;
                if let Some(queue) = self.queues.get_mut(session) {
                    queue.unknown = 0;
                }
                self.pause(session, pace::gap(known.as_ref(), &step));
                self.done(index, session, outcome, report).await
            }
            Sent::Lost(cause) => {
                self.pause(session, pace::gap(known.as_ref(), &step));
                if let Some(queue) = self.queues.get_mut(session) {
                    queue.rows.pop_front();
                }
                self.settle(index, &cause, report).await
            }
            Sent::Again(again) => {
                self.write(move |journal| journal.not_sent(index)).await?;
                self.again(index, session, again, report)
            }
        }
    }

    /// Reports when the batch ends, if that is news.
    fn expect(
        &mut self,
        id: &str,
        session: Option<&Session>,
        step: &Step,
        report: &mut impl FnMut(Report),
    ) {
        if let Some(queue) = self.queues.get_mut(id) {
            let rows = u32::try_from(queue.rows.len()).unwrap_or(u32::MAX);
            let left = pace::take(session, step, rows).as_millis();
            let left = EpochMillis::try_from(left).unwrap_or(EpochMillis::MAX);
            queue.ends = clock().saturating_add(left);
        }
        let ends = self.queues.values().map(|queue| queue.ends).max();
        let ends = ends.unwrap_or_default();
        if ends.abs_diff(self.expected) > 1_000 {
            self.expected = ends;
            report(Report::Expected(ends));
        }
    }

    /// What keeps a session's next row from being sent.
    fn obstacle(
        &mut self,
        id: &str,
        session: Option<&Session>,
        step: &Step,
        report: &mut impl FnMut(Report),
    ) -> Obstacle {
        let Some(session) = session else {
            return Obstacle::None;
        };
        let Some(queue) = self.queues.get_mut(id) else {
            return Obstacle::None;
        };
        if session.status == SessionStatus::Starting {
            let now = Instant::now();
            let since = *queue.connecting.get_or_insert(now);
            if now.duration_since(since) < CONNECTING {
                queue.ready = now + BETWEEN_LOOKS;
                return Obstacle::Wait;
            }
        } else {
            queue.connecting = None;
        }
        if session.status.is_disconnected() {
            return Obstacle::Never("the account is not connected".to_owned());
        }
        let now = clock();
        match pace::wait(session, step, now) {
            Some((until, why)) => {
                if queue.wait(until, now) {
                    report(Report::Waiting { until, why });
                }
                Obstacle::Wait
            }
            None => Obstacle::None,
        }
    }

    /// The row waits again, because nothing was done.
    fn again(
        &mut self,
        index: usize,
        session: &str,
        again: Again,
        report: &mut impl FnMut(Report),
    ) -> Result<(), Ended> {
        report(Report::Row {
            index,
            state: RowState::Waiting,
        });
        match again {
            Again::After(pause, why) => {
                self.pause(session, pause);
                let until = clock() + pause.as_millis() as EpochMillis;
                report(Report::Waiting { until, why });
            }
            Again::UnknownSession(why) => self.unknown_session(session, why, report),
            Again::Away(why) => {
                self.away += 1;
                if self.away > AWAY_MAX {
                    return Err(Ended::Interrupted(why));
                }
                let pause = Duration::from_secs(1 << (self.away - 1));
                let until = clock() + pause.as_millis() as EpochMillis;
                let ready = Instant::now() + pause;
                for queue in self.queues.values_mut() {
                    queue.ready = queue.ready.max(ready);
                }
                report(Report::Waiting { until, why });
            }
        }
        Ok(())
    }

    /// A row could not be read although the gateway answers otherwise; whether that was often enough.
    fn gives_up(&mut self, session: &str) -> bool {
        let Some(queue) = self.queues.get_mut(session) else {
            return false;
        };
        queue.failed_reads += 1;
        queue.failed_reads > FAILED_READS_MAX
    }

    /// The gateway does not know the session: a key of somebody else, or a gateway that has just begun. Its rows wait, and
    /// after some attempts they stay for another time. Those of other sessions go on.
    fn unknown_session(&mut self, session: &str, why: String, report: &mut impl FnMut(Report)) {
        let Some(queue) = self.queues.get_mut(session) else {
            return;
        };
        queue.unknown += 1;
        if queue.unknown > UNKNOWN_MAX {
            self.queues.remove(session);
            self.left_behind = Some(why);
            return;
        }
        let pause = Duration::from_secs(1 << (queue.unknown - 1));
        queue.ready = Instant::now() + pause;
        let until = clock() + pause.as_millis() as EpochMillis;
        report(Report::Waiting { until, why });
    }

    fn pause(&mut self, session: &str, pause: Duration) {
        if let Some(queue) = self.queues.get_mut(session) {
            queue.ready = Instant::now() + pause;
        }
    }

    /// Looks up a row that may have been sent.
    async fn settle(
        &mut self,
        index: usize,
        cause: &str,
        report: &mut impl FnMut(Report),
    ) -> Result<(), Ended> {
        let row = self.read(|journal| journal.rows[index].clone());
        let doubt = row.in_doubt.clone().unwrap_or(InDoubt { old_code: None });
        let outcome = match &row.step {
            Some(step) => look_up(self.client, &row, step, &doubt, cause).await,
            None => Outcome::Unconfirmed(cause.to_owned()),
        };
        self.record(index, outcome, report).await
    }

    async fn done(
        &mut self,
        index: usize,
        session: &str,
        outcome: Outcome,
        report: &mut impl FnMut(Report),
    ) -> Result<(), Ended> {
        if let Some(queue) = self.queues.get_mut(session) {
            queue.rows.pop_front();
            queue.failed_reads = 0;
        }
        self.record(index, outcome, report).await
    }

    async fn record(
        &mut self,
        index: usize,
        outcome: Outcome,
        report: &mut impl FnMut(Report),
    ) -> Result<(), Ended> {
        let written = outcome.clone();
        self.write(move |journal| journal.done(index, &written))
            .await?;
        report(Report::Row {
            index,
            state: RowState::Done(outcome),
        });
        Ok(())
    }

    fn read<T>(&self, look: impl FnOnce(&Journal) -> T) -> T {
        look(&self.journal.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Writes to the journal, off the async threads.
    ///
    /// # Errors
    /// It cannot be written, so nothing more may be sent.
    async fn write(
        &self,
        job: impl FnOnce(&mut Journal) -> std::io::Result<()> + Send + 'static,
    ) -> Result<(), Ended> {
        let journal = Arc::clone(&self.journal);
        let written = tokio::task::spawn_blocking(move || {
            job(&mut journal.lock().unwrap_or_else(PoisonError::into_inner))
        });
        let written = written
            .await
            .unwrap_or_else(|error| Err(std::io::Error::other(error)));
        written
            .map_err(|error| Ended::Interrupted(format!("the journal cannot be written: {error}")))
    }
}

enum Obstacle {
    None,
    /// Its queue says until when.
    Wait,
    Never(String),
}

/// Waits while the batch is paused.
///
/// # Errors
/// It was stopped.
async fn obey(
    control: &mut watch::Receiver<Control>,
    report: &mut impl FnMut(Report),
) -> Result<(), Ended> {
    let mut paused = false;
    loop {
        let now = *control.borrow_and_update();
        match now {
            Control::Stop => return Err(Ended::Stopped),
            Control::Run => {
                if paused {
                    report(Report::GoesOn);
                }
                return Ok(());
            }
            Control::Pause => {
                if !paused {
                    report(Report::Paused);
                }
                paused = true;
                changed(control).await;
            }
        }
    }
}

/// Waits for another command; for ever when there is nobody left to give one.
async fn changed(control: &mut watch::Receiver<Control>) {
    if control.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn clock() -> EpochMillis {
    jiff::Timestamp::now().as_millisecond()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_long_wait_is_reported_once_and_looked_at_again() {
        let mut queue = Queue {
            rows: VecDeque::new(),
            ready: Instant::now(),
            connecting: None,
            reported: None,
            unknown: 0,
            failed_reads: 0,
            ends: 0,
        };
        let hour = 3_600_000;
        assert!(queue.wait(hour, 0));
        assert_eq!(queue.ready - Instant::now(), budget::LOOK_AGAIN);
        assert!(!queue.wait(hour, 60_000));
        // The next window.
        assert!(queue.wait(2 * hour, hour));
    }
}
