//! The task that owns a session: it starts and stops the driver and sets the status.

use super::command::{Acted, Command, CommandKind};
use super::deadline::Deadline;
use super::handle::{BROKE, End, SessionHandle};
use super::limits;
use crate::api::{EpochMillis, EventKind, Session, SessionStatus, SessionStatusPayload};
use crate::gateway::clock;
use crate::gateway::limits::Limits;
use crate::gateway::metrics::Metrics;
use crate::gateway::store::rows::StoredSession;
use crate::gateway::store::{Store, StoreError, Write};
use crate::gateway::whatsapp::metered::Metered;
use crate::gateway::whatsapp::{Account, Backend, DriverEvent, GroupEvent, Retry};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

/// Starts a session's task. `delay` before it connects, when it should run.
pub(crate) fn spawn(
    stored: StoredSession,
    backend: &Backend,
    store: Store,
    metrics: &Arc<Metrics>,
    tasks: &TaskTracker,
    bounds: &Limits,
    delay: Duration,
) -> Arc<SessionHandle> {
    let (driver_events, events) = mpsc::unbounded_channel();
    let (control, commands) = mpsc::unbounded_channel();
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
        bounds,
    ));
    let task = Task {
        handle: Arc::clone(&handle),
        store,
        tasks: tasks.clone(),
        should_run: stored.should_run,
        manual_only: false,
        banned: stored.not_before.map(Deadline::at),
        first: None,
        deadline: None,
        held: Vec::new(),
        look_after_linking: false,
    };
    tasks.spawn(task.run(commands, events, delay));
    handle
}

/// The owner of a session.
pub(super) struct Task {
    pub(super) handle: Arc<SessionHandle>,
    pub(super) store: Store,
    pub(super) tasks: TaskTracker,
    /// The operator's desired state.
    pub(super) should_run: bool,
    /// Failed in a way that needs an operator: the stored desired state becomes stopped, so that
    /// the next process does not start it.
    pub(super) manual_only: bool,
    /// The end of a temporary ban, when the session is started automatically.
    pub(super) banned: Option<Deadline>,
    /// When it is started, if it ran in an earlier process.
    pub(super) first: Option<Instant>,
    /// When the reason of a session that is still `starting` is set.
    deadline: Option<Instant>,
    /// Group events held back until a change of ours is stored.
    pub(super) held: Vec<GroupEvent>,
    /// A phone was linked: ask whether its account is restricted once it is connected.
    pub(super) look_after_linking: bool,
}

enum Step {
    Command(Command),
    Events(Vec<DriverEvent>),
    Released,
    TooLong,
    Due,
}

enum Flow {
    Go,
    End,
}

impl Task {
    async fn run(
        mut self,
        mut commands: mpsc::UnboundedReceiver<Command>,
        mut events: mpsc::UnboundedReceiver<DriverEvent>,
        delay: Duration,
    ) {
        let handle = Arc::clone(&self.handle);
        let runs = self.should_run && self.banned.is_none();
        if !runs {
            handle.mark_ready();
        }
        self.first = runs.then(|| Instant::now() + delay);
        let mut batch = Vec::new();
        loop {
            let step = tokio::select! {
                biased;
                Some(command) = commands.recv() => Step::Command(command),
                1.. = events.recv_many(&mut batch, limits::EVENTS) => {
                    Step::Events(std::mem::take(&mut batch))
                }
                () = handle.released.notified() => Step::Released,
                () = at(self.deadline) => Step::TooLong,
                () = reached(self.banned) => Step::Due,
                () = at(self.first) => Step::Due,
            };
            let work = self.step(step, &mut events);
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
            Step::Command(Command { kind, span }) => {
                return self.run_command(kind, events).instrument(span).await;
            }
            Step::Events(batch) => {
                for event in batch {
                    self.event(event).await;
                }
                self.flush().await;
            }
            Step::Released => self.flush().await,
            // A long backlog, which is on its way.
            Step::TooLong if self.handle.missed().is_some() => self.deadline = Some(too_long()),
            Step::TooLong => {
                // The driver keeps trying, so the status stays `starting`.
                let reason = format!(
                    "no connection to WhatsApp within {} s; still trying",
                    limits::STARTING.as_secs()
                );
                self.set_status(SessionStatus::Starting, Some(reason)).await;
            }
            Step::Due => {
                (self.first, self.banned) = (None, None);
                if self.should_run && !self.is_up() {
                    self.begin().await;
                }
            }
        }
        Flow::Go
    }

    async fn run_command(
        &mut self,
        kind: CommandKind,
        events: &mut mpsc::UnboundedReceiver<DriverEvent>,
    ) -> Flow {
        // The caller may have gone; the command is executed anyway.
        match kind {
            CommandKind::Act(action, lease, reply) => {
                let before = self.status();
                let outcome = match lease.ensure_valid() {
                    Ok(()) => self.act(action, events).await,
                    refused => refused,
                };
                let outcome = outcome.map(|()| self.handle.view());
                let _ = reply.send(Acted { before, outcome });
            }
            CommandKind::Pair(lease, reply) => {
                let outcome = match lease.ensure_valid() {
                    Ok(()) => self.pair().await,
                    Err(refused) => Err(refused),
                };
                let _ = reply.send(outcome);
            }
            CommandKind::AwaitPhone => {
                if self.should_run && !self.handle.is_paired() {
                    self.set_status(SessionStatus::ScanQrCode, None).await;
                }
            }
            CommandKind::Rename(label, also_write, lease, reply) => {
                let outcome = match lease.ensure_valid() {
                    Ok(()) => self.rename(label, also_write).await,
                    refused => refused,
                };
                let _ = reply.send(outcome.map(|()| self.handle.view()));
            }
            CommandKind::Delete(also_write, lease, reply) => {
                let outcome = match lease.ensure_valid() {
                    Ok(()) => self.delete(also_write, events).await,
                    refused => refused,
                };
                let ended = outcome.is_ok();
                if ended {
                    self.handle.end(End::Deleted);
                }
                let _ = reply.send(outcome);
                if ended {
                    return Flow::End;
                }
            }
            CommandKind::Close(reply) => {
                self.handle.cut_connection();
                if let Some((reason, retry)) = self.disconnect(events).await {
                    self.fail_with(reason, retry).await;
                }
                self.flush().await;
                self.handle.end(End::Closed);
                let _ = reply.send(());
                return Flow::End;
            }
            CommandKind::CatchUp => self.catch_up().await,
            CommandKind::AnnounceResync => self.announce_resync().await,
            CommandKind::LookForRestriction => self.look_for_restriction(),
            CommandKind::Broken(reason) => self.fail(&reason).await,
        }
        Flow::Go
    }

    /// The session failed: stop the driver, keep the engine running.
    async fn fail(&mut self, reason: &str) {
        tracing::error!(session = %self.handle.id, reason, "the session failed");
        // One that has failed already keeps its reason, and the end of its ban.
        if self.status() != SessionStatus::Failed {
            self.fail_with(reason.to_owned(), Retry::OnRestart).await;
        }
        let handle = Arc::clone(&self.handle);
        let ending = async move {
            let end = AssertUnwindSafe(handle.driver.disconnect()).catch_unwind();
            let _ = timeout(limits::DISCONNECT, end).await;
        };
        self.tasks.spawn(ending.in_current_span());
    }

    pub(super) async fn fail_with(&mut self, reason: String, retry: Retry) {
        self.handle.cut_connection();
        self.handle.set_qr(None);
        self.first = None;
        if self.should_run {
            self.manual_only = retry == Retry::Manual;
            self.banned = match retry {
                Retry::After(until) => Some(Deadline::at(after_ban(until))),
                Retry::OnRestart | Retry::Manual => None,
            };
            self.set_status(SessionStatus::Failed, Some(reason)).await;
        }
    }

    pub(super) fn status(&self) -> SessionStatus {
        self.handle.read(|view| view.status.clone())
    }

    /// Whether the driver is running.
    pub(super) fn is_up(&self) -> bool {
        matches!(
            self.status(),
            SessionStatus::Starting | SessionStatus::ScanQrCode | SessionStatus::Working
        ) && !self.handle.connection().is_cancelled()
    }

    /// Sets the status in memory, then in the store, and publishes a change.
    pub(super) async fn set_status(&mut self, status: SessionStatus, reason: Option<String>) {
        let waits = status == SessionStatus::Starting && reason.is_none();
        self.deadline = waits.then(too_long);
        let changed = self.handle.change(|view| {
            let changed = view.status != status || view.status_reason != reason;
            if changed {
                view.status = status.clone();
                view.status_reason.clone_from(&reason);
                view.updated_at = clock::now();
            }
            changed
        });
        if status != SessionStatus::ScanQrCode {
            self.handle.set_passkey(None);
        }
        if !matches!(status, SessionStatus::Starting | SessionStatus::Working) {
            self.handle.mark_ready();
        }
        if changed {
            tracing::info!(session = %self.handle.id, status = status.as_str(), "the session's status changed");
        }
        let session: Session = self.handle.view();
        let (organization, id) = (self.handle.organization.clone(), self.handle.id.clone());
        let should_run = self.should_run && !self.manual_only;
        let not_before = self.banned.map(|deadline| deadline.at);
        self.save(move |w| {
            w.rows
                .update_session(&organization, &session, should_run, not_before)?;
            if changed {
                let payload = SessionStatusPayload {
                    status,
                    reason,
                    link_step: session.link_step,
                    // Never stored: what is logged is told again later.
                    missed: None,
                };
                w.publish(&organization, &id, EventKind::SessionStatus, &payload)?;
            }
            Ok(())
        })
        .await;
    }

    /// A write without a waiting caller: errors are logged.
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

/// When the reason of a session is set that is still `starting`.
fn too_long() -> Instant {
    Instant::now() + limits::STARTING
}

/// When a session is started again whose ban ends at `until`.
fn after_ban(until: EpochMillis) -> EpochMillis {
    let span = |span: Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
    let wait = limits::AFTER_BAN + limits::BAN_SPREAD.mul_f64(rand::random());
    until
        .max(clock::now() + span(limits::SHORTEST_BAN))
        .saturating_add(span(wait))
}

/// Waits for a deadline; forever without one.
async fn reached(deadline: Option<Deadline>) {
    match deadline {
        Some(deadline) => deadline.reached().await,
        None => std::future::pending().await,
    }
}

/// Sleeps until then; forever without a time.
async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}
