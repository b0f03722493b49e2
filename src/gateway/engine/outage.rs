//! What the engine does while its store is not writable, and afterwards.

use super::{Engine, Inner, OwnedSession};
use crate::gateway::error::Error;
use crate::gateway::session::Turn;
use crate::gateway::store::{Fault, Store};
use std::sync::Weak;
use std::time::Duration;
use tokio::sync::watch;

/// The pause between attempts to write during an outage.
pub(super) const RETRY: Duration = Duration::from_secs(2);

impl OwnedSession {
    /// [`turn`](Self::turn), to change something: what could not be recorded is not done.
    ///
    /// # Errors
    /// [`Error::StoreUnavailable`]; else as `turn`.
    pub(super) async fn turn_to_change(
        &self,
        store: &Store,
        calls: usize,
    ) -> Result<Turn<'_>, Error> {
        self.handle.require_working()?;
        store.check_writable().await?;
        let turn = self.turn(calls).await?;
        // The calls before this one may have detected an outage.
        store.check_written()?;
        Ok(turn)
    }
}

/// Retries writing during an outage. When it succeeds, pending audit entries are written and every
/// session reads its groups again.
pub(super) async fn watch(inner: Weak<Inner>, mut faults: watch::Receiver<Fault>) {
    while faults.wait_for(Option::is_some).await.is_ok() {
        tokio::time::sleep(RETRY).await;
        let Some(inner) = inner.upgrade() else {
            return;
        };
        let engine = Engine { inner };
        if !engine.is_open() {
            return;
        }
        if let Err(error) = engine.inner.store.recover().await {
            tracing::debug!(%error, "the store is still not writable");
            continue;
        }
        tracing::info!("the store is writable again; the groups are read again");
        for session in engine.all_sessions() {
            session.catch_up();
        }
    }
}
