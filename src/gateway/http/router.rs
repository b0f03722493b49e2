//! The route table: every path of the contract, its capability and its handler.
//!
//! Matching is done here and not by axum's router, whose patterns cannot hold a verb behind a
//! parameter (`{session}:start`) and which cannot answer 404 and 405 with the contract's bodies.
//! Each parameter is percent-decoded by itself, so `@` and `%40` are the same and `%2F` never
//! splits; literal segments have one spelling.

use super::extract::{AuthedRequest, PublicRequest};
use super::path::{Params, matches, segments};
use super::respond::Reply;
use super::route::RouteInfo;
use super::{
    audit, docs, groups, health, invite, keys, members, metrics, realtime, schedule, sessions,
};
use crate::api::Capability;
use axum::http::Method;
use std::future::Future;
use std::pin::Pin;

/// A handler at work.
pub(super) type Pending<'a> = Pin<Box<dyn Future<Output = Reply> + Send + 'a>>;

/// The handler of a route, and the capability it requires.
#[derive(Clone, Copy)]
pub(super) enum Handler {
    /// Without authentication (a realtime ticket is a credential by itself).
    Open(for<'a> fn(&'a mut PublicRequest) -> Pending<'a>),
    Guarded(Capability, for<'a> fn(&'a mut AuthedRequest) -> Pending<'a>),
}

/// A row of the table.
pub(super) struct Route {
    pub method: Method,
    /// As in the contract; the log names requests by it.
    pub path: &'static str,
    pub handler: Handler,
}

macro_rules! routes {
    ($($method:ident $path:literal $needs:ident => $handler:path;)*) => {
        &[$(Route {
            method: Method::$method,
            path: $path,
            handler: routes!(@ $needs $handler),
        }),*]
    };
    (@ open $handler:path) => { Handler::Open(|request| Box::pin($handler(request))) };
    (@ read $handler:path) => { routes!(@@ Read $handler) };
    (@ send $handler:path) => { routes!(@@ Send $handler) };
    (@ manage $handler:path) => { routes!(@@ Manage $handler) };
    (@ events $handler:path) => { routes!(@@ Events $handler) };
    (@@ $capability:ident $handler:path) => {
        Handler::Guarded(Capability::$capability, |call| Box::pin($handler(call)))
    };
}

#[rustfmt::skip]
const ROUTES: &[Route] = routes! {
    GET    "/healthz" open => health::live;
    GET    "/readyz"  open => health::ready;
    GET    "/metrics" open => metrics::expose;
    GET    "/docs"    open => docs::html;
    GET    "/api/v1/openapi.json" open => docs::json;

    GET    "/api/v1/sessions"                        read   => sessions::list;
    POST   "/api/v1/sessions"                        manage => sessions::create;
    GET    "/api/v1/sessions/{session}"              read   => sessions::get;
    PATCH  "/api/v1/sessions/{session}"              manage => sessions::update;
    DELETE "/api/v1/sessions/{session}"              manage => sessions::delete;
    POST   "/api/v1/sessions/{session}:start"        manage => sessions::start;
    POST   "/api/v1/sessions/{session}:stop"         manage => sessions::stop;
    POST   "/api/v1/sessions/{session}:restart"      manage => sessions::restart;
    POST   "/api/v1/sessions/{session}:logout"       manage => sessions::logout;
    GET    "/api/v1/sessions/{session}/me"           read   => sessions::me;
    GET    "/api/v1/sessions/{session}/qr"           manage => sessions::qr;
    POST   "/api/v1/sessions/{session}/pairing-code" manage => sessions::pairing_code;
    GET    "/api/v1/sessions/{session}/passkey"      manage => sessions::passkey;
    POST   "/api/v1/sessions/{session}/passkey"      manage => sessions::answer_passkey;

    GET    "/api/v1/sessions/{session}/groups"              read => groups::list;
    POST   "/api/v1/sessions/{session}/groups"              send => groups::create;
    GET    "/api/v1/sessions/{session}/groups/{gid}"        read => groups::get;
    PATCH  "/api/v1/sessions/{session}/groups/{gid}"        send => groups::update;
    POST   "/api/v1/sessions/{session}/groups/{gid}:leave"  send => groups::leave;
    GET    "/api/v1/sessions/{session}/groups/{gid}/invite" read => invite::get;
    DELETE "/api/v1/sessions/{session}/groups/{gid}/invite" send => invite::reset;
    POST   "/api/v1/sessions/{session}/groups:join"         send => invite::join;
    GET    "/api/v1/sessions/{session}/invites/{code}"      read => invite::preview;

    GET    "/api/v1/sessions/{session}/groups/{gid}/members"               read => members::list;
    POST   "/api/v1/sessions/{session}/groups/{gid}/members"               send => members::add;
    POST   "/api/v1/sessions/{session}/groups/{gid}/members:approve"       send => members::approve;
    DELETE "/api/v1/sessions/{session}/groups/{gid}/members/{jid}"         send => members::remove;
    POST   "/api/v1/sessions/{session}/groups/{gid}/members/{jid}/promote" send => members::promote;
    POST   "/api/v1/sessions/{session}/groups/{gid}/members/{jid}/demote"  send => members::demote;

    GET    "/api/v1/members"  read => members::find;
    GET    "/api/v1/requests" read => members::all_requests;

    GET    "/api/v1/sessions/{session}/groups/{gid}/requests"               read => members::requests;
    POST   "/api/v1/sessions/{session}/groups/{gid}/requests/{jid}/approve" send => members::let_in;
    POST   "/api/v1/sessions/{session}/groups/{gid}/requests/{jid}/reject"  send => members::reject;

    GET    "/api/v1/sessions/{session}/groups/{gid}/schedule" send => schedule::get;
    PUT    "/api/v1/sessions/{session}/groups/{gid}/schedule" send => schedule::put;
    DELETE "/api/v1/sessions/{session}/groups/{gid}/schedule" send => schedule::clear;
    GET    "/api/v1/schedules" send => schedule::list;

    POST   "/api/v1/realtime/ticket" events => realtime::ticket;
    GET    "/api/v1/realtime"        open   => realtime::stream;

    GET    "/api/v1/audit"      manage => audit::list;
    GET    "/api/v1/audit/head" manage => audit::head;
    POST   "/api/v1/audit:trim" manage => audit::trim;
    GET    "/api/v1/keys"      manage => keys::list;
    POST   "/api/v1/keys"      manage => keys::create;
    PATCH  "/api/v1/keys/{id}" manage => keys::update;
    DELETE "/api/v1/keys/{id}" manage => keys::delete;
    POST   "/api/v1/keys/{id}:rotate" manage => keys::rotate;
};

/// Every route, in the order of the contract. `HEAD` goes wherever `GET` does and is not listed.
pub fn routes() -> impl Iterator<Item = RouteInfo> {
    ROUTES.iter().map(|route| RouteInfo {
        method: route.method.as_str(),
        path: route.path,
        capability: match route.handler {
            Handler::Open(_) => None,
            Handler::Guarded(capability, _) => Some(capability),
        },
    })
}

/// The result of a lookup.
pub(super) enum Found {
    Route(&'static Route, Params),
    /// The path exists with other methods: the value of `Allow`.
    WrongMethod(String),
    Nothing,
}

/// Routes that are polled every few seconds.
pub(super) const PROBES: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// The method's name, one of a few.
pub(super) fn known_method(method: &Method) -> &'static str {
    const KNOWN: [Method; 9] = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
        Method::CONNECT,
        Method::TRACE,
    ];
    const NAMES: [&str; 9] = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE",
    ];
    KNOWN
        .iter()
        .position(|known| known == method)
        .map_or("(other)", |at| NAMES[at])
}

/// Looks a request up. `HEAD` is answered wherever `GET` is.
pub(super) fn find(method: &Method, path: &str) -> Found {
    let segments = segments(path);
    let wanted = if method == Method::HEAD {
        &Method::GET
    } else {
        method
    };
    let mut allowed = Vec::new();
    for route in ROUTES {
        if let Some(params) = matches(route.path, &segments) {
            if route.method == *wanted {
                return Found::Route(route, params);
            }
            allowed.push(route.method.as_str());
            if route.method == Method::GET {
                allowed.push("HEAD");
            }
        }
    }
    if allowed.is_empty() {
        Found::Nothing
    } else {
        Found::WrongMethod(allowed.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(method: &Method, path: &str) -> String {
        match find(method, path) {
            Found::Route(route, params) => {
                let mut words = vec![route.path.to_owned()];
                words.extend(params.0.into_iter().map(|(name, value)| {
                    format!("{name}={}", value.as_deref().unwrap_or("(not text)"))
                }));
                words.join(" ")
            }
            Found::WrongMethod(allow) => format!("405 {allow}"),
            Found::Nothing => "404".to_owned(),
        }
    }

    #[test]
    fn paths_are_matched_with_their_parameters() {
        let table = [
            ("GET", "/healthz", "/healthz"),
            ("HEAD", "/healthz", "/healthz"),
            (
                "POST",
                "/api/v1/sessions/S1:start",
                "/api/v1/sessions/{session}:start session=S1",
            ),
            (
                "POST",
                "/api/v1/sessions/S1%3Astart",
                "/api/v1/sessions/{session}:start session=S1",
            ),
            ("POST", "/api/v1/sessions/S1:fly", "404"),
            ("GET", "/api/v1/sessions/S1:start", "405 POST"),
            ("PUT", "/api/v1/sessions/S1", "405 GET, HEAD, PATCH, DELETE"),
            (
                "GET",
                "/api/v1/sessions/S1/groups/12@g.us",
                "/api/v1/sessions/{session}/groups/{gid} session=S1 gid=12@g.us",
            ),
            (
                "GET",
                "/api/v1/sessions/S1/groups/12%40g.us",
                "/api/v1/sessions/{session}/groups/{gid} session=S1 gid=12@g.us",
            ),
            (
                "GET",
                "/api/v1/sessions/S1/groups/%zz",
                "/api/v1/sessions/{session}/groups/{gid} session=S1 gid=(not text)",
            ),
            (
                "GET",
                "/api/v1/sessions/S1/groups/a%2Fb%FF",
                "/api/v1/sessions/{session}/groups/{gid} session=S1 gid=(not text)",
            ),
            (
                "GET",
                "/api/v1/sessions/S1/groups/a%2Finvite",
                "/api/v1/sessions/{session}/groups/{gid} session=S1 gid=a/invite",
            ),
            (
                "POST",
                "/api/v1/sessions/S1/groups/12%40g.us:leave",
                "/api/v1/sessions/{session}/groups/{gid}:leave session=S1 gid=12@g.us",
            ),
            (
                "DELETE",
                "/api/v1/sessions/S1/groups/12@g.us/members/62:3@lid",
                "/api/v1/sessions/{session}/groups/{gid}/members/{jid} session=S1 gid=12@g.us jid=62:3@lid",
            ),
            (
                "POST",
                "/api/v1/sessions/S1/groups/12@g.us/members:approve",
                "/api/v1/sessions/{session}/groups/{gid}/members:approve session=S1 gid=12@g.us",
            ),
            (
                "POST",
                "/api/v1/sessions/S1/groups:join",
                "/api/v1/sessions/{session}/groups:join session=S1",
            ),
            (
                "POST",
                "/api/v1/sessions/S1/groups/%zz:leave",
                "/api/v1/sessions/{session}/groups/{gid}:leave session=S1 gid=(not text)",
            ),
            ("GET", "/api/v1/sessions/%2e%2e/keys", "404"),
            ("GET", "/%6detrics", "404"),
            ("GET", "/api/v1/%73essions", "404"),
            ("GET", "/api/v1/sessions/", "404"),
            ("GET", "/api/v1//sessions", "404"),
            ("GET", "/api/v1/sessions/S1/", "404"),
            ("GET", "/api/v2/sessions", "404"),
            ("GET", "/", "404"),
            ("GET", "*", "404"),
        ];
        for (method, path, expected) in table {
            assert_eq!(
                found(&method.parse().unwrap(), path),
                expected,
                "{method} {path}"
            );
        }
    }

    #[test]
    fn no_two_routes_are_equal() {
        for (at, route) in ROUTES.iter().enumerate() {
            assert!(
                ROUTES[..at]
                    .iter()
                    .all(|other| other.method != route.method || other.path != route.path),
                "{} {}",
                route.method,
                route.path
            );
        }
    }
}
