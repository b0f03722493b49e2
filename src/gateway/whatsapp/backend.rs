//! The kind of driver that the sessions of an engine use.

use super::account::Account;
use super::driver::Driver;
use super::event::DriverEvent;
#[cfg(feature = "live")]
use super::live;
use super::sandbox;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// The kind of drivers.
#[derive(Clone)]
pub enum Backend {
    /// A simulated world in memory.
    Sandbox(Arc<sandbox::World>),
    /// Real accounts.
    #[cfg(feature = "live")]
    Live(Arc<live::Live>),
    /// Whatever the function makes.
    Custom(DriverFactory),
}

/// Makes the driver of one session, which reports its events to the sender.
pub type DriverFactory =
    Arc<dyn Fn(Account, mpsc::UnboundedSender<DriverEvent>) -> Arc<dyn Driver> + Send + Sync>;

impl Backend {
    /// The driver of one session. Nothing connects yet. The driver reports on `events` until it is
    /// dropped.
    #[must_use]
    pub fn open(
        &self,
        account: Account,
        events: mpsc::UnboundedSender<DriverEvent>,
    ) -> Arc<dyn Driver> {
        match self {
            Self::Sandbox(world) => sandbox::open(Arc::clone(world), account, events),
            #[cfg(feature = "live")]
            Self::Live(live) => live::open(Arc::clone(live), account, events),
            Self::Custom(make) => make(account, events),
        }
    }

    /// The directory of the sessions' key files, where there are any.
    #[must_use]
    pub fn key_files(&self) -> Option<&Path> {
        match self {
            #[cfg(feature = "live")]
            Self::Live(live) => Some(live.keys_dir()),
            Self::Sandbox(_) | Self::Custom(_) => None,
        }
    }

    /// Delay between the first connects of two sessions.
    #[must_use]
    pub fn stagger(&self) -> Duration {
        match self {
            #[cfg(feature = "live")]
            Self::Live(_) => live::STAGGER,
            Self::Sandbox(_) | Self::Custom(_) => Duration::from_millis(20),
        }
    }
}
