//! Connections: accepting, time limits, and the graceful shutdown.

use super::document::DOCUMENT;
use super::edge;
use super::guarded_stream::GuardedStream;
use super::respond::HEAD_MAX;
use super::server::{Peer, Server};
use super::slots::{ConnectionSlots, Slot};
use super::tls::Tls;
use crate::gateway::Engine;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Time limit for the request head on a connection over the limit.
const OVER_LIMIT_HEAD_LIMIT: Duration = Duration::from_secs(2);
/// Time limit of the TLS handshake.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);
/// Default time limit for requests in flight at shutdown.
const DRAIN_LIMIT: Duration = Duration::from_secs(10);
/// Pause after a failed accept that would fail again at once (no file descriptors left).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The listener and its options.
pub struct Serving {
    pub listener: TcpListener,
    /// Plain HTTP without.
    pub tls: Option<Arc<Tls>>,
    /// A reverse proxy forwards to this server: peers on this machine are not the clients.
    pub behind_proxy: bool,
    /// How long requests are still served after readiness turned red.
    pub linger: Duration,
    /// Time limit for requests in flight after that.
    pub drain: Duration,
}

impl From<TcpListener> for Serving {
    /// Plain HTTP without a linger time.
    fn from(listener: TcpListener) -> Self {
        Self {
            listener,
            tls: None,
            behind_proxy: false,
            linger: Duration::ZERO,
            drain: DRAIN_LIMIT,
        }
    }
}

/// Serves until `leaving` is cancelled, keeps serving for the linger time, waits for requests in
/// flight up to the drain limit, then closes the engine.
pub async fn serve(engine: Engine, serving: Serving, leaving: CancellationToken) {
    let limits = engine.limits();
    // Behind a proxy every connection has the proxy's address.
    let each = if serving.behind_proxy {
        0
    } else {
        limits.connections_per_client
    };
    let server = Arc::new(Server {
        slots: ConnectionSlots::new(limits.connections, each),
        engine,
        leaving,
        shutdown: CancellationToken::new(),
        tasks: TaskTracker::new(),
        secure: serving.tls.is_some(),
        behind_proxy: serving.behind_proxy,
        document: &DOCUMENT,
    });
    let cut = CancellationToken::new();
    let stop = async {
        server.leaving.cancelled().await;
        tokio::time::sleep(serving.linger).await;
        server.shutdown.cancel();
    };
    tokio::join!(
        stop,
        accept(&server, serving.listener, serving.tls.as_ref(), &cut)
    );
    server.tasks.close();
    if timeout(serving.drain, server.tasks.wait()).await.is_err() {
        tracing::warn!(
            running = server.tasks.len(),
            "stopping with work unfinished"
        );
        cut.cancel();
    }
    server.engine.close().await;
}

/// Accepts until the stop begins; the listener is closed on return, so that new clients are refused.
async fn accept(
    server: &Arc<Server>,
    listener: TcpListener,
    tls: Option<&Arc<Tls>>,
    cut: &CancellationToken,
) {
    loop {
        let accepted = tokio::select! {
            biased;
            () = server.shutdown.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let Some(slot) = server.slots.take(peer.ip()) else {
                    continue;
                };
                let connection = Arc::clone(&slot.connection);
                let work =
                    handshake_and_serve(Arc::clone(server), stream, peer, slot, tls.cloned());
                let cut = cut.clone();
                server.tasks.spawn(async move {
                    tokio::select! {
                        biased;
                        () = cut.cancelled() => {}
                        () = connection.evicted.cancelled() => {}
                        () = work => {}
                    }
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

/// Does the TLS handshake, if any, and serves the connection.
async fn handshake_and_serve(
    server: Arc<Server>,
    stream: TcpStream,
    peer: SocketAddr,
    slot: Slot,
    tls: Option<Arc<Tls>>,
) {
    // Answers are small and complete: waiting to fill a segment only adds latency.
    let _ = stream.set_nodelay(true);
    let Some(tls) = tls else {
        return connection(server, stream, peer, slot).await;
    };
    let handshake = timeout(HANDSHAKE_LIMIT, tls.acceptor().accept(stream));
    match server.shutdown.run_until_cancelled(handshake).await {
        Some(Ok(Ok(stream))) => connection(server, stream, peer, slot).await,
        Some(Ok(Err(error))) => tracing::debug!(%error, "a TLS handshake failed"),
        Some(Err(_elapsed)) => tracing::debug!("a TLS handshake took too long"),
        None => {}
    }
}

async fn connection(
    server: Arc<Server>,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    slot: Slot,
) {
    let limits = server.engine.limits().clone();
    let over_limit = slot.is_over_limit();
    let peer = Peer {
        address: peer,
        connection: Arc::clone(&slot.connection),
    };
    let stream = GuardedStream::new(stream, limits.unread, slot);
    let used = Arc::new(AtomicBool::new(false));
    let service = {
        let (server, used) = (Arc::clone(&server), Arc::clone(&used));
        service_fn(move |request: hyper::Request<Incoming>| {
            used.store(true, Ordering::Relaxed);
            let mut request = Request::from(request.map(Body::new));
            let connection = Arc::clone(&peer.connection);
            request.extensions_mut().insert(peer.clone());
            let server = Arc::clone(&server);
            async move {
                if !connection.begin() {
                    // The connection is being evicted: do not begin a request.
                    std::future::pending::<()>().await;
                }
                let answer = edge::answer(server, request, over_limit).await;
                connection.answered();
                Ok::<_, Infallible>(answer)
            }
        })
    };
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(if over_limit {
                OVER_LIMIT_HEAD_LIMIT
            } else {
                limits.head
            })
            .max_buf_size(HEAD_MAX)
            .keep_alive(!over_limit)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades()
    );
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => ended,
        () = server.shutdown.cancelled() => {
            if !used.load(Ordering::Relaxed) {
                // No request was ever received on it.
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

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt as _;
    use tokio::time::Instant;

    #[tokio::test(start_paused = true)]
    async fn a_client_that_never_begins_the_handshake_is_disconnected() {
        let directory = tempfile::tempdir().unwrap();
        let (cert, key) = (
            directory.path().join("cert.pem"),
            directory.path().join("key.pem"),
        );
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        std::fs::write(&cert, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        let engine = edge::tests::engine(directory.path()).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = Serving {
            tls: Some(Arc::new(Tls::load(&cert, &key).unwrap())),
            ..Serving::from(listener)
        };
        let leaving = CancellationToken::new();
        let served = tokio::spawn(serve(engine, serving, leaving.clone()));
        let begun = Instant::now();
        let mut silent = TcpStream::connect(address).await.unwrap();
        let mut heard = Vec::new();
        let _ = silent.read_to_end(&mut heard).await;
        assert!(heard.is_empty(), "{heard:?}");
        let waited = begun.elapsed();
        assert!(waited >= HANDSHAKE_LIMIT, "{waited:?}");
        assert!(waited < HANDSHAKE_LIMIT * 2, "{waited:?}");
        leaving.cancel();
        served.await.unwrap();
    }
}
