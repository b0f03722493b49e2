//! Connecting, dropping and unlinking.

use super::asset::Link;
use super::endpoint::{Endpoint, Phase, endpoint_mut};
use super::faults::{Backlog, DriverCall, Fault, Faults};
use super::world::World;
use crate::api::EpochMillis;
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
        let mut endpoints = self.endpoints();
        let endpoint = endpoints
            .get_mut(session)
            .ok_or(DriverError::NotConnected)?;
        if !matches!(endpoint.phase, Phase::Idle) {
            return Ok(());
        }
        if endpoint.banned {
            endpoint.emit(barred(BANNED));
            return Ok(());
        }
        if let Some(end) = endpoint.faults.login_fails.take() {
            if matches!(end, DriverEvent::LoggedOut { .. }) {
                endpoint.linked = None;
            }
            endpoint.emit(DriverEvent::Connecting);
            endpoint.emit(end);
            return Ok(());
        }
        match std::mem::take(&mut endpoint.surprise) {
            Link::LoggedOut => {
                endpoint.linked = None;
                endpoint.emit(logged_out(UNLINKED));
                return Ok(());
            }
            Link::Replaced => {
                endpoint.emit(DriverEvent::Connecting);
                endpoint.emit(barred(REPLACED));
                return Ok(());
            }
            Link::Linked | Link::Unpaired => {}
        }
        if endpoint.linked.is_some() {
            self.dial(session, endpoint, Duration::ZERO);
        } else {
            self.begin_pairing(session, endpoint);
        }
        Ok(())
    }

    /// Connects a linked line after `wait` and the time that connecting takes.
    pub(super) fn dial(
        self: &Arc<Self>,
        session: &SessionId,
        endpoint: &mut Endpoint,
        wait: Duration,
    ) {
        let token = if wait.is_zero() {
            endpoint.emit(DriverEvent::Connecting);
            endpoint.begin(Phase::Connecting)
        } else {
            endpoint.begin(Phase::Lost)
        };
        let (takes, backlog) = self.login(endpoint);
        let (world, session) = (Arc::downgrade(self), session.clone());
        tokio::spawn(async move {
            if !pause(&token, wait).await {
                return;
            }
            if !wait.is_zero() {
                let Some(world) = world.upgrade() else { return };
                let mut endpoints = world.endpoints();
                if let Some(endpoint) = endpoints.get_mut(&session)
                    && !token.is_cancelled()
                {
                    endpoint.phase = Phase::Connecting;
                    endpoint.emit(DriverEvent::Connecting);
                }
            }
            if !pause(&token, takes).await {
                return;
            }
            if let Some(backlog) = backlog
                && !Self::catch_up(&world, &session, &token, backlog).await
            {
                return;
            }
            if let Some(world) = world.upgrade() {
                world.finish_connecting(&session, &token);
            }
        });
    }

    fn finish_connecting(&self, session: &SessionId, token: &CancellationToken) {
        let rules = self.rules();
        let mut endpoints = self.endpoints();
        if let Some(endpoint) = endpoints.get_mut(session)
            && !token.is_cancelled()
            && let Some(person) = endpoint.linked
        {
            endpoint.phase = Phase::Connected;
            endpoint.emit(DriverEvent::Connected(rules.identity(person)));
            endpoint.emit(DriverEvent::Named(rules.people.names()));
            let missed = endpoint.missed.as_mut().map(std::mem::take);
            for event in missed.unwrap_or_default() {
                endpoint.emit(DriverEvent::Group(event));
            }
        }
    }

    /// Keeps what happens to a session's groups while it is away, and tells it at its next connect, as
    /// WhatsApp does for a linked device. Without this the list of all groups has to show it.
    pub fn keep_missed(&self, session: &SessionId) {
        let mut endpoints = self.endpoints();
        endpoint_mut(&mut endpoints, session).missed = Some(Vec::new());
    }

    /// The time to connect, none in a still world, and the backlog that follows.
    fn login(&self, endpoint: &mut Endpoint) -> (Duration, Option<Backlog>) {
        let wanted = endpoint.faults.backlog.take();
        if !self.active {
            return (Duration::ZERO, wanted);
        }
        let mut rng = endpoint.rng(self.seed, "connect");
        if !endpoint.flaky {
            return (Duration::from_millis(rng.between(400, 1_200)), wanted);
        }
        let takes = rng.between(4_000, 7_500);
        let slow = Backlog {
            total: takes / 4,
            takes: Duration::from_millis(takes),
        };
        let dial = Duration::from_millis(rng.between(1_000, 1_500));
        (dial, Some(wanted.unwrap_or(slow)))
    }

    /// Closes the connection and keeps the link.
    pub(super) fn disconnect(&self, session: &SessionId) {
        if let Some(endpoint) = self.endpoints().get_mut(session) {
            endpoint.hang_up();
        }
    }

    /// Drops the connection. It reconnects after `back_after`, or by [`World::reconnect`]. No
    /// effect on a session that is not connected or connecting. Needs a tokio runtime.
    pub fn drop_connection(self: &Arc<Self>, session: &SessionId, back_after: Option<Duration>) {
        let mut endpoints = self.endpoints();
        let Some(endpoint) = endpoints.get_mut(session) else {
            return;
        };
        if !matches!(
            endpoint.phase,
            Phase::Connected | Phase::Connecting | Phase::CatchingUp(_)
        ) {
            return;
        }
        endpoint.begin(Phase::Lost);
        endpoint.emit(DriverEvent::ConnectionLost);
        if let Some(wait) = back_after {
            self.dial(session, endpoint, wait.max(Duration::from_millis(1)));
        }
    }

    /// Reconnects a dropped session. Needs a tokio runtime.
    pub fn reconnect(self: &Arc<Self>, session: &SessionId) {
        let mut endpoints = self.endpoints();
        if let Some(endpoint) = endpoints.get_mut(session)
            && matches!(endpoint.phase, Phase::Lost)
        {
            self.dial(session, endpoint, Duration::ZERO);
        }
    }

    /// Unlinks the session, with a reason.
    pub(super) fn unlink(&self, session: &SessionId, reason: &str) {
        if let Some(endpoint) = self.endpoints().get_mut(session) {
            endpoint.hang_up();
            // Another account may be linked next.
            endpoint.banned = false;
            if let Some(missed) = &mut endpoint.missed {
                missed.clear();
            }
            if endpoint.linked.take().is_some() {
                endpoint.emit(logged_out(reason));
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
        if let Some(endpoint) = self.endpoints().get_mut(session) {
            endpoint.hang_up();
            endpoint.banned |= banned;
            endpoint.emit(barred(reason));
        }
    }

    /// Injects a fault into a session. [`Fault::Drop`] needs a tokio runtime.
    pub fn misbehave(self: &Arc<Self>, session: &SessionId, fault: Fault) {
        self.add_fault(session, fault, None);
    }

    /// Injects a fault for one kind of call only (for faults of the next calls).
    pub fn misbehave_on(self: &Arc<Self>, session: &SessionId, call: DriverCall, fault: Fault) {
        self.add_fault(session, fault, Some(call));
    }

    /// Restricts a session's account until then, or no more.
    pub fn restrict(&self, session: &SessionId, until: Option<EpochMillis>) {
        endpoint_mut(&mut self.endpoints(), session).restricted_until = until;
    }

    fn add_fault(self: &Arc<Self>, session: &SessionId, fault: Fault, only: Option<DriverCall>) {
        if let Fault::Drop { back_after } = fault {
            self.drop_connection(session, back_after);
            return;
        }
        let expires = fault == Fault::PairingExpires;
        let mut endpoints = self.endpoints();
        let endpoint = endpoint_mut(&mut endpoints, session);
        endpoint.faults.add(fault, only);
        if expires && matches!(endpoint.phase, Phase::Pairing(_)) {
            Self::expire_pairing(endpoint);
        }
    }

    /// Ends all misbehaviour of a session.
    pub fn clear_faults(&self, session: &SessionId) {
        if let Some(endpoint) = self.endpoints().get_mut(session) {
            endpoint.faults = Faults::default();
        }
    }

    /// Whether the session is connected now.
    #[must_use]
    pub fn is_connected(&self, session: &SessionId) -> bool {
        self.endpoints()
            .get(session)
            .is_some_and(Endpoint::is_connected)
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
        retry: Retry::OnRestart,
    }
}

/// A failure after which only an operator starts the session again.
fn barred(reason: &str) -> DriverEvent {
    DriverEvent::Failed {
        reason: reason.to_owned(),
        retry: Retry::Manual,
    }
}

pub(super) fn logged_out(reason: &str) -> DriverEvent {
    DriverEvent::LoggedOut {
        reason: reason.to_owned(),
    }
}
