//! Starting and stopping an engine together with its HTTP server.

use super::config::Config;
use super::engine::Engine;
use super::http::{self, Serving};
use std::net::SocketAddr;
use tokio_util::sync::CancellationToken;

/// A running engine.
pub struct Handle {
    address: SocketAddr,
    engine: Engine,
    served: tokio::task::JoinHandle<()>,
}

impl Handle {
    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Waits until it has stopped: running requests finished, sessions closed, store closed.
    pub async fn stopped(self) {
        let _ = self.served.await;
    }
}

/// Starts the engine: opens the store, starts every session that should run, and serves the
/// contract on a listener until `shutdown` is cancelled.
///
/// # Errors
/// The store cannot be opened or migrated.
pub async fn start(
    config: Config,
    serving: impl Into<Serving>,
    shutdown: CancellationToken,
) -> anyhow::Result<Handle> {
    let serving = serving.into();
    let address = serving.listener.local_addr()?;
    let engine = Engine::open(config).await?;
    let served = tokio::spawn(http::serve(engine.clone(), serving, shutdown));
    Ok(Handle {
        address,
        engine,
        served,
    })
}
