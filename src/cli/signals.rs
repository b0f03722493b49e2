//! Being told something from outside.

use std::io;
use tokio_util::sync::CancellationToken;

/// A token that is cancelled by SIGTERM, SIGHUP or SIGINT.
///
/// # Errors
/// The signals cannot be listened to.
pub fn until_asked_to_end() -> io::Result<CancellationToken> {
    let token = CancellationToken::new();
    let mut signals = Signals::listen()?;
    let cancelled = token.clone();
    tokio::spawn(async move {
        signals.next().await;
        cancelled.cancel();
    });
    Ok(token)
}

/// What a server is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// SIGTERM, SIGINT.
    End,
    /// SIGHUP: read the certificates again.
    Reload,
}

/// The signals that a server listens to.
pub struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    hangup: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Takes them over; what comes from now on waits for [`Signals::next`].
    ///
    /// # Errors
    /// They cannot be listened to.
    pub fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    pub async fn next(&mut self) -> Told {
        tokio::select! {
            _ = self.terminate.recv() => Told::End,
            _ = self.interrupt.recv() => Told::End,
            _ = self.hangup.recv() => Told::Reload,
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

    pub async fn next(&mut self) -> Told {
        let _ = tokio::signal::ctrl_c().await;
        Told::End
    }
}

impl Signals {
    /// Waits until it is told to end.
    pub async fn end(&mut self) {
        while self.next().await != Told::End {}
    }
}
