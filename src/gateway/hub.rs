//! The broadcast buffer of committed events, between the store and realtime listeners.

use super::domain::OrganizationId;
use super::lock::lock;
use crate::api::EventKind;
use std::sync::{Arc, Mutex};
use tokio::sync::broadcast;
use ulid::Ulid;

/// Events that a listener may lag behind before it reads the log.
pub(super) const BUFFER: usize = 1024;

/// Largest event that waits in the buffer, in bytes; listeners read a larger one from the log, and a larger one
/// that is not logged is dropped.
pub(super) const BUFFERED_MAX: usize = 16 * 1024;

/// An event that was committed.
#[derive(Clone)]
pub(crate) struct Published {
    pub id: Ulid,
    pub organization: OrganizationId,
    pub session: Arc<str>,
    pub kind: EventKind,
    /// The envelope as JSON, shared between listeners.
    pub text: Arc<str>,
}

/// An event in the buffer that all listeners share.
#[derive(Clone)]
pub(super) struct Buffered {
    pub(super) id: Ulid,
    pub(super) organization: OrganizationId,
    pub(super) session: Arc<str>,
    pub(super) kind: EventKind,
    /// `None` for one that is larger than [`BUFFERED_MAX`].
    pub(super) text: Option<Arc<str>>,
}

impl From<Published> for Buffered {
    fn from(event: Published) -> Self {
        Self {
            id: event.id,
            organization: event.organization,
            session: event.session,
            kind: event.kind,
            text: Some(event.text).filter(|text| text.len() <= BUFFERED_MAX),
        }
    }
}

/// The hub of committed events.
pub(crate) struct Hub {
    state: Mutex<State>,
}

struct State {
    /// `None` once the engine stops.
    sender: Option<broadcast::Sender<Buffered>>,
    latest: Ulid,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            state: Mutex::new(State {
                sender: Some(broadcast::Sender::new(BUFFER)),
                latest: Ulid::nil(),
            }),
        }
    }
}

impl Hub {
    /// Sends events to all listeners.
    pub(crate) fn publish(&self, events: Vec<Published>) {
        if events.is_empty() {
            return;
        }
        let mut state = self.state();
        for event in events {
            state.latest = state.latest.max(event.id);
            if let Some(sender) = &state.sender {
                // An error means that there are no listeners.
                let _ = sender.send(event.into());
            }
        }
    }

    /// Ends every subscription.
    pub(crate) fn close(&self) {
        self.state().sender = None;
    }

    /// The number of listeners.
    pub(crate) fn listeners(&self) -> usize {
        self.state()
            .sender
            .as_ref()
            .map_or(0, broadcast::Sender::receiver_count)
    }

    /// A receiver, and the id of the last event before its first; `None` once closed.
    pub(super) fn listen(&self) -> Option<(broadcast::Receiver<Buffered>, Ulid)> {
        let state = self.state();
        Some((state.sender.as_ref()?.subscribe(), state.latest))
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        lock(&self.state)
    }
}
