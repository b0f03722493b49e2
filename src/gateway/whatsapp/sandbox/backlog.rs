//! The backlog of a login: what the account missed arrives before it is connected.

use super::connection::pause;
use super::endpoint::Phase;
use super::world::World;
use crate::api::Missed;
use crate::gateway::domain::SessionId;
use crate::gateway::whatsapp::DriverEvent;
use std::sync::Weak;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often its progress is reported.
const STEP: Duration = Duration::from_secs(1);

/// What an account missed while it was away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Backlog {
    /// Stanzas.
    pub(super) total: u64,
    /// How long they take to arrive.
    pub(super) takes: Duration,
}

impl Backlog {
    fn after(self, passed: Duration) -> Missed {
        let part = u128::from(self.total) * passed.as_millis() / self.takes.as_millis().max(1);
        Missed {
            total: Some(self.total),
            done: u64::try_from(part).map_or(self.total, |done| done.min(self.total)),
        }
    }

    /// Lets it arrive. False when the login is called off before its end.
    pub(super) async fn arrives(
        self,
        world: &Weak<World>,
        session: &SessionId,
        token: &CancellationToken,
    ) -> bool {
        let mut passed = Duration::ZERO;
        while passed < self.takes {
            if !self.report(world, session, token, passed) {
                return false;
            }
            let step = STEP.min(self.takes - passed);
            if !pause(token, step).await {
                return false;
            }
            passed += step;
        }
        true
    }

    fn report(
        self,
        world: &Weak<World>,
        session: &SessionId,
        token: &CancellationToken,
        passed: Duration,
    ) -> bool {
        let Some(world) = world.upgrade() else {
            return false;
        };
        let mut endpoints = world.endpoints();
        let Some(endpoint) = endpoints.get_mut(session) else {
            return false;
        };
        // Checked under the lock: whoever calls the login off holds it.
        if token.is_cancelled() {
            return false;
        }
        endpoint.phase = Phase::CatchingUp(self.after(passed));
        endpoint.emit(DriverEvent::CatchingUp);
        true
    }
}
