//! The HTTP face of the engine: one file per resource.

use super::engine::Engine;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Serves until `shutdown` is cancelled, lets running requests finish, then closes the engine.
pub async fn serve(_engine: Engine, _listener: TcpListener, _shutdown: CancellationToken) {
    todo!()
}
