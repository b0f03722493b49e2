//! Signals that end or reload the program.

use anyhow::Context as _;
use std::io;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Signals within this time of the first one count as the same: coreutils' `timeout` signals the
/// process and its group, npm and nodemon forward signals that the process received already.
const SAME_WISH: Duration = Duration::from_secs(1);

/// Requests to end the program.
#[derive(Debug, Clone, Default)]
pub(super) struct Ending {
    /// By SIGTERM, SIGHUP or SIGINT: finish work in flight.
    pub requested: CancellationToken,
    /// By a later signal: abort work in flight.
    pub forced: CancellationToken,
}

impl Ending {
    /// # Errors
    /// The cannot register signal handlers.
    pub(super) fn listen() -> io::Result<Self> {
        let mut signals = Signals::listen()?;
        let ending = Self::default();
        let signalled = ending.clone();
        tokio::spawn(async move {
            signals.next().await;
            signalled.requested.cancel();
            signals.requested_again().await;
            signalled.forced.cancel();
        });
        Ok(ending)
    }

    /// Waits for work in flight, unless a second signal aborts it.
    ///
    /// # Errors
    /// It was asked again.
    pub(super) async fn finish(&self, work: impl Future<Output = ()>) -> anyhow::Result<()> {
        tokio::select! {
            () = work => Ok(()),
            () = self.forced.cancelled() => Err(cut_off()),
        }
    }
}

/// The signals that ask the program to end, from now on.
///
/// # Errors
/// The cannot register signal handlers.
pub(super) fn shutdown_signal() -> anyhow::Result<Ending> {
    Ending::listen().context("cannot register signal handlers")
}

/// The error after a second signal.
pub(super) fn cut_off() -> anyhow::Error {
    anyhow::anyhow!("second signal: aborted work in flight")
}

/// A request by signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Request {
    /// SIGTERM, SIGINT.
    Terminate,
    /// SIGHUP: read the certificates again.
    Reload,
}

/// The signals that a server listens to.
pub(super) struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    hangup: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Registers handlers; signals from now on are queued for [`Signals::next`].
    ///
    /// # Errors
    /// They cannot be listened to.
    pub(super) fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    pub(super) async fn next(&mut self) -> Request {
        tokio::select! {
            _ = self.terminate.recv() => Request::Terminate,
            _ = self.interrupt.recv() => Request::Terminate,
            _ = self.hangup.recv() => Request::Reload,
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    /// # Errors
    /// None here.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    pub async fn next(&mut self) -> Request {
        let _ = tokio::signal::ctrl_c().await;
        Request::Terminate
    }
}

impl Signals {
    /// Waits for a second request to end.
    pub(super) async fn requested_again(&mut self) {
        let first = Instant::now();
        while self.next().await != Request::Terminate || first.elapsed() < SAME_WISH {}
    }
}
