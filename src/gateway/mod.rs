//! The gateway engine: WhatsApp sessions behind the HTTP contract.
//!
//! A request is parsed at the edge (`http`), becomes a use case (`sessions`, `groups`, ...), which
//! talks to the session's task and to the store. Live state comes from the drivers as events, and
//! the store follows them.

pub mod auth;
mod clock;
pub mod domain;
mod engine;
pub mod error;
pub mod http;
mod limits;
mod metrics;
mod rate;
mod realtime;
mod session;
mod shares;
pub mod store;
pub mod whatsapp;

pub use engine::{AuditQuery, Engine, OwnedSession, Page};
use engine::{expired_key, too_many_keys};
pub use error::Error;
pub use http::{Serving, Tls, TlsError};
pub use limits::Limits;
pub use realtime::Subscription;
pub use session::SessionAction;

use auth::{Login, MemoryKey};
use std::net::SocketAddr;
use std::path::PathBuf;
use tokio_util::sync::CancellationToken;
use whatsapp::{Account, Backend, GroupSnapshot, Identity};

/// What an engine needs to start.
pub struct Config {
    /// The database file; created with mode 0600 when absent.
    pub database: PathBuf,
    /// `gatewayId` of every session.
    pub gateway_id: String,
    pub backend: Backend,
    /// Keys that live only as long as the process.
    pub memory_keys: Vec<MemoryKey>,
    /// Whose logins are accepted beside api-keys; nobody's when `None`.
    pub login: Option<Login>,
    /// Sessions that must exist; those already stored are left as they are.
    pub seed: Vec<SeedSession>,
    pub limits: Limits,
    /// Whether the sessions that should run connect. Without it what is stored can be read, and they
    /// wait as they are for an engine that does connect.
    pub connect: bool,
}

/// A session that a simulated world brings along.
#[derive(Debug, Clone)]
pub struct SeedSession {
    pub account: Account,
    pub label: Option<String>,
    /// Who the account is, when a phone is linked.
    pub identity: Option<Identity>,
    /// Whether the session should be running.
    pub start: bool,
    /// Groups that were stored in an earlier life of the session.
    pub groups: Vec<GroupSnapshot>,
}

/// A running engine.
pub struct Handle {
    address: SocketAddr,
    engine: Engine,
    served: tokio::task::JoinHandle<()>,
}

impl Handle {
    /// Where it listens.
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

/// Starts the engine: opens the store, brings back every session that should run and serves the
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
