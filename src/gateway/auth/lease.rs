//! How long credentials are valid.

use crate::api::EpochMillis;
use crate::gateway::clock;
use crate::gateway::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

/// The wall clock may be set: an end that is far away is looked at again.
const LOOK_AGAIN: Duration = Duration::from_mins(1);

/// Credentials hold until a moment, which may come nearer at any time: a key is taken away, or another
/// secret takes its place. Clones are one lease: whoever acts on credentials for longer than a request
/// keeps one.
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

    /// Moves the end.
    pub fn set(&self, until: EpochMillis) {
        self.until.send_replace(until);
    }

    /// Takes the credentials away.
    pub fn end(&self) {
        self.set(0);
    }

    #[must_use]
    pub fn is_expired(&self) -> bool {
        *self.until.borrow() <= clock::now()
    }

    /// Looks again whether the credentials hold: they may have been taken away while their caller
    /// waited, or was waited for.
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

    /// Waits for the end.
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
    async fn a_lease_ends_when_it_is_taken_away() {
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
    async fn a_lease_ends_at_its_time() {
        let end = clock::now() + 50;
        let lease = Lease::until(end);
        lease.expired().await;
        assert!(lease.is_expired() && clock::now() >= end);
        Lease::until(end).expired().await;
    }
}
