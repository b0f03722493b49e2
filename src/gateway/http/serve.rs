//! Connections: accepting, time limits, and the graceful stop.

use super::edge;
use crate::gateway::Engine;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long a client may take to send a request's head. An idle connection is closed after it too.
const HEAD_LIMIT: Duration = Duration::from_secs(30);
/// How long running requests may take to finish once the stop has begun.
const DRAIN_LIMIT: Duration = Duration::from_secs(10);
/// How long to wait after a failed accept that will fail again at once (no file descriptors left).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What every request of one server shares.
pub(super) struct Server {
    pub engine: Engine,
    /// Cancelled when the stop begins: no new requests, realtime streams close.
    pub shutdown: CancellationToken,
    /// Everything the graceful stop waits for: connections and realtime streams.
    pub tasks: TaskTracker,
}

/// Serves until `shutdown` is cancelled, lets running requests finish (for ten seconds at most),
/// then closes the engine.
pub async fn serve(engine: Engine, listener: TcpListener, shutdown: CancellationToken) {
    let server = Arc::new(Server {
        engine,
        shutdown,
        tasks: TaskTracker::new(),
    });
    let cut = CancellationToken::new();
    accept(&server, listener, &cut).await;
    server.tasks.close();
    if tokio::time::timeout(DRAIN_LIMIT, server.tasks.wait())
        .await
        .is_err()
    {
        tracing::warn!(
            running = server.tasks.len(),
            "stopping with work unfinished"
        );
        cut.cancel();
    }
    server.engine.close().await;
}

/// Accepts until the stop begins; the listener is closed on return, so that new clients are refused.
async fn accept(server: &Arc<Server>, listener: TcpListener, cut: &CancellationToken) {
    loop {
        let accepted = tokio::select! {
            biased;
            () = server.shutdown.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let connection = connection(Arc::clone(server), stream);
                let cut = cut.clone();
                server.tasks.spawn(async move {
                    cut.run_until_cancelled(connection).await;
                });
            }
            Err(error) if is_the_clients(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                server
                    .shutdown
                    .run_until_cancelled(tokio::time::sleep(ACCEPT_PAUSE))
                    .await;
            }
        }
    }
}

/// Whether an accept failed because the client went away: nothing to wait for.
fn is_the_clients(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    )
}

async fn connection(server: Arc<Server>, stream: TcpStream) {
    // Answers are small and complete: waiting to fill a segment only adds latency.
    let _ = stream.set_nodelay(true);
    let used = Arc::new(AtomicBool::new(false));
    let service = {
        let (server, used) = (Arc::clone(&server), Arc::clone(&used));
        service_fn(move |request: hyper::Request<Incoming>| {
            used.store(true, Ordering::Relaxed);
            let answer = edge::answer(Arc::clone(&server), Request::from(request.map(Body::new)));
            async { Ok::<_, Infallible>(answer.await) }
        })
    };
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_LIMIT)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades()
    );
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => ended,
        () = server.shutdown.cancelled() => {
            if !used.load(Ordering::Relaxed) {
                // Nothing was ever asked on it, so nobody is waiting for an answer.
                return;
            }
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended early");
    }
}
