//! Job control: suspending as Ctrl-Z does in other programs, and noticing the end of it.

#[cfg(unix)]
mod unix {
    use rustix::process::{Signal, kill_current_process_group};
    use std::io;
    use tokio::signal::unix::{Signal as Listener, SignalKind, signal};

    /// Receives SIGCONT, which ends a suspension.
    pub(crate) struct Continued(Listener);

    impl Continued {
        /// # Errors
        /// The signal cannot be listened to.
        pub(crate) fn listen() -> io::Result<Self> {
            let number = Signal::CONT.as_raw();
            signal(SignalKind::from_raw(number)).map(Self)
        }

        /// Waits for the next one.
        pub(crate) async fn recv(&mut self) {
            self.0.recv().await;
        }
    }

    /// Stops the job, as the terminal does on Ctrl-Z where it is not raw.
    ///
    /// # Errors
    /// The signal cannot be sent.
    pub(crate) fn suspend() -> io::Result<()> {
        Ok(kill_current_process_group(Signal::TSTP)?)
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use std::io;

    /// There is no job control here.
    pub struct Continued;

    impl Continued {
        /// # Errors
        /// None.
        pub fn listen() -> io::Result<Self> {
            Ok(Self)
        }

        /// Never returns at first; a sleep that does not happen is over at once.
        pub async fn recv(&mut self) {
            std::future::pending().await
        }
    }

    /// # Errors
    /// Always: there is no job control here.
    pub fn suspend() -> io::Result<()> {
        Err(io::Error::from(io::ErrorKind::Unsupported))
    }
}

#[cfg(not(unix))]
pub use elsewhere::{Continued, suspend};
#[cfg(unix)]
pub(crate) use unix::{Continued, suspend};
