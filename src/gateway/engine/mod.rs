//! The use cases behind the contract, one kind per file.
//!
//! A use case that changes something runs in a task of its own, so that a client that disconnects
//! never leaves a change half recorded.

mod audit;
mod changes;
mod groups;
mod keys;
mod metrics;
mod open;
mod outage;
mod people;
mod realtime;
mod schedules;
mod sessions;
mod shares;
#[cfg(test)]
mod tests;
mod timetable;

pub use audit::AuditQuery;
pub(crate) use keys::{expired as expired_key, too_many as too_many_keys};
pub(crate) use people::check_query;
pub(crate) use schedules::{too_many as too_many_schedules, unknown_zone};

use super::auth::login::LoginVerifier;
use super::auth::{Caller, KeyRing, Lease};
use super::domain::{OrganizationId, SessionId};
use super::error::Error;
use super::hub::Hub;
use super::limits::Limits;
use super::metrics::Metrics;
use super::rate::CallerRates;
use super::realtime::Tickets;
use super::session::{SessionHandle, Turn};
use super::shares::Shares;
use super::store::{Store, StoreError, Write};
use super::whatsapp::Backend;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

/// Time limit for disconnecting sessions and finishing changes at shutdown.
const CLOSING: Duration = Duration::from_secs(10);

/// The engine. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    /// The store's file.
    database: PathBuf,
    hub: Arc<Hub>,
    backend: Backend,
    gateway_id: String,
    keys: KeyRing,
    /// Held while a key changes: memory follows the store in the same order.
    key_changes: tokio::sync::Mutex<()>,
    /// `None` where no logins are accepted.
    login_verifier: Option<LoginVerifier>,
    /// Requests of each caller, and of each organization.
    callers: CallerRates,
    organizations: CallerRates,
    /// Requests in flight of each caller.
    under_way: Arc<Shares>,
    /// Bytes of each caller's bodies that are being received.
    bodies: Arc<Shares>,
    /// Bytes of each caller's answers that are not read yet.
    unread: Arc<Shares>,
    limits: Limits,
    tickets: Tickets,
    schedules: timetable::Schedules,
    /// By id, so that a listing is in the order of creation.
    sessions: RwLock<BTreeMap<String, Arc<SessionHandle>>>,
    /// Everything that was spawned: closing waits for it.
    tasks: TaskTracker,
    metrics: Arc<Metrics>,
    draining: AtomicBool,
}

/// Proof that a session exists and is in the caller's scope. Only [`Engine::find_session`] makes
/// one.
#[derive(Debug, Clone)]
pub struct OwnedSession {
    pub(crate) id: SessionId,
    pub(crate) organization: OrganizationId,
    handle: Arc<SessionHandle>,
    /// The caller's credentials.
    lease: Lease,
}

impl OwnedSession {
    /// Waits for permission to make `calls` calls to WhatsApp, while the caller's credentials are
    /// valid.
    ///
    /// # Errors
    /// [`Error::Unauthorized`] once they do not; else as [`SessionHandle::turn`].
    async fn turn(&self, calls: usize) -> Result<Turn<'_>, Error> {
        tokio::select! {
            biased;
            () = self.lease.expired() => Err(Error::Unauthorized),
            turn = self.handle.turn(calls) => turn,
        }
    }
}

/// A page of a listing: `limit` 1..=1000 and the opaque cursor of the page before.
#[derive(Debug, Clone, Default)]
pub struct Page {
    pub limit: Option<u32>,
    pub cursor: Option<String>,
}

impl Page {
    /// The largest page.
    pub const MOST: u32 = 1000;

    /// The limit, when one was given.
    pub(crate) fn limit(&self) -> Result<Option<u32>, Error> {
        match self.limit {
            None | Some(1..=Self::MOST) => Ok(self.limit),
            Some(_) => Err(Error::field(
                "limit",
                format!("must be a number from 1 to {}", Self::MOST),
            )),
        }
    }

    /// The cursor, parsed by `read`.
    pub(crate) fn after<T>(
        &self,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        // A listing marks its last page with an empty cursor.
        let Some(cursor) = self.cursor.as_deref().filter(|cursor| !cursor.is_empty()) else {
            return Ok(None);
        };
        match read(cursor) {
            Some(after) => Ok(Some(after)),
            None => Err(Error::field(
                "cursor",
                "must be the nextCursor of the page before",
            )),
        }
    }
}

impl Engine {
    /// Refuses new work, waits for running changes, disconnects the sessions, ends the
    /// subscriptions, closes the store. Sessions that should run start again with the next
    /// [`Engine::open`].
    pub async fn close(&self) {
        self.inner.draining.store(true, Ordering::SeqCst);
        let sessions: Vec<_> = self.all_sessions();
        self.inner.tasks.close();
        let end = async {
            futures_util::future::join_all(sessions.iter().map(|session| session.close())).await;
            self.inner.tasks.wait().await;
        };
        if tokio::time::timeout(CLOSING, end).await.is_err() {
            tracing::warn!("closing the store although work is still under way");
        }
        self.inner.hub.close();
        self.store_uses().await;
        let unrecorded = self.inner.store.unrecorded();
        if unrecorded > 0 && self.inner.store.recover().await.is_err() {
            tracing::error!(
                unrecorded,
                "entries of the audit log are lost: the store was not writable"
            );
        }
        self.inner.store.close().await;
    }

    /// Whether new work is accepted.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.inner.draining.load(Ordering::Relaxed)
    }

    /// Whether new work is accepted and can be stored (`/readyz`).
    ///
    /// # Errors
    /// The engine is closing, or the store is not writable.
    pub fn check_ready(&self) -> Result<(), Error> {
        self.accept()?;
        Ok(self.inner.store.check_written()?)
    }

    /// Waits until every session that should run has connected and stored its groups, or failed to
    /// connect; at most `limit`.
    pub async fn sessions_ready(&self, limit: Duration) {
        let sessions = self.all_sessions();
        let all = futures_util::future::join_all(sessions.iter().map(|session| session.ready()));
        if tokio::time::timeout(limit, all).await.is_err() {
            tracing::info!("some sessions are still connecting or reading their groups");
        }
    }

    /// The caller of an api-key; `None` when it is refused for any reason. Reads memory only, in
    /// constant time.
    #[must_use]
    pub fn authenticate(&self, key: &str) -> Option<Caller> {
        self.inner.keys.find(key)
    }

    /// The caller of a login; `None` when it is refused for any reason, which is logged.
    pub async fn log_in(&self, token: &str) -> Option<Caller> {
        let Some(verifier) = &self.inner.login_verifier else {
            tracing::info!(reason = "logins are not enabled", "a login was refused");
            return None;
        };
        verifier.verify(token).await
    }

    /// The limits per party.
    pub(crate) fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    /// # Errors
    /// [`Error::Draining`] once the engine closes.
    fn accept(&self) -> Result<(), Error> {
        if self.is_open() {
            Ok(())
        } else {
            Err(Error::Draining)
        }
    }

    /// Runs a change to its end, even if the caller is dropped.
    async fn detached<T: Send + 'static>(
        &self,
        change: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        self.accept()?;
        self.inner
            .tasks
            .spawn(change.in_current_span())
            .await
            .unwrap_or_else(|fault| Err(Error::Internal(fault.into())))
    }

    /// Writes for a caller, unless its credentials end while the write is queued.
    ///
    /// # Errors
    /// [`Error::Unauthorized`]; the store.
    async fn write_for<T: Send + 'static>(
        &self,
        caller: &Caller,
        job: impl FnOnce(&mut Write<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Error> {
        let lease = caller.lease.clone();
        let written = self.inner.store.write(move |w| {
            if lease.is_expired() {
                return Ok(None);
            }
            job(w).map(Some)
        });
        written.await?.ok_or(Error::Unauthorized)
    }

    fn all_sessions(&self) -> Vec<Arc<SessionHandle>> {
        let sessions = self
            .inner
            .sessions
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        sessions.values().cloned().collect()
    }
}
