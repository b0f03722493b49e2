//! The task that owns a session: it alone starts and stops the driver and decides the status.

use super::handle::{End, SessionHandle};
use super::{Along, Control, Letter, SessionAction, limits};
use crate::api::{EventKind, Session, SessionStatus, SessionStatusPayload};
use crate::gateway::clock;
use crate::gateway::error::Error;
use crate::gateway::metrics::Metrics;
use crate::gateway::store::rows::StoredSession;
use crate::gateway::store::{Store, StoreError, Write};
use crate::gateway::whatsapp::metered::Metered;
use crate::gateway::whatsapp::{Account, Backend, DriverError, DriverEvent, GroupEvent};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

/// The reason of a session whose code panicked.
pub(super) const BROKE: &str = "an internal fault ended this session; start it again";
/// The reason of a session that was logged out by a driver that says no more about it.
const LOGGED_OUT: &str = "logged out by an operator";

/// Starts a session's task. `delay` before it connects, when it should run.
pub fn spawn(
    stored: StoredSession,
    backend: &Backend,
    store: Store,
    metrics: &Arc<Metrics>,
    tasks: &TaskTracker,
    delay: Duration,
) -> Arc<SessionHandle> {
    let (driver_events, events) = mpsc::unbounded_channel();
    let (control, letters) = mpsc::unbounded_channel();
    let driver = backend.open(
        Account {
            session: stored.id.clone(),
            organization: stored.organization.clone(),
        },
        driver_events,
    );
    let driver = Metered::around(driver, Arc::clone(metrics));
    let handle = Arc::new(SessionHandle::new(
        stored.id,
        stored.organization,
        stored.session,
        stored.group_count,
        driver,
        control,
    ));
    let task = Task {
        handle: Arc::clone(&handle),
        store,
        tasks: tasks.clone(),
        should_run: stored.should_run,
        by_hand: false,
        deadline: None,
        held: Vec::new(),
    };
    tasks.spawn(task.run(letters, events, delay));
    handle
}

/// The owner of a session.
pub(super) struct Task {
    pub(super) handle: Arc<SessionHandle>,
    pub(super) store: Store,
    pub(super) tasks: TaskTracker,
    /// What the operator wants.
    pub(super) should_run: bool,
    /// Whether it failed in such a way that only an operator should start it again: what is stored
    /// says then that it should not run, so that the next process leaves it alone.
    by_hand: bool,
    /// When `starting` has lasted so long that its reason should say so.
    deadline: Option<Instant>,
    /// Group events that wait for a change of ours to be stored.
    pub(super) held: Vec<GroupEvent>,
}

enum Step {
    Letter(Letter),
    Events(Vec<DriverEvent>),
    Released,
    TooLong,
}

enum Flow {
    Go,
    End,
}

impl Task {
    async fn run(
        mut self,
        mut letters: mpsc::UnboundedReceiver<Letter>,
        mut events: mpsc::UnboundedReceiver<DriverEvent>,
        delay: Duration,
    ) {
        let handle = Arc::clone(&self.handle);
        let mut first = self.should_run.then(|| Instant::now() + delay);
        let mut batch = Vec::new();
        loop {
            let step = tokio::select! {
                biased;
                Some(letter) = letters.recv() => Some(Step::Letter(letter)),
                1.. = events.recv_many(&mut batch, limits::EVENTS) => {
                    Some(Step::Events(std::mem::take(&mut batch)))
                }
                () = handle.released.notified() => Some(Step::Released),
                () = at(self.deadline) => Some(Step::TooLong),
                () = at(first) => None,
            };
            let work = async {
                if let Some(step) = step {
                    return self.step(step, &mut events).await;
                }
                first = None;
                if self.should_run && !self.is_up() {
                    self.begin().await;
                }
                Flow::Go
            };
            match AssertUnwindSafe(work).catch_unwind().await {
                Ok(Flow::Go) => {}
                Ok(Flow::End) => return,
                Err(_panic) => self.fail(BROKE).await,
            }
        }
    }

    async fn step(
        &mut self,
        step: Step,
        events: &mut mpsc::UnboundedReceiver<DriverEvent>,
    ) -> Flow {
        match step {
            Step::Letter(Letter { control, span }) => {
                return self.letter(control, events).instrument(span).await;
            }
            Step::Events(batch) => {
                for event in batch {
                    self.event(event).await;
                }
                self.flush().await;
            }
            Step::Released => self.flush().await,
            Step::TooLong => {
                // The driver goes on trying, so it is still starting.
                let reason = format!(
                    "no answer from WhatsApp within {} s; trying again",
                    limits::STARTING.as_secs()
                );
                self.set_status(SessionStatus::Starting, Some(reason)).await;
            }
        }
        Flow::Go
    }

    async fn letter(
        &mut self,
        letter: Control,
        events: &mut mpsc::UnboundedReceiver<DriverEvent>,
    ) -> Flow {
        // Who asked may have gone; what was asked for is done all the same.
        match letter {
            Control::Act(action, reply) => {
                let outcome = self.act(action, events).await;
                let _ = reply.send(outcome.map(|()| self.handle.view()));
            }
            Control::Pair(reply) => {
                let _ = reply.send(self.pair().await);
            }
            Control::AwaitPhone => {
                if self.should_run && !self.handle.is_paired() {
                    self.set_status(SessionStatus::ScanQrCode, None).await;
                }
            }
            Control::Delete(along, reply) => {
                let outcome = self.delete(along, events).await;
                let ended = outcome.is_ok();
                if ended {
                    self.handle.end(End::Deleted);
                }
                let _ = reply.send(outcome);
                if ended {
                    return Flow::End;
                }
            }
            Control::Close(reply) => {
                self.handle.cut_connection();
                self.disconnect(events).await;
                self.flush().await;
                self.handle.end(End::Closed);
                let _ = reply.send(());
                return Flow::End;
            }
            Control::TellAgain => self.tell_again().await,
            Control::Broken(reason) => self.fail(&reason).await,
        }
        Flow::Go
    }

    async fn act(
        &mut self,
        action: SessionAction,
        events: &mut mpsc::UnboundedReceiver<DriverEvent>,
    ) -> Result<(), Error> {
        match action {
            SessionAction::Start => {
                if !self.should_run || !self.is_up() {
                    self.begin().await;
                }
            }
            SessionAction::Stop => self.stop(events).await,
            SessionAction::Restart => {
                self.handle.cut_connection();
                self.disconnect(events).await;
                self.begin().await;
            }
            SessionAction::Logout => {
                if self.status() == SessionStatus::LoggedOut {
                    return Ok(());
                }
                match self.log_out(events).await {
                    Ok(reason) => self.unlink(reason).await,
                    Err(error) => {
                        // Still linked: back to where the operator wanted it.
                        if self.should_run {
                            self.begin().await;
                        }
                        return Err(error.into());
                    }
                }
            }
        }
        Ok(())
    }

    /// Unlinks from the phone, while the connection stands: without one, WhatsApp cannot be told.
    /// Returns what came of it, in the driver's words.
    async fn log_out(
        &mut self,
        events: &mut mpsc::UnboundedReceiver<DriverEvent>,
    ) -> Result<String, DriverError> {
        self.handle.cut_connection();
        let outcome = timeout(limits::QUERY, self.handle.driver.log_out())
            .await
            .unwrap_or(Err(DriverError::Timeout));
        match (self.drain(events).await, outcome) {
            (Some(reason), _) => Ok(reason),
            (None, Ok(())) => Ok(LOGGED_OUT.to_owned()),
            (None, Err(error)) => Err(error),
        }
    }

    /// Wants the session to run and lets the driver connect, or pair, in a task of its own: a
    /// driver that hangs does not hold the session's task up.
    async fn begin(&mut self) {
        self.should_run = true;
        self.by_hand = false;
        self.handle.renew_connection();
        self.set_status(SessionStatus::Starting, None).await;
        let handle = Arc::clone(&self.handle);
        let connection = handle.connection();
        let connecting = async move {
            let connect = AssertUnwindSafe(handle.driver.connect()).catch_unwind();
            tokio::select! {
                () = connection.cancelled() => {}
                outcome = timeout(limits::STARTING, connect) => match outcome {
                    Ok(Ok(Ok(()))) => {}
                    Ok(Ok(Err(error))) => handle.broken(error.to_string()),
                    Ok(Err(_panic)) => handle.broken(BROKE),
                    Err(_elapsed) => handle.broken(DriverError::Timeout.to_string()),
                },
            }
        };
        self.tasks.spawn(connecting.in_current_span());
    }

    async fn stop(&mut self, events: &mut mpsc::UnboundedReceiver<DriverEvent>) {
        // One that waits for an operator since an earlier process is to be stopped like any other.
        let idle = !matches!(
            self.status(),
            SessionStatus::Starting | SessionStatus::Failed
        );
        if !self.should_run && idle {
            return;
        }
        self.should_run = false;
        self.handle.cut_connection();
        self.handle.set_qr(None);
        self.set_status(SessionStatus::Stopped, None).await;
        self.disconnect(events).await;
    }

    async fn pair(&mut self) -> Result<bool, Error> {
        if self.handle.is_paired() {
            return Err(DriverError::AlreadyPaired.into());
        }
        if self.should_run && self.is_up() {
            return Ok(false);
        }
        self.begin().await;
        Ok(true)
    }

    async fn delete(
        &mut self,
        along: Along,
        events: &mut mpsc::UnboundedReceiver<DriverEvent>,
    ) -> Result<(), Error> {
        if self.handle.is_paired() {
            // Best effort: a phone that shows a dead device can remove it by hand.
            match self.log_out(events).await {
                Ok(reason) => self.unlink(reason).await,
                Err(error) => {
                    tracing::warn!(session = %self.handle.id, %error, "deleted without unlinking");
                }
            }
        }
        self.stop(events).await;
        timeout(limits::QUERY, self.handle.driver.erase())
            .await
            .unwrap_or(Err(DriverError::Timeout))?;
        let (organization, id) = (self.handle.organization.clone(), self.handle.id.clone());
        self.store
            .write(move |w| {
                w.rows.delete_session(&organization, &id)?;
                along(w)
            })
            .await?;
        Ok(())
    }

    async fn disconnect(&mut self, events: &mut mpsc::UnboundedReceiver<DriverEvent>) {
        if timeout(limits::DISCONNECT, self.handle.driver.disconnect())
            .await
            .is_err()
        {
            tracing::warn!(session = %self.handle.id, "abandoned a connection that did not close");
        }
        if let Some(reason) = self.drain(events).await {
            self.unlink(reason).await;
        }
    }

    /// Takes what the driver said before it was told to end: facts about groups are kept, the
    /// states of a connection that is no more are not. Returns why the phone is no longer linked, if
    /// that is so.
    async fn drain(&mut self, events: &mut mpsc::UnboundedReceiver<DriverEvent>) -> Option<String> {
        let mut unlinked = None;
        while let Ok(event) = events.try_recv() {
            match event {
                DriverEvent::Group(event) => self.held.push(event),
                DriverEvent::LoggedOut { reason } => unlinked = Some(reason),
                _ => {}
            }
        }
        self.flush().await;
        unlinked
    }

    /// Something broke: the driver is told to end, the engine goes on.
    async fn fail(&mut self, reason: &str) {
        tracing::error!(session = %self.handle.id, reason, "the session failed");
        self.fail_with(reason.to_owned(), false).await;
        let handle = Arc::clone(&self.handle);
        let ending = async move {
            let end = AssertUnwindSafe(handle.driver.disconnect()).catch_unwind();
            let _ = timeout(limits::DISCONNECT, end).await;
        };
        self.tasks.spawn(ending.in_current_span());
    }

    pub(super) async fn fail_with(&mut self, reason: String, by_hand: bool) {
        self.handle.cut_connection();
        self.handle.set_qr(None);
        if self.should_run {
            self.by_hand = by_hand;
            self.set_status(SessionStatus::Failed, Some(reason)).await;
        }
    }

    pub(super) fn status(&self) -> SessionStatus {
        self.handle.read(|view| view.status.clone())
    }

    /// Whether the driver is at work.
    fn is_up(&self) -> bool {
        matches!(
            self.status(),
            SessionStatus::Starting | SessionStatus::ScanQrCode | SessionStatus::Working
        ) && !self.handle.connection().is_cancelled()
    }

    /// Sets the status in memory, then in the store, and publishes a change.
    pub(super) async fn set_status(&mut self, status: SessionStatus, reason: Option<String>) {
        let waits = status == SessionStatus::Starting && reason.is_none();
        self.deadline = waits.then(|| Instant::now() + limits::STARTING);
        let changed = self.handle.change(|view| {
            let changed = view.status != status || view.status_reason != reason;
            if changed {
                view.status = status.clone();
                view.status_reason.clone_from(&reason);
                view.updated_at = clock::now();
            }
            changed
        });
        if changed {
            tracing::info!(session = %self.handle.id, status = status.as_str(), "the session's status changed");
        }
        let session: Session = self.handle.view();
        let (organization, id) = (self.handle.organization.clone(), self.handle.id.clone());
        let should_run = self.should_run && !self.by_hand;
        self.save(move |w| {
            w.rows.update_session(&organization, &session, should_run)?;
            if changed {
                let payload = SessionStatusPayload { status, reason };
                w.publish(&organization, &id, EventKind::SessionStatus, &payload)?;
            }
            Ok(())
        })
        .await;
    }

    /// A write that nobody waits for: what goes wrong is logged.
    pub(super) async fn save<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Write<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Option<T> {
        self.store
            .write(job)
            .await
            .inspect_err(|error| {
                tracing::error!(session = %self.handle.id, %error, "a change was not stored");
            })
            .ok()
    }
}

/// Sleeps until then; forever without a time.
async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}
