//! State shared by all requests of a server, and by all requests of a connection.

use super::openapi::ApiDocument;
use super::slots::{Connection, ConnectionSlots};
use crate::gateway::engine::Engine;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What every request of one server shares.
pub(super) struct Server {
    pub engine: Engine,
    /// Cancelled when the server is asked to stop: readiness goes red.
    pub leaving: CancellationToken,
    /// Cancelled when the stop begins: no new requests, realtime streams close.
    pub shutdown: CancellationToken,
    /// What the graceful shutdown waits for: connections and realtime streams.
    pub tasks: TaskTracker,
    /// Whether the server uses TLS.
    pub secure: bool,
    pub behind_proxy: bool,
    pub slots: Arc<ConnectionSlots>,
    /// Rendered when it is first asked for.
    pub document: &'static LazyLock<ApiDocument>,
}

/// The peer of a connection, in a request's extensions.
#[derive(Clone)]
pub(super) struct Peer {
    pub address: SocketAddr,
    pub connection: Arc<Connection>,
}
