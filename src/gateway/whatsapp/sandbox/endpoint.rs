//! The WhatsApp side of one session: whether it is linked, connected or pairing, and where its
//! events go.

use super::asset::Link;
use super::faults::Faults;
use super::rng::Rng;
use super::rules::PersonId;
use crate::api::{EpochMillis, Missed, PasskeyAssertion};
use crate::gateway::domain::SessionId;
use crate::gateway::whatsapp::{DriverEvent, GroupEvent};
use std::collections::BTreeMap;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

/// Most changes that are kept for a session that is away.
const MISSED: usize = 1_000;

/// The state of an endpoint.
#[derive(Debug, Default)]
pub(super) enum Phase {
    #[default]
    Idle,
    Connecting,
    /// What the account missed is arriving.
    CatchingUp(Missed),
    Connected,
    /// Dropped, will reconnect.
    Lost,
    Pairing(Pairing),
}

/// A pairing in progress.
#[derive(Debug, Default)]
pub(super) struct Pairing {
    /// The latest pairing code.
    pub(super) code: Option<PairingCode>,
    /// The passkey step, once a phone that needs it has scanned or typed a code.
    pub(super) passkey: Option<Box<Passkey>>,
}

/// The passkey step of a pairing.
#[derive(Debug)]
pub(super) struct Passkey {
    /// The pairing code that was typed; `None` after a scan.
    pub(super) by: Option<PairingCode>,
    /// The assertion that was accepted, and the code that the phone shows.
    pub(super) answer: Option<(PasskeyAssertion, String)>,
}

#[derive(Clone)]
pub(super) struct PairingCode {
    pub(super) phone: String,
    pub(super) code: String,
    pub(super) expires_at: EpochMillis,
}

impl std::fmt::Debug for PairingCode {
    /// Without the code, which is a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PairingCode")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Default)]
pub(super) struct Endpoint {
    /// The account that the session is linked to.
    pub(super) linked: Option<PersonId>,
    /// The account whose phone links the session when its code is scanned.
    pub(super) owner: Option<PersonId>,
    /// The link state that the session discovers at its next connect.
    pub(super) surprise: Link,
    pub(super) banned: bool,
    /// Until when WhatsApp has restricted the account.
    pub(super) restricted_until: Option<EpochMillis>,
    pub(super) flaky: bool,
    pub(super) phase: Phase,
    /// The event channel of the open driver.
    pub(super) events: Option<UnboundedSender<DriverEvent>>,
    /// Incremented for each opened driver, so that an old driver cannot affect its successor.
    pub(super) serial: u64,
    /// Cancelled when the present connection, attempt or pairing ends.
    pub(super) current: CancellationToken,
    pub(super) faults: Faults,
    /// Whether the phone that links the session belongs to an account with a passkey.
    pub(super) needs_passkey: bool,
    /// Changes of groups while the session is away, delivered at its next connect. `None`: they are
    /// not kept.
    pub(super) missed: Option<Vec<GroupEvent>>,
    /// The number of this endpoint.
    pub(super) number: u64,
    /// The number of values drawn for QR codes, pairing codes and delays.
    pub(super) draws: u64,
}

impl Endpoint {
    pub(super) fn emit(&self, event: DriverEvent) {
        if let Some(events) = &self.events {
            // A closed channel means that the engine has let go of the session.
            let _ = events.send(event);
        }
    }

    /// Delivers a change of a group, or keeps it for a session that is away.
    pub(super) fn tell(&mut self, event: &GroupEvent) {
        if self.is_connected() {
            self.emit(DriverEvent::Group(event.clone()));
        } else if let Some(missed) = &mut self.missed
            && missed.len() < MISSED
        {
            missed.push(event.clone());
        }
    }

    /// Cancels the current connection, attempt or pairing.
    pub(super) fn hang_up(&mut self) {
        self.current.cancel();
        self.phase = Phase::Idle;
    }

    /// Begins another phase, with its own cancellation token.
    pub(super) fn begin(&mut self, phase: Phase) -> CancellationToken {
        self.current.cancel();
        self.current = CancellationToken::new();
        self.phase = phase;
        self.current.clone()
    }

    /// Randomness for the next thing of this endpoint.
    pub(super) fn rng(&mut self, seed: u64, what: &str) -> Rng {
        self.draws += 1;
        Rng::of(seed, what, (self.number << 32) | self.draws)
    }

    pub(super) fn is_connected(&self) -> bool {
        matches!(self.phase, Phase::Connected)
    }
}

/// The endpoint of a session, created if the world does not know the session.
pub(super) fn endpoint_mut<'a>(
    endpoints: &'a mut BTreeMap<SessionId, Endpoint>,
    session: &SessionId,
) -> &'a mut Endpoint {
    let number = u64::try_from(endpoints.len()).unwrap_or(u64::MAX);
    endpoints
        .entry(session.clone())
        .or_insert_with(|| Endpoint {
            number,
            ..Endpoint::default()
        })
}
