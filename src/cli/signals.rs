//! Being asked to end from outside.

use std::io;
use tokio_util::sync::CancellationToken;

/// A token that is cancelled by SIGTERM, SIGHUP or SIGINT.
///
/// # Errors
/// The signals cannot be listened to.
pub fn until_asked_to_end() -> io::Result<CancellationToken> {
    let token = CancellationToken::new();
    let asked = asked_to_end()?;
    let cancelled = token.clone();
    tokio::spawn(async move {
        asked.await;
        cancelled.cancel();
    });
    Ok(token)
}

#[cfg(unix)]
fn asked_to_end() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn asked_to_end() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
