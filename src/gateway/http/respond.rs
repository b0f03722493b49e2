//! Answers: JSON, nothing, and the contract's error body.

use crate::api::{ErrorBody, ErrorCode, ErrorObject, List};
use crate::gateway::Error;
use crate::gateway::error::wait_seconds;
use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;
use serde_json::Map;

/// What a handler comes to.
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
    if let Error::Internal(cause) = error {
        tracing::error!(cause = format!("{cause:#}"), "internal error");
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

/// 405: the one status beside the contract's table, so that `Allow` means what HTTP says it means.
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

fn error_body(status: StatusCode, error: ErrorObject) -> Response {
    // Strings and maps with string keys always serialize.
    let json = serde_json::to_vec(&ErrorBody { error }).unwrap_or_default();
    body(status, json.into())
}

/// The header that names a request in the log.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
