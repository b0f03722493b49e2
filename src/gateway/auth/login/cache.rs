//! The cache of trusted keys, and when the key set is fetched again.
//!
//! A key set is valid for an hour. An unknown key id triggers an earlier fetch, at most once a
//! minute, because key ids in tokens are not authenticated. Concurrent requests share one fetch.
//! While the frontend is unreachable the old set stays in use; without any set every login is
//! refused.

use super::fetch::Source;
use super::jwks::{KeySet, TrustedKey};
use super::refusal::Refusal;
use jsonwebtoken::Algorithm;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::Instrument as _;

/// How long a key set is valid.
const LIFETIME: Duration = Duration::from_hours(1);
/// Least time between two fetches because of unknown key ids.
const UNKNOWN_PAUSE: Duration = Duration::from_mins(1);
/// Least time between a failed fetch and the next.
const RETRY_PAUSE: Duration = Duration::from_secs(10);

/// A source's keys. Cheap to share.
pub(super) struct Cache<S> {
    inner: Arc<Inner<S>>,
}

struct Inner<S> {
    source: S,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    keys: KeySet,
    /// When the set came.
    loaded: Option<Instant>,
    /// When the last fetch failed; `None` once one succeeds.
    failed: Option<Instant>,
    /// When an unknown key id last caused a fetch.
    unknown: Option<Instant>,
    /// The running fetch, or a new one. It runs in a task of its own, so that a disconnecting
    /// client does not cancel it for others.
    running: Option<watch::Receiver<()>>,
}

/// The next step of a lookup.
enum Step {
    Done(Result<Arc<TrustedKey>, Refusal>),
    Wait(watch::Receiver<()>),
}

impl<S: Source> Cache<S> {
    pub(super) fn new(source: S) -> Self {
        Self {
            inner: Arc::new(Inner {
                source,
                state: Mutex::default(),
            }),
        }
    }

    /// The key that a token names, asking the source where that may help.
    ///
    /// # Errors
    /// There is no such key, or no key at all.
    pub(super) async fn find(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<Arc<TrustedKey>, Refusal> {
        let mut running = match self.step(kid, algorithm) {
            Step::Done(found) => return found,
            Step::Wait(running) => running,
        };
        // An error is the fetch's end.
        let _ = running.changed().await;
        self.inner.state().find(kid, algorithm)
    }

    fn step(&self, kid: Option<&str>, algorithm: Algorithm) -> Step {
        let mut state = self.inner.state();
        let now = Instant::now();
        let within = |at: Option<Instant>, pause| at.is_some_and(|at| now - at < pause);
        let found = state.find(kid, algorithm);
        let resting = within(state.failed, RETRY_PAUSE);
        if !within(state.loaded, LIFETIME) && !resting {
            let running = self.refresh(&mut state);
            // If the last fetch failed, use the old key set without waiting for the next fetch.
            return match found {
                Ok(key) if state.failed.is_some() => Step::Done(Ok(key)),
                _ => Step::Wait(running),
            };
        }
        if found.is_ok() {
            return Step::Done(found);
        }
        if let Some(running) = state.running() {
            return Step::Wait(running);
        }
        if resting || within(state.unknown, UNKNOWN_PAUSE) {
            return Step::Done(found);
        }
        state.unknown = Some(now);
        Step::Wait(self.refresh(&mut state))
    }

    /// The running fetch, or a new one. It runs in a task of its own, so that a disconnecting
    /// client does not cancel it for others.
    fn refresh(&self, state: &mut State) -> watch::Receiver<()> {
        if let Some(running) = state.running() {
            return running;
        }
        let (done, running) = watch::channel(());
        state.running = Some(running.clone());
        let inner = Arc::clone(&self.inner);
        let fetch = async move {
            let outcome = inner.source.load().await;
            inner.state().take(outcome);
            drop(done);
        };
        tokio::spawn(fetch.in_current_span());
        running
    }
}

impl<S> Inner<S> {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<Arc<TrustedKey>, Refusal> {
        self.keys
            .find(kid, algorithm)
            .ok_or(if self.keys.is_empty() {
                Refusal::NoKeys
            } else {
                Refusal::UnknownKey
            })
    }

    fn running(&self) -> Option<watch::Receiver<()>> {
        let running = self.running.as_ref()?;
        running.has_changed().is_ok().then(|| running.clone())
    }

    fn take(&mut self, outcome: Result<KeySet, super::fetch::FetchError>) {
        match outcome {
            Ok(keys) => {
                self.keys = keys;
                self.loaded = Some(Instant::now());
                self.failed = None;
            }
            Err(fault) => {
                self.failed = Some(Instant::now());
                let serving = if self.keys.is_empty() {
                    "no logins are possible"
                } else {
                    "the old key set stays in use"
                };
                tracing::warn!(%fault, "the login's key set could not be loaded: {serving}");
            }
        }
    }
}

#[cfg(test)]
mod tests;
