//! Faults that can be injected into a session.

use crate::api::{Missed, SettingField};
use crate::gateway::whatsapp::{DriverError, DriverEvent};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// A fault. Faults of the next calls are consumed in the order they were injected; the others last
/// until `World::clear_faults`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Every call takes this long. Longer than the world's call limit: every call times out.
    Latency(Duration),
    /// The next `calls` calls are never answered: `DriverError::Timeout` after the world's call limit.
    Timeout { calls: u32 },
    /// The next call takes effect, but its answer gets lost: `DriverError::Timeout` likewise.
    LostAnswer,
    /// The next `calls` calls are refused for going too fast.
    RateLimit { calls: u32, retry_after: Duration },
    /// Every change of this setting fails like this.
    RefuseSetting {
        field: SettingField,
        error: DriverError,
    },
    /// Drops the connection at once. It reconnects after `back_after`, or by `World::reconnect`.
    Drop { back_after: Option<Duration> },
    /// The connection drops during the next call, which then fails with
    /// `DriverError::ConnectionLost` without effect.
    DropDuringCall { back_after: Option<Duration> },
    /// Pairing ends without success: at once when it is going on, else as soon as it begins.
    PairingExpires,
    /// The next attempt to connect brings a backlog of `total` stanzas, which takes so long to arrive.
    Backlog { total: u64, takes: Duration },
    /// The next attempt to connect ends with this event instead. [`DriverEvent::LoggedOut`] unlinks.
    LoginFails(DriverEvent),
    /// The next call panics.
    Panic,
    /// The next call fails like this.
    Fail(DriverError),
}

/// The kinds of calls that a fault can be limited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DriverCall {
    JoinedGroups,
    Group,
    Set,
    Invite,
    ResetInvite,
    Join,
    Preview,
    Leave,
    Create,
    ChangeMembers,
    Requests,
}

/// The effect of a fault on one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mishap {
    Timeout,
    LostAnswer,
    Drop { back_after: Option<Duration> },
    Panic,
    Fail(DriverError),
}

/// The faults that wait for one session.
#[derive(Debug, Default)]
pub(super) struct Faults {
    latency: Option<Duration>,
    refused: BTreeMap<SettingField, DriverError>,
    next: VecDeque<(Option<DriverCall>, Mishap)>,
    pub(super) pairing_expires: bool,
    pub(super) login_fails: Option<DriverEvent>,
    pub(super) backlog: Option<Backlog>,
}

/// What an account missed while it was away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Backlog {
    /// Stanzas.
    pub(super) total: u64,
    /// How long they take to arrive.
    pub(super) takes: Duration,
}

impl Backlog {
    /// How much has arrived after so long.
    pub(super) fn after(self, passed: Duration) -> Missed {
        let part = u128::from(self.total) * passed.as_millis() / self.takes.as_millis().max(1);
        Missed {
            total: Some(self.total),
            done: u64::try_from(part).map_or(self.total, |done| done.min(self.total)),
        }
    }
}

impl Faults {
    /// Notes a fault that concerns calls to come; `only` narrows those of the next calls to one kind.
    pub(super) fn add(&mut self, fault: Fault, only: Option<DriverCall>) {
        let (calls, mishap) = match fault {
            Fault::Latency(latency) => {
                self.latency = Some(latency);
                return;
            }
            Fault::RefuseSetting { field, error } => {
                self.refused.insert(field, error);
                return;
            }
            Fault::LoginFails(event) => {
                self.login_fails = Some(event);
                return;
            }
            Fault::Backlog { total, takes } => {
                self.backlog = Some(Backlog { total, takes });
                return;
            }
            Fault::PairingExpires => {
                self.pairing_expires = true;
                return;
            }
            // The world drops the connection itself; nothing waits for a call.
            Fault::Drop { .. } => return,
            Fault::Timeout { calls } => (calls, Mishap::Timeout),
            Fault::LostAnswer => (1, Mishap::LostAnswer),
            Fault::RateLimit { calls, retry_after } => (
                calls,
                Mishap::Fail(DriverError::RateLimited { retry_after }),
            ),
            Fault::DropDuringCall { back_after } => (1, Mishap::Drop { back_after }),
            Fault::Panic => (1, Mishap::Panic),
            Fault::Fail(error) => (1, Mishap::Fail(error)),
        };
        for _ in 0..calls {
            self.next.push_back((only, mishap.clone()));
        }
    }

    pub(super) fn latency(&self) -> Option<Duration> {
        self.latency
    }

    /// The effect on this call.
    pub(super) fn strike(
        &mut self,
        call: DriverCall,
        field: Option<SettingField>,
    ) -> Option<Mishap> {
        let position = self
            .next
            .iter()
            .position(|(only, _)| only.is_none_or(|only| only == call));
        if let Some((_, mishap)) = position.and_then(|position| self.next.remove(position)) {
            return Some(mishap);
        }
        let refused = field.and_then(|field| self.refused.get(&field));
        refused.cloned().map(Mishap::Fail)
    }
}
