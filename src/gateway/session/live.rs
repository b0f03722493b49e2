//! Live calls: one at a time per session, each with a time limit.

use super::handle::{BROKE, Hold, SessionHandle};
use super::limits;
use crate::gateway::budget::BudgetKind;
use crate::gateway::domain::GroupJid;
use crate::gateway::error::{Error, Limit};
use crate::gateway::lock::lock;
use crate::gateway::whatsapp::DriverError;
use crate::gateway::whatsapp::error::PRIVATE;
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Permission to make live calls; held by one caller per session at a time.
pub(crate) struct Turn<'a> {
    pub session: &'a SessionHandle,
    connection: CancellationToken,
    _guard: tokio::sync::MutexGuard<'a, ()>,
}

impl SessionHandle {
    /// Waits for permission to make `calls` calls, in the order of arrival. They count towards the
    /// session's rate limit.
    ///
    /// # Errors
    /// The session is not connected, before or after queueing; too many calls are queued; the wait
    /// exceeds [`limits::TURN`]; or the rate limit of the session. Nothing was sent.
    pub(crate) async fn turn(&self, calls: usize) -> Result<Turn<'_>, Error> {
        self.require_working()?;
        let guard = if let Ok(guard) = self.turn.try_lock() {
            guard
        } else {
            let _slot = WaitSlot::take(self)?;
            tokio::time::timeout(limits::TURN, self.turn.lock())
                .await
                .map_err(|_| Error::Busy)?
        };
        self.require_working()?;
        // Count after queueing: a call that was cancelled in the queue uses up nothing.
        self.count(calls)?;
        Ok(self.begin_turn(guard))
    }

    /// Waits without a limit: for background work that must be done and that no caller waits for.
    ///
    /// # Errors
    /// The session is not connected after queueing.
    pub(super) async fn turn_unbounded(&self) -> Result<Turn<'_>, Error> {
        let guard = self.turn.lock().await;
        self.require_working()?;
        Ok(self.begin_turn(guard))
    }

    fn begin_turn<'a>(&'a self, guard: tokio::sync::MutexGuard<'a, ()>) -> Turn<'a> {
        Turn {
            session: self,
            connection: self.connection(),
            _guard: guard,
        }
    }
}

impl SessionHandle {
    /// Counts calls to WhatsApp.
    fn count(&self, calls: usize) -> Result<(), Error> {
        self.calls
            .take(calls)
            .map_err(|wait| Error::TooManyRequests {
                limit: Limit::Session,
                wait,
            })
    }

    /// Requests a pairing code. It needs no permission to call: nothing else is called before a
    /// phone is linked.
    ///
    /// # Errors
    /// As [`Turn::ask`]; or the session has asked WhatsApp too often.
    pub(crate) async fn pair_with_code(&self, phone: &str) -> Result<String, Error> {
        self.count(1)?;
        let connection = self.connection();
        let query = self.driver.pair_with_code(phone);
        let query = self.guard(&connection, limits::PAIRING_CODE, query);
        Ok(query.await?)
    }

    /// Runs a query until it answers, times out, panics, or the connection is cut.
    pub(super) async fn guard<T>(
        &self,
        connection: &CancellationToken,
        limit: Duration,
        query: impl Future<Output = Result<T, DriverError>> + Send,
    ) -> Result<T, DriverError> {
        if connection.is_cancelled() {
            return Err(DriverError::ConnectionLost);
        }
        let query = AssertUnwindSafe(query).catch_unwind();
        tokio::select! {
            biased;
            answer = tokio::time::timeout(limit, query) => match answer {
                Ok(Ok(answer)) => {
                    if !is_silence(answer.as_ref().err()) {
                        self.heard();
                    }
                    answer
                }
                Ok(Err(_panic)) => {
                    self.broken(BROKE);
                    Err(DriverError::ConnectionLost)
                }
                Err(_elapsed) => Err(DriverError::Timeout),
            },
            () = connection.cancelled() => Err(DriverError::ConnectionLost),
        }
    }
}

/// Whether a person was not added because of their privacy settings (WhatsApp's 403).
fn is_private(error: &DriverError) -> bool {
    match error {
        DriverError::PrivateInvite { .. } => true,
        DriverError::Refused(why) => why == PRIVATE,
        _ => false,
    }
}

/// Whether a refusal is one that restricted accounts get. The code of `account_reachout_restricted`
/// is not known, so any code without a meaning of its own counts.
fn hints_at_restriction(kind: BudgetKind, error: &DriverError) -> bool {
    matches!(kind, BudgetKind::Create | BudgetKind::Join)
        && matches!(
            error,
            DriverError::RateLimited { .. } | DriverError::Other { code: Some(_), .. }
        )
}

/// Whether an error means that nothing was received: any other error is an answer.
fn is_silence(error: Option<&DriverError>) -> bool {
    matches!(
        error,
        Some(DriverError::NotConnected | DriverError::ConnectionLost | DriverError::Timeout)
    )
}

/// A slot in the queue of waiting calls.
struct WaitSlot<'a>(&'a SessionHandle);

impl<'a> WaitSlot<'a> {
    fn take(session: &'a SessionHandle) -> Result<Self, Error> {
        let slot = Self(session);
        if session.waiting.fetch_add(1, Ordering::Relaxed) >= limits::WAITING {
            return Err(Error::TooManyRequests {
                limit: Limit::Waiting,
                wait: Duration::from_secs(1),
            });
        }
        Ok(slot)
    }
}

impl Drop for WaitSlot<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Turn<'_> {
    /// Runs one driver query within [`limits::QUERY`].
    ///
    /// # Errors
    /// The driver's errors; `ConnectionLost` when the session is stopped; `Timeout`.
    pub(crate) async fn ask<T>(
        &self,
        query: impl Future<Output = Result<T, DriverError>> + Send,
    ) -> Result<T, DriverError> {
        self.ask_within(limits::QUERY, query).await
    }

    /// [`Turn::ask`] with another limit.
    ///
    /// # Errors
    /// As [`Turn::ask`].
    pub(crate) async fn ask_within<T>(
        &self,
        limit: Duration,
        query: impl Future<Output = Result<T, DriverError>> + Send,
    ) -> Result<T, DriverError> {
        self.session.guard(&self.connection, limit, query).await
    }

    /// [`Turn::ask`] for calls that get accounts restricted when there are many.
    ///
    /// # Errors
    /// [`Error::Budget`]: there were too many, and nothing was sent. Else as [`Turn::ask`].
    pub(crate) async fn spend<T>(
        &self,
        kind: BudgetKind,
        calls: usize,
        query: impl Future<Output = Result<T, DriverError>> + Send,
    ) -> Result<T, Error> {
        let budget = &self.session.budget;
        budget.take(kind, calls)?;
        let answer = self.ask(query).await;
        let error = answer.as_ref().err();
        budget.answered(kind, error);
        if error.is_some_and(|error| hints_at_restriction(kind, error)) {
            self.session.look_for_restriction();
        }
        Ok(answer?)
    }

    /// Notes the outcomes of adding people.
    pub(crate) fn note_added(&self, outcomes: &[Result<(), DriverError>]) {
        for outcome in outcomes {
            match outcome {
                Ok(()) => drop(self.session.budget.added(true)),
                Err(error) if is_private(error) => {
                    if self.session.budget.added(false) {
                        self.session.look_for_restriction();
                    }
                }
                Err(_) => {}
            }
        }
    }

    /// Holds back the driver's events about one group, or about all, until the guard is dropped.
    ///
    /// Our own change is stored first and later events after it. Otherwise an event about a later
    /// change could be stored before our own, older one, and be overwritten.
    pub(crate) fn hold(&self, group: Option<&GroupJid>) -> Held<'_> {
        let hold = group.map_or(Hold::All, |group| Hold::Group(group.clone()));
        *lock(&self.session.hold) = Some(hold);
        Held(self.session)
    }
}

/// Releases the held events when dropped.
pub(crate) struct Held<'a>(&'a SessionHandle);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        *lock(&self.0.hold) = None;
        self.0.released.notify_one();
    }
}
