//! Terminal hang-up: its window was closed or the connection to it broke.
//!
//! SIGHUP reports it, unless no process sends that signal or the program inherited it as ignored. Then only
//! the terminal itself does: writes fail, reads return an error or nothing, and `poll` reports `POLLHUP`.

use std::io::{self, Stdout, Write};
use tokio_util::sync::CancellationToken;

/// Whether the terminal is gone.
#[derive(Debug, Clone, Default)]
pub(super) struct HangUp(CancellationToken);

impl HangUp {
    pub(super) fn note(&self) {
        self.0.cancel();
    }

    pub(super) fn has_come(&self) -> bool {
        self.0.is_cancelled()
    }

    pub(super) fn token(&self) -> &CancellationToken {
        &self.0
    }

    /// Replaces the error of a terminal operation by `instead` if the terminal has hung up, and notes that.
    pub(super) fn forgive<T>(&self, outcome: io::Result<T>, instead: T) -> io::Result<T> {
        match outcome {
            Err(error) if self.has_come() || is_hang_up(&error) => {
                self.note();
                Ok(instead)
            }
            outcome => outcome,
        }
    }
}

/// Whether an error means that the terminal behind the descriptor is gone.
#[cfg(unix)]
pub(super) fn is_hang_up(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let gone = [Errno::IO, Errno::NXIO, Errno::PIPE, Errno::NODEV].map(Errno::raw_os_error);
    error
        .raw_os_error()
        .is_some_and(|code| gone.contains(&code))
}

#[cfg(not(unix))]
pub(super) fn is_hang_up(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

/// Standard output. Writes after a hang-up are dropped, so that drawing does not fail and no error is
/// printed to a standard error that may be gone as well.
pub struct Output {
    stdout: Stdout,
    hang_up: HangUp,
}

impl Output {
    pub(super) fn new(hang_up: HangUp) -> Self {
        Self {
            stdout: io::stdout(),
            hang_up,
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.hang_up.has_come() {
            return Ok(bytes.len());
        }
        let written = self.stdout.write(bytes);
        self.hang_up.forgive(written, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.hang_up.has_come() {
            return Ok(());
        }
        let flushed = self.stdout.flush();
        self.hang_up.forgive(flushed, ())
    }
}

/// Notes the hang-up as soon as the kernel reports it, in a dedicated thread.
#[cfg(unix)]
pub(super) fn watch(hang_up: HangUp) {
    use rustix::event::{PollFd, PollFlags, poll};
    std::thread::spawn(move || {
        let stdin = io::stdin();
        // No events are requested: `poll` always reports a hang-up.
        let mut watched = [PollFd::new(&stdin, PollFlags::empty())];
        loop {
            match poll(&mut watched, None) {
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => {
                    tracing::warn!(%error, "the terminal's end cannot be watched for");
                    return;
                }
                Ok(_) => break,
            }
        }
        let ended = PollFlags::HUP | PollFlags::ERR;
        if watched[0].revents().intersects(ended) {
            hang_up.note();
        }
    });
}

#[cfg(not(unix))]
pub(super) fn watch(_: HangUp) {}
