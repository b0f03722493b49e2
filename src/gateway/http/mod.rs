//! The HTTP face of the engine: one file per resource.
//!
//! A request takes one way through this room: `serve` accepts the connection, `router` finds the
//! row of the route table, `edge` authenticates and checks the capability, the handler in the
//! resource's file parses what it needs through `extract`, calls one use case of [`Engine`] and
//! `respond` turns the outcome into bytes. Faults come out in the contract's order: 401, 403
//! (capability), 404 (session), 400 (path, query, body), and then what the use case finds.
//!
//! Where the contract's table leaves a choice: a wrong method is `405` with `Allow` and the code
//! `validation_error` (the one answer whose status is not its code's own); a body that is too large
//! or too slow is a `validation_error` like any other unusable body.

mod audit;
mod authenticate;
mod body;
mod docs;
mod document;
mod edge;
mod extract;
mod fields;
mod groups;
mod guarded_stream;
mod health;
mod invite;
mod json;
mod keys;
mod members;
mod metrics;
mod openapi;
mod path;
mod realtime;
mod respond;
mod route;
mod router;
mod schedule;
mod serve;
mod server;
mod sessions;
mod slots;
mod tls;

pub use document::document_text;
pub use route::RouteInfo;
pub use router::routes;
pub use serve::{Serving, serve};
pub use tls::{Tls, TlsError};

#[cfg(doc)]
use super::Engine;

/// The log's target for answered requests, one line each.
pub const REQUESTS: &str = "groupdesk::requests";
