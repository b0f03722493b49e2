//! Connecting, dropping and unlinking.

use super::asset::Link;
use super::faults::{Call, Fault, Faults};
use super::line::{Line, Phase, line_in};
use super::world::World;
use crate::gateway::domain::SessionId;
use crate::gateway::whatsapp::{DriverError, DriverEvent, Retry};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const UNLINKED: &str = "unlinked from the phone; link it again with a new code";
const REPLACED: &str =
    "replaced by another device that took over this link; restart to take it back";
const BANNED: &str = "WhatsApp has banned this account";

impl World {
    /// Begins to connect, or to pair.
    pub(super) fn connect(self: &Arc<Self>, session: &SessionId) -> Result<(), DriverError> {
        let mut lines = self.lines();
        let line = lines.get_mut(session).ok_or(DriverError::NotConnected)?;
        if !matches!(line.phase, Phase::Idle) {
            return Ok(());
        }
        if line.banned {
            line.emit(barred(BANNED));
            return Ok(());
        }
        if let Some(end) = line.faults.login_fails.take() {
            if matches!(end, DriverEvent::LoggedOut { .. }) {
                line.linked = None;
            }
            line.emit(DriverEvent::Connecting);
            line.emit(end);
            return Ok(());
        }
        match std::mem::take(&mut line.surprise) {
            Link::LoggedOut => {
                line.linked = None;
                line.emit(logged_out(UNLINKED));
                return Ok(());
            }
            Link::Replaced => {
                line.emit(DriverEvent::Connecting);
                line.emit(barred(REPLACED));
                return Ok(());
            }
            Link::Linked | Link::Unpaired => {}
        }
        if line.linked.is_some() {
            self.dial(session, line, Duration::ZERO);
        } else {
            self.begin_pairing(session, line);
        }
        Ok(())
    }

    /// Connects a linked line after `wait` and the time that connecting takes.
    pub(super) fn dial(self: &Arc<Self>, session: &SessionId, line: &mut Line, wait: Duration) {
        let token = if wait.is_zero() {
            line.emit(DriverEvent::Connecting);
            line.begin(Phase::Connecting)
        } else {
            line.begin(Phase::Lost)
        };
        let takes = self.connect_time(line);
        let (world, session) = (Arc::downgrade(self), session.clone());
        tokio::spawn(async move {
            if !pause(&token, wait).await {
                return;
            }
            if !wait.is_zero() {
                let Some(world) = world.upgrade() else { return };
                let mut lines = world.lines();
                if let Some(line) = lines.get_mut(&session)
                    && !token.is_cancelled()
                {
                    line.phase = Phase::Connecting;
                    line.emit(DriverEvent::Connecting);
                }
            }
            if pause(&token, takes).await
                && let Some(world) = world.upgrade()
            {
                world.finish_connecting(&session, &token);
            }
        });
    }

    fn finish_connecting(&self, session: &SessionId, token: &CancellationToken) {
        let rules = self.rules();
        let mut lines = self.lines();
        if let Some(line) = lines.get_mut(session)
            && !token.is_cancelled()
            && let Some(person) = line.linked
        {
            line.phase = Phase::Connected;
            line.emit(DriverEvent::Connected(rules.identity(person)));
        }
    }

    /// How long connecting takes: no time in a still world.
    fn connect_time(&self, line: &mut Line) -> Duration {
        if !self.alive {
            return Duration::ZERO;
        }
        let mut dice = line.dice(self.seed, "connect");
        Duration::from_millis(if line.flaky {
            dice.between(5_000, 9_000)
        } else {
            dice.between(400, 1_200)
        })
    }

    /// Closes the connection and keeps the link.
    pub(super) fn disconnect(&self, session: &SessionId) {
        if let Some(line) = self.lines().get_mut(session) {
            line.hang_up();
        }
    }

    /// Drops the connection. It comes back after `back_after`, or with [`World::reconnect`]. Nothing
    /// happens to a session that is not connected or connecting. Needs a tokio runtime.
    pub fn drop_connection(self: &Arc<Self>, session: &SessionId, back_after: Option<Duration>) {
        let mut lines = self.lines();
        let Some(line) = lines.get_mut(session) else {
            return;
        };
        if !matches!(line.phase, Phase::Connected | Phase::Connecting) {
            return;
        }
        line.begin(Phase::Lost);
        line.emit(DriverEvent::ConnectionLost);
        if let Some(wait) = back_after {
            self.dial(session, line, wait.max(Duration::from_millis(1)));
        }
    }

    /// Brings a dropped connection back now. Needs a tokio runtime.
    pub fn reconnect(self: &Arc<Self>, session: &SessionId) {
        let mut lines = self.lines();
        if let Some(line) = lines.get_mut(session)
            && matches!(line.phase, Phase::Lost)
        {
            self.dial(session, line, Duration::ZERO);
        }
    }

    /// Takes the link from the session and tells it why.
    pub(super) fn unlink(&self, session: &SessionId, reason: &str) {
        if let Some(line) = self.lines().get_mut(session) {
            line.hang_up();
            // Another account may be linked next.
            line.banned = false;
            if line.linked.take().is_some() {
                line.emit(logged_out(reason));
            }
        }
    }

    pub(super) fn unlink_by_phone(&self, session: &SessionId) {
        self.unlink(session, UNLINKED);
    }

    /// Another device takes the connection over: the session fails until it is started again.
    pub(super) fn replace(&self, session: &SessionId) {
        self.fail(session, REPLACED, false);
    }

    pub(super) fn ban(&self, session: &SessionId) {
        self.fail(session, BANNED, true);
    }

    fn fail(&self, session: &SessionId, reason: &str, banned: bool) {
        if let Some(line) = self.lines().get_mut(session) {
            line.hang_up();
            line.banned |= banned;
            line.emit(barred(reason));
        }
    }

    /// Tells a session to misbehave. [`Fault::Drop`] needs a tokio runtime.
    pub fn misbehave(self: &Arc<Self>, session: &SessionId, fault: Fault) {
        self.add_fault(session, fault, None);
    }

    /// The same, for one kind of call only (where the fault speaks of the next calls).
    pub fn misbehave_on(self: &Arc<Self>, session: &SessionId, call: Call, fault: Fault) {
        self.add_fault(session, fault, Some(call));
    }

    fn add_fault(self: &Arc<Self>, session: &SessionId, fault: Fault, only: Option<Call>) {
        if let Fault::Drop { back_after } = fault {
            self.drop_connection(session, back_after);
            return;
        }
        let expires = fault == Fault::PairingExpires;
        let mut lines = self.lines();
        let line = line_in(&mut lines, session);
        line.faults.add(fault, only);
        if expires && matches!(line.phase, Phase::Pairing(_)) {
            Self::expire_pairing(line);
        }
    }

    /// Ends all misbehaviour of a session.
    pub fn clear_faults(&self, session: &SessionId) {
        if let Some(line) = self.lines().get_mut(session) {
            line.faults = Faults::default();
        }
    }

    /// Whether the session is connected now.
    #[must_use]
    pub fn is_connected(&self, session: &SessionId) -> bool {
        self.lines().get(session).is_some_and(Line::is_connected)
    }
}

/// Waits, unless it is called off before: then false.
pub(super) async fn pause(token: &CancellationToken, wait: Duration) -> bool {
    if wait.is_zero() {
        return !token.is_cancelled();
    }
    tokio::select! {
        biased;
        () = token.cancelled() => false,
        () = tokio::time::sleep(wait) => true,
    }
}

pub(super) fn failed(reason: &str) -> DriverEvent {
    DriverEvent::Failed {
        reason: reason.to_owned(),
        retry: Retry::Anew,
    }
}

/// Failed, and not to be tried again before somebody wants it.
fn barred(reason: &str) -> DriverEvent {
    DriverEvent::Failed {
        reason: reason.to_owned(),
        retry: Retry::ByHand,
    }
}

pub(super) fn logged_out(reason: &str) -> DriverEvent {
    DriverEvent::LoggedOut {
        reason: reason.to_owned(),
    }
}
