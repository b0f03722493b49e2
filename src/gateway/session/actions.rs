//! Starting, stopping, restarting, logging out, pairing and deleting a session.

use super::command::{AlsoWrite, SessionAction};
use super::handle::BROKE;
use super::limits;
use super::task::Task;
use crate::api::SessionStatus;
use crate::gateway::clock;
use crate::gateway::error::Error;
use crate::gateway::whatsapp::{DriverError, DriverEvent, Retry};
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tracing::Instrument as _;

/// The default reason of a logout.
const LOGGED_OUT: &str = "logged out by an operator";

/// The last events of a driver that outlive its connection.
#[derive(Default)]
struct Last {
    /// Why the phone is no longer linked.
    unlinked: Option<String>,
    /// Why it must not be started at once.
    failed: Option<(String, Retry)>,
}

impl Task {
    pub(super) async fn act(
        &mut self,
        action: SessionAction,
        events: &mut mpsc::UnboundedReceiver<DriverEvent>,
    ) -> Result<(), Error> {
        match action {
            SessionAction::Start => {
                if !self.should_run || !self.is_up() {
                    self.handle.count_connect()?;
                    self.begin().await;
                }
            }
            SessionAction::Stop => self.stop(events).await,
            SessionAction::Restart => {
                // A rate limited restart keeps the connection.
                self.handle.count_connect()?;
                self.handle.cut_connection();
                self.disconnect(events).await;
                self.begin().await;
            }
            SessionAction::Logout => {
                if self.status() == SessionStatus::LoggedOut {
                    return Ok(());
                }
                let was_up = self.should_run && self.is_up();
                match self.log_out(events).await {
                    Ok(reason) => self.unlink(reason).await,
                    Err(error) => {
                        // Still linked: connect again. A failed session stays failed.
                        if was_up && self.status() != SessionStatus::Failed {
                            self.begin().await;
                        }
                        return Err(error.into());
                    }
                }
            }
        }
        Ok(())
    }

    /// Unlinks the phone while the connection is open: without one, WhatsApp cannot be notified.
    /// Returns the driver's reason.
    async fn log_out(
        &mut self,
        events: &mut mpsc::UnboundedReceiver<DriverEvent>,
    ) -> Result<String, DriverError> {
        self.handle.cut_connection();
        let outcome = timeout(limits::QUERY, self.handle.driver.log_out())
            .await
            .unwrap_or(Err(DriverError::Timeout));
        let last = self.drain(events).await;
        match (last.unlinked, outcome) {
            (Some(reason), _) => Ok(reason),
            (None, Ok(())) => Ok(LOGGED_OUT.to_owned()),
            (None, Err(error)) => {
                if let Some((reason, retry)) = last.failed {
                    self.fail_with(reason, retry).await;
                }
                Err(error)
            }
        }
    }

    /// Sets the session to run and lets the driver connect or pair in a task of its own, so that a
    /// hanging driver does not block the session's task.
    pub(super) async fn begin(&mut self) {
        self.should_run = true;
        (self.manual_only, self.banned, self.first) = (false, None, None);
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
        (self.should_run, self.banned, self.first) = (false, None, None);
        self.handle.cut_connection();
        self.handle.set_qr(None);
        self.set_status(SessionStatus::Stopped, None).await;
        self.disconnect(events).await;
    }

    pub(super) async fn pair(&mut self) -> Result<bool, Error> {
        if self.handle.is_paired() {
            return Err(DriverError::AlreadyPaired.into());
        }
        if self.should_run && self.is_up() {
            return Ok(false);
        }
        self.handle.count_connect()?;
        self.begin().await;
        Ok(true)
    }

    /// Renames the session in the store, then in memory.
    pub(super) async fn rename(
        &mut self,
        label: Option<String>,
        also_write: AlsoWrite,
    ) -> Result<(), Error> {
        let now = clock::now();
        let (organization, id) = (self.handle.organization.clone(), self.handle.id.clone());
        let stored = label.clone();
        self.store
            .write(move |w| {
                w.rows
                    .rename_session(&organization, &id, stored.as_deref(), now)?;
                also_write(w)
            })
            .await?;
        self.handle.change(|view| {
            view.label = label;
            view.updated_at = now;
        });
        Ok(())
    }

    pub(super) async fn delete(
        &mut self,
        also_write: AlsoWrite,
        events: &mut mpsc::UnboundedReceiver<DriverEvent>,
    ) -> Result<(), Error> {
        let mut is_unlinked = false;
        if self.handle.is_paired() {
            // Best effort: a phone that shows a dead device can remove it by hand.
            match self.log_out(events).await {
                Ok(reason) => {
                    is_unlinked = true;
                    self.unlink(reason).await;
                }
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
                also_write(w)
            })
            .await
            .map_err(|cause| {
                if !is_unlinked {
                    return cause.into();
                }
                Error::NotStored {
                    applied: vec![SessionAction::Logout.as_str().to_owned()],
                    not_attempted: Vec::new(),
                    cause,
                }
            })
    }

    /// Returns what it failed with just before, if an operator or a time must be waited for.
    pub(super) async fn disconnect(
        &mut self,
        events: &mut mpsc::UnboundedReceiver<DriverEvent>,
    ) -> Option<(String, Retry)> {
        if timeout(limits::DISCONNECT, self.handle.driver.disconnect())
            .await
            .is_err()
        {
            tracing::warn!(session = %self.handle.id, "abandoned a connection that did not close");
        }
        let last = self.drain(events).await;
        if let Some(reason) = last.unlinked {
            self.unlink(reason).await;
        }
        last.failed
    }

    /// Drains the events that the driver sent before it was stopped: group events are kept,
    /// connection states are dropped.
    async fn drain(&mut self, events: &mut mpsc::UnboundedReceiver<DriverEvent>) -> Last {
        let mut last = Last::default();
        while let Ok(event) = events.try_recv() {
            match event {
                DriverEvent::Group(event) => self.held.push(event),
                DriverEvent::LoggedOut { reason } => last.unlinked = Some(reason),
                DriverEvent::Failed { reason, retry } if retry != Retry::OnRestart => {
                    last.failed = Some((reason, retry));
                }
                _ => {}
            }
        }
        self.flush().await;
        last
    }
}
