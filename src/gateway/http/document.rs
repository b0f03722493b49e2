//! The OpenAPI document of the routes that are served.

use super::openapi::ApiDocument;
use super::router::routes;
use std::sync::LazyLock;

pub(super) static DOCUMENT: LazyLock<ApiDocument> = LazyLock::new(|| ApiDocument::new(routes()));

/// The document as `docs/openapi.json` holds it.
#[must_use]
pub fn document_text() -> String {
    DOCUMENT.text.clone()
}
