//! What happens to every request, whatever it asks for: an id, the route, credentials, the
//! capability, and an answer even when the handler panics.

use super::body::RequestBody;
use super::extract::{Call, Visit};
use super::respond::{self, REQUEST_ID, Reply};
use super::router::{self, Found, Handler, Params, Route};
use super::serve::Server;
use crate::gateway::{Error, auth::Caller};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;
use tracing::Instrument;

/// Answers one request. The answer always carries `x-request-id`.
pub(super) async fn answer(server: Arc<Server>, request: Request) -> Response {
    let started = Instant::now();
    let id = ulid::Ulid::generate().to_string();
    let method = request.method().clone();
    let found = router::find(&method, request.uri().path());
    let route = match &found {
        Found::Route(route, _) => route.path,
        _ => "(none)",
    };
    // Neither the query (tickets) nor the headers (keys) belong in the log.
    let span = tracing::info_span!("request", %id, %method, route);
    let mut response = async {
        let response = match found {
            Found::Route(route, params) => routed(server, route, params, request).await,
            other => {
                let (parts, body) = request.into_parts();
                RequestBody::new(body, &parts.headers).discard().await;
                match other {
                    Found::WrongMethod(allow) => respond::wrong_method(method.as_str(), &allow),
                    _ => respond::no_such_path(),
                }
            }
        };
        tracing::debug!(
            status = response.status().as_u16(),
            micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
            "answered"
        );
        response
    }
    .instrument(span)
    .await;
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
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
    let mut body = RequestBody::new(body, &parts.headers);
    match route.handler {
        Handler::Open(handler) => {
            body.discard().await;
            handler(&mut Visit { server, parts }).await
        }
        Handler::Guarded(capability, handler) => {
            let admitted = admit(&server, &parts.headers).and_then(|caller| {
                caller.require(capability)?;
                Ok(caller)
            });
            let caller = match admitted {
                Ok(caller) => caller,
                Err(error) => {
                    body.discard().await;
                    return Err(error);
                }
            };
            let mut call = Call::new(server.engine.clone(), caller, parts, params, body);
            let reply = handler(&mut call).await;
            call.finish().await;
            reply
        }
    }
}

/// Who calls.
fn admit(server: &Server, headers: &HeaderMap) -> Result<Caller, Error> {
    if server.shutdown.is_cancelled() {
        return Err(Error::Draining);
    }
    let token = token(headers).ok_or(Error::Unauthorized)?;
    server.engine.authenticate(token).ok_or(Error::Unauthorized)
}

/// The api-key that a request presents. A bearer decides alone: what is next to it is not tried.
fn token(headers: &HeaderMap) -> Option<&str> {
    let mut authorizations = headers.get_all(header::AUTHORIZATION).iter();
    if let Some(first) = authorizations.next() {
        if authorizations.next().is_some() {
            return None;
        }
        let value = first.to_str().ok()?;
        if let Some((scheme, token)) = value.split_once(' ')
            && scheme.eq_ignore_ascii_case("bearer")
        {
            let token = token.trim();
            // A login JWT never passes for an api-key.
            return (!is_jwt(token)).then_some(token);
        }
    }
    let mut keys = headers.get_all("x-api-key").iter();
    let key = keys.next()?.to_str().ok()?.trim();
    keys.next().is_none().then_some(key)
}

/// Whether a bearer has the shape of a login JWT: three non-empty parts between dots.
fn is_jwt(token: &str) -> bool {
    let mut parts = token.split('.');
    parts
        .by_ref()
        .take(3)
        .filter(|part| !part.is_empty())
        .count()
        == 3
        && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_from_either_header() {
        type Row = (
            &'static [(&'static str, &'static str)],
            Option<&'static str>,
        );
        let table: &[Row] = &[
            (&[], None),
            (&[("authorization", "Bearer wa_1")], Some("wa_1")),
            (&[("authorization", "bEARER   wa_1 ")], Some("wa_1")),
            (&[("authorization", "Bearer")], None),
            (&[("authorization", "wa_1")], None),
            (&[("x-api-key", "wa_2")], Some("wa_2")),
            (
                &[("authorization", "Basic eDp5"), ("x-api-key", "wa_2")],
                Some("wa_2"),
            ),
            (
                &[("authorization", "Bearer wa_1"), ("x-api-key", "wa_2")],
                Some("wa_1"),
            ),
            (
                &[("authorization", "Bearer a.b.c"), ("x-api-key", "wa_2")],
                None,
            ),
            (&[("authorization", "Bearer a..c")], Some("a..c")),
            (
                &[("authorization", "Bearer a"), ("authorization", "Bearer b")],
                None,
            ),
            (&[("x-api-key", "a"), ("x-api-key", "b")], None),
        ];
        for (pairs, expected) in table {
            let mut headers = HeaderMap::new();
            for (name, value) in *pairs {
                headers.append(
                    name.parse::<header::HeaderName>().unwrap(),
                    value.parse().unwrap(),
                );
            }
            assert_eq!(token(&headers), *expected, "{pairs:?}");
        }
    }
    #[tokio::test]
    async fn a_handler_that_panics_is_an_internal_error() {
        static BROKEN: Route = Route {
            method: axum::http::Method::GET,
            path: "/broken",
            handler: Handler::Open(|_| Box::pin(async { panic!("secret") })),
        };
        let directory = tempfile::tempdir().unwrap();
        let engine = crate::gateway::Engine::open(crate::gateway::Config {
            database: directory.path().join("groupdesk.db"),
            gateway_id: "test".to_owned(),
            backend: crate::gateway::whatsapp::Backend::Sandbox(
                crate::gateway::whatsapp::sandbox::World::still(1).unwrap(),
            ),
            memory_keys: Vec::new(),
            seed: Vec::new(),
        })
        .await
        .unwrap();
        let server = Arc::new(Server {
            engine,
            shutdown: tokio_util::sync::CancellationToken::new(),
            tasks: tokio_util::task::TaskTracker::new(),
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
