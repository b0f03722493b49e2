//! The backlog of a login: what the account missed arrives before it is connected.

use super::connection::pause;
use super::endpoint::Phase;
use super::faults::Backlog;
use super::world::World;
use crate::gateway::domain::SessionId;
use crate::gateway::whatsapp::DriverEvent;
use std::sync::Weak;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often its progress is reported.
const STEP: Duration = Duration::from_secs(1);

impl World {
    /// Lets a backlog arrive. False when the login is called off before its end.
    pub(super) async fn catch_up(
        world: &Weak<Self>,
        session: &SessionId,
        token: &CancellationToken,
        backlog: Backlog,
    ) -> bool {
        let mut passed = Duration::ZERO;
        while passed < backlog.takes {
            let Some(world) = world.upgrade() else {
                return false;
            };
            if !world.report_backlog(session, token, backlog, passed) {
                return false;
            }
            drop(world);
            let step = STEP.min(backlog.takes.saturating_sub(passed));
            if !pause(token, step).await {
                return false;
            }
            passed += step;
        }
        true
    }

    fn report_backlog(
        &self,
        session: &SessionId,
        token: &CancellationToken,
        backlog: Backlog,
        passed: Duration,
    ) -> bool {
        let mut endpoints = self.endpoints();
        let Some(endpoint) = endpoints.get_mut(session) else {
            return false;
        };
        // Checked under the lock: whoever calls the login off holds it.
        if token.is_cancelled() {
            return false;
        }
        endpoint.phase = Phase::CatchingUp(backlog.after(passed));
        endpoint.emit(DriverEvent::CatchingUp);
        true
    }
}
