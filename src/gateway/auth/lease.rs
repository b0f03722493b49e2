//! How long credentials are valid.

use crate::api::EpochMillis;
use crate::gateway::clock;
use crate::gateway::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

/// The longest sleep before the wall clock is read again, because it may be set.
const LOOK_AGAIN: Duration = Duration::from_mins(1);

/// A lease on credentials: they are valid until a time, which may be moved forward when the key is
/// revoked or rotated. Clones share the time. Whoever acts on credentials for longer than a request
/// keeps a lease and checks it after every wait.
#[derive(Debug, Clone)]
pub struct Lease {
    until: Arc<watch::Sender<EpochMillis>>,
}

impl Lease {
    pub const NO_EXPIRY: EpochMillis = EpochMillis::MAX;

    #[must_use]
    pub fn until(until: EpochMillis) -> Self {
        Self {
            until: Arc::new(watch::Sender::new(until)),
        }
    }

    /// Sets another end.
    pub fn set(&self, until: EpochMillis) {
        self.until.send_replace(until);
    }

    /// Revokes the credentials.
    pub fn end(&self) {
        self.set(0);
    }

    #[must_use]
    pub fn is_expired(&self) -> bool {
        *self.until.borrow() <= clock::now()
    }

    /// Checks the credentials again after waiting: they may have been revoked.
    ///
    /// # Errors
    /// [`Error::Unauthorized`].
    pub fn ensure_valid(&self) -> Result<(), Error> {
        if self.is_expired() {
            Err(Error::Unauthorized)
        } else {
            Ok(())
        }
    }

    /// Waits until the credentials expire or are revoked.
    pub async fn expired(&self) {
        let mut until = self.until.subscribe();
        loop {
            let end = *until.borrow_and_update();
            let rest = end.saturating_sub(clock::now());
            let Some(rest) = u64::try_from(rest).ok().filter(|rest| *rest > 0) else {
                return;
            };
            let nap = Duration::from_millis(rest).min(LOOK_AGAIN);
            tokio::select! {
                () = sleep(nap) => {}
                _ = until.changed() => {}
            }
        }
    }
}

impl Default for Lease {
    fn default() -> Self {
        Self::until(Self::NO_EXPIRY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn a_lease_ends_when_it_is_revoked() {
        let lease = Lease::default();
        assert!(!lease.is_expired());
        let held = lease.clone();
        let waiting = tokio::spawn(async move { held.expired().await });
        lease.set(clock::now() + 3_600_000);
        assert!(lease.expired().now_or_never().is_none());
        lease.end();
        assert!(lease.is_expired());
        waiting.await.unwrap();
    }

    #[tokio::test]
    async fn a_lease_ends_at_its_expiry() {
        let end = clock::now() + 50;
        let lease = Lease::until(end);
        lease.expired().await;
        assert!(lease.is_expired() && clock::now() >= end);
        Lease::until(end).expired().await;
    }
}
