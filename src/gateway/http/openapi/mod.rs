//! The document of the API (OpenAPI 3.1), and the page that shows it.
//!
//! Nothing in it is written twice: schemas come from the types that serve the requests, capabilities
//! from the route table, error examples from the errors themselves, and what an operation can answer
//! from its path, its body and how far it goes. `operations/` adds what no code can know: the words.

mod document;
mod examples;
mod operation;
mod operations;
mod page;
mod refusals;
mod schemas;
#[cfg(test)]
mod tests;

use super::extract::Visit;
use super::respond::{self, Reply};
use axum::body::Bytes;
use axum::http::{HeaderValue, header};
use serde_json::Value;
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Value> = LazyLock::new(document::document);
static JSON: LazyLock<Bytes> = LazyLock::new(|| document_text().into());
static PAGE: LazyLock<page::Page> = LazyLock::new(|| page::render(&DOCUMENT));

/// The document as `docs/openapi.json` holds it.
#[must_use]
pub fn document_text() -> String {
    format!("{:#}\n", *DOCUMENT)
}

/// `GET /api/v1/openapi.json`
pub(super) async fn json(_: &mut Visit) -> Reply {
    Ok(respond::ready_json(JSON.clone()))
}

/// `GET /docs`
pub(super) async fn html(_: &mut Visit) -> Reply {
    let mut response = respond::ready_json(PAGE.html.clone());
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    headers.insert(header::CONTENT_SECURITY_POLICY, PAGE.policy.clone());
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    Ok(response)
}
