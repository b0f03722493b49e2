//! Building responses: JSON, empty, and the contract's error body.

use crate::api::{ErrorBody, ErrorCode, ErrorObject, List};
use crate::gateway::Error;
use crate::gateway::error::wait_seconds;
use crate::gateway::shares::Share;
use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::TryStreamExt;
use serde::Serialize;
use serde_json::Map;
use std::sync::Arc;

/// Largest head of a request, in bytes: a login's token and every other header with room to spare.
pub(super) const HEAD_MAX: usize = 128 * 1024;

/// The outcome of a handler.
pub(super) type Reply = Result<Response, Error>;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// 200 with a value.
pub(super) fn ok(value: &impl Serialize) -> Reply {
    json(StatusCode::OK, value)
}

/// 201 with a value.
pub(super) fn created(value: &impl Serialize) -> Reply {
    json(StatusCode::CREATED, value)
}

/// 202 with a value.
pub(super) fn accepted(value: &impl Serialize) -> Reply {
    json(StatusCode::ACCEPTED, value)
}

/// 200 with a list that has no further page.
pub(super) fn list<T: Serialize>(data: Vec<T>) -> Reply {
    ok(&List {
        data,
        next_cursor: String::new(),
    })
}

/// 200 with JSON that is already text.
pub(super) fn ready_json(json: Bytes) -> Response {
    body(StatusCode::OK, json)
}

/// 200 with metrics.
pub(super) fn open_metrics(text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    let kind =
        HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// 204.
pub(super) fn no_content() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

fn json(status: StatusCode, value: &impl Serialize) -> Reply {
    match serde_json::to_vec(value) {
        Ok(json) => Ok(body(status, json.into())),
        Err(error) => Err(Error::Internal(error.into())),
    }
}

fn body(status: StatusCode, json: Bytes) -> Response {
    let mut response = Response::new(Body::from(json));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

/// The error's body, status and headers.
pub(super) fn error(error: &Error) -> Response {
    if matches!(error, Error::Internal(_)) {
        tracing::error!(cause = error.cause(), "internal error");
    }
    let object = error.to_object();
    let status =
        StatusCode::from_u16(object.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = error_body(status, object);
    let headers = response.headers_mut();
    if let Some(wait) = error.retry_after() {
        headers.insert(header::RETRY_AFTER, wait_seconds(wait).into());
    }
    if matches!(error, Error::Unauthorized) {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// 404 for a path that the contract does not have.
pub(super) fn no_such_path() -> Response {
    error(&Error::NotFound("path"))
}

/// 405, the one status outside the contract's table, so that `Allow` has its HTTP meaning.
pub(super) fn wrong_method(method: &str, allow: &str) -> Response {
    let mut response = error_body(
        StatusCode::METHOD_NOT_ALLOWED,
        ErrorObject {
            code: ErrorCode::ValidationError,
            message: format!("the method {method} is not allowed here; allowed: {allow}"),
            details: Map::new(),
        },
    );
    if let Ok(allow) = HeaderValue::from_str(allow) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}

/// 400 for a request that names no host or several in `Host`; the connection ends with it.
pub(super) fn not_one_host() -> Response {
    let fault = "the Host header must name one host, and be there once";
    let mut response = error(&Error::field("", fault));
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(header::CONNECTION, close);
    response
}

/// A response that holds a share until its body is written or the connection is closed.
pub(super) fn holding(mut response: Response, share: Share, bytes: usize) -> Response {
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, bytes.into());
    let share = Arc::new(share);
    response.map(|body| {
        Body::from_stream(body.into_data_stream().map_ok(move |bytes| {
            Bytes::from_owner(Held {
                bytes,
                _share: Arc::clone(&share),
            })
        }))
    })
}

/// Bytes that hold a share until they are written.
struct Held {
    bytes: Bytes,
    _share: Arc<Share>,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// The error for a request that hyper refused with this status.
pub(super) fn no_request(status: u16) -> Error {
    let fault = match status {
        414 => "the URL is too long".to_owned(),
        431 => format!(
            "the request's head is larger than {} KiB, or has more headers than a request needs",
            HEAD_MAX / 1024
        ),
        _ => "the request is not valid HTTP/1.1".to_owned(),
    };
    Error::field("", fault)
}

/// The complete response, head included, to a request that hyper refused with this status.
pub(super) fn refusal(status: u16) -> Vec<u8> {
    let object = no_request(status).to_object();
    let status = StatusCode::from_u16(object.code.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let json = serde_json::to_vec(&ErrorBody { error: object }).unwrap_or_default();
    let mut answer = format!(
        "HTTP/1.1 {status}\r\n{}: {}\r\ncontent-type: application/json\r\n\
         cache-control: no-store\r\nx-content-type-options: nosniff\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        REQUEST_ID,
        ulid::Ulid::generate(),
        json.len(),
    )
    .into_bytes();
    answer.extend_from_slice(&json);
    answer
}

fn error_body(status: StatusCode, error: ErrorObject) -> Response {
    // Strings and maps with string keys always serialize.
    let json = serde_json::to_vec(&ErrorBody { error }).unwrap_or_default();
    body(status, json.into())
}

/// The header that names a request in the log.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
