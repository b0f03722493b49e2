//! What happens to every request: its id, routing, authentication, the capability check, and an
//! answer even when the handler panics.

use super::REQUESTS;
use super::authenticate::authenticate;
use super::body::RequestBody;
use super::extract::{AuthedRequest, PublicRequest};
use super::path::Params;
use super::respond::{self, REQUEST_ID, Reply};
use super::router::{self, Found, Handler, Route};
use super::server::Server;
use crate::gateway::{Engine, Error};
use axum::body::HttpBody as _;
use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::Response;
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;
use tracing::Instrument;

/// Smaller answers, in bytes, are not counted: the number of connections bounds them.
const UNREAD_COUNTED: usize = 16 * 1024;
/// The status of requests whose client disconnected.
const CLIENT_LEFT: u16 = 499;

/// Answers one request. On a connection over the limit (`over_limit`) the answer is an error. Every
/// answer has `x-request-id`.
pub(super) async fn answer(server: Arc<Server>, request: Request, over_limit: bool) -> Response {
    let id = ulid::Ulid::generate().to_string();
    let method = request.method().clone();
    let found = router::find(&method, request.uri().path());
    let log = RequestLog::new(&server, &method, &found);
    // Neither the query (tickets) nor the headers (keys) are logged. The span has the highest
    // level, so that it is part of every log line.
    let span = tracing::error_span!(
        "request",
        %id,
        method = log.method,
        route = log.route,
        caller = tracing::field::Empty,
    );
    let mut response = async move {
        // Dropped inside, so that it is logged in the request's span.
        let mut log = log;
        let limit = server.engine.limits().body;
        let response = match found {
            _ if over_limit => respond::error(&Error::TooManyConnections),
            Found::Route(route, params) if is_for_one_host(request.headers()) => {
                routed(server, route, params, request).await
            }
            other => {
                let (parts, body) = request.into_parts();
                let mut body = RequestBody::new(body, &parts.headers, limit);
                discard(&server.engine, &mut body).await;
                match other {
                    _ if !is_for_one_host(&parts.headers) => respond::not_one_host(),
                    Found::WrongMethod(allow) => respond::wrong_method(method.as_str(), &allow),
                    _ => respond::no_such_path(),
                }
            }
        };
        log.answered(response.status().as_u16());
        response
    }
    .instrument(span)
    .await;
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let nosniff = HeaderValue::from_static("nosniff");
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    response
}

/// Whether a request names one host: with two, a proxy and this server might each use a different
/// one.
fn is_for_one_host(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let Some(host) = hosts.next() else {
        return true;
    };
    let is_sound = host.is_empty()
        || !host.as_bytes().contains(&b'@') && Authority::try_from(host.as_bytes()).is_ok();
    is_sound && hosts.next().is_none()
}

/// Discards a body without a caller, unless too many of them are arriving; then the connection is
/// closed with the answer.
async fn discard(engine: &Engine, body: &mut RequestBody) {
    if body.is_on_its_way()
        && let Some(_share) = engine.begin_anonymous()
    {
        body.discard().await;
    }
}

/// Logs and counts a request when it is answered, or dropped because the client disconnected.
struct RequestLog {
    engine: Engine,
    method: &'static str,
    route: &'static str,
    started: Instant,
    answered: bool,
}

impl RequestLog {
    fn new(server: &Server, method: &Method, found: &Found) -> Self {
        Self {
            engine: server.engine.clone(),
            method: router::known_method(method),
            route: match found {
                Found::Route(route, _) => route.path,
                _ => "(none)",
            },
            started: Instant::now(),
            answered: false,
        }
    }

    fn answered(&mut self, status: u16) {
        self.answered = true;
        let took = self.count(status);
        if status < 400 && router::PROBES.contains(&self.route) {
            tracing::debug!(target: REQUESTS, status, took, "answered");
        } else {
            tracing::info!(target: REQUESTS, status, took, "answered");
        }
    }

    /// Says how many seconds it took.
    fn count(&self, status: u16) -> f64 {
        let took = self.started.elapsed();
        self.engine
            .metrics()
            .request(self.method, self.route, status, took);
        took.as_secs_f64()
    }
}

impl Drop for RequestLog {
    fn drop(&mut self) {
        if !self.answered {
            let took = self.count(CLIENT_LEFT);
            tracing::info!(target: REQUESTS, status = CLIENT_LEFT, took, "the client disconnected");
        }
    }
}

/// Runs the handler of a route and turns every outcome into a response.
async fn routed(
    server: Arc<Server>,
    route: &'static Route,
    params: Params,
    request: Request,
) -> Response {
    let outcome = AssertUnwindSafe(handle(server, route, params, request))
        .catch_unwind()
        .await;
    match outcome {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => respond::error(&error),
        Err(_) => respond::error(&Error::Internal(anyhow::anyhow!(
            "the handler of {} {} panicked",
            route.method,
            route.path
        ))),
    }
}

async fn handle(
    server: Arc<Server>,
    route: &'static Route,
    params: Params,
    request: Request,
) -> Reply {
    let (parts, body) = request.into_parts();
    let mut body = RequestBody::new(body, &parts.headers, server.engine.limits().body);
    match route.handler {
        Handler::Open(handler) => {
            discard(&server.engine, &mut body).await;
            handler(&mut PublicRequest { server, parts }).await
        }
        Handler::Guarded(capability, handler) => {
            let authenticated = authenticate(&server, &parts.headers).await;
            let caller = match authenticated.and_then(|caller| {
                caller.require(capability)?;
                Ok(caller)
            }) {
                Ok(caller) => caller,
                Err(error) => {
                    discard(&server.engine, &mut body).await;
                    return Err(error);
                }
            };
            let under_way = server.engine.begin_request(&caller.actor);
            let mut request = AuthedRequest::new(&server, caller, parts, params, body);
            let (_under_way, reply) = match under_way {
                Ok(share) => (Some(share), handler(&mut request).await),
                Err(error) => (None, Err(error)),
            };
            request.finish().await;
            held_until_read(&request, reply?)
        }
    }
}

/// Counts a large answer towards its caller's unread bytes. Answers to changes are small, so none
/// of them is refused.
fn held_until_read(request: &AuthedRequest, response: Response) -> Reply {
    let bytes = response.body().size_hint().exact().unwrap_or_default();
    let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    if bytes <= UNREAD_COUNTED || request.caller.own || request.parts.method != Method::GET {
        return Ok(response);
    }
    let share = request.engine.hold_answer(&request.caller.actor, bytes)?;
    Ok(respond::holding(response, share, bytes))
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::slots::ConnectionSlots;
    use super::*;
    use crate::gateway::whatsapp::{Backend, sandbox::World};
    use crate::gateway::{Config, Limits};
    use std::path::Path;

    /// An engine without sessions.
    pub(crate) async fn engine(directory: &Path) -> Engine {
        Engine::open(Config {
            database: directory.join("groupdesk.db"),
            gateway_id: "test".to_owned(),
            backend: Backend::Sandbox(World::still(1).unwrap()),
            memory_keys: Vec::new(),
            login: None,
            seed: Vec::new(),
            limits: Limits::default(),
            connect: true,
        })
        .await
        .unwrap()
    }

    #[tokio::test]
    async fn the_number_of_bodies_without_credentials_is_limited() {
        let directory = tempfile::tempdir().unwrap();
        let engine = engine(directory.path()).await;
        let most = engine.limits().connections_per_client;
        let begun = || {
            let body = axum::body::Body::from_stream(futures_util::stream::pending::<
                Result<axum::body::Bytes, std::io::Error>,
            >());
            RequestBody::new(body, &HeaderMap::new(), std::time::Duration::MAX)
        };
        let held: Vec<_> = (0..most).map(|_| engine.begin_anonymous()).collect();
        assert!(discard(&engine, &mut begun()).now_or_never().is_some());
        drop(held);
        assert!(discard(&engine, &mut begun()).now_or_never().is_none());
    }

    #[tokio::test]
    async fn a_panicking_handler_is_an_internal_error() {
        static BROKEN: Route = Route {
            method: Method::GET,
            path: "/broken",
            handler: Handler::Open(|_| Box::pin(async { panic!("secret") })),
        };
        let directory = tempfile::tempdir().unwrap();
        let engine = engine(directory.path()).await;
        let server = Arc::new(Server {
            engine,
            leaving: tokio_util::sync::CancellationToken::new(),
            shutdown: tokio_util::sync::CancellationToken::new(),
            tasks: tokio_util::task::TaskTracker::new(),
            secure: false,
            behind_proxy: false,
            slots: ConnectionSlots::new(1, 0),
            document: &super::super::document::DOCUMENT,
        });
        let request = Request::new(axum::body::Body::empty());
        let response = routed(server, &BROKEN, Params::default(), request).await;
        assert_eq!(response.status(), 500);
        let body = axum::body::to_bytes(response.into_body(), 1000)
            .await
            .unwrap();
        assert_eq!(
            std::str::from_utf8(&body).unwrap(),
            r#"{"error":{"code":"internal","message":"internal error"}}"#
        );
    }
}
