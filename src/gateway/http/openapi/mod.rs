//! The OpenAPI 3.1 document, and the page that shows it.
//!
//! It is generated: schemas from the wire types, capabilities from the route table, error examples
//! from the errors, and the possible answers of an operation from its path, its body and its reach.
//! `operations/` adds the descriptions.

mod document;
mod examples;
mod operation;
mod operations;
mod page;
mod refusals;
mod schemas;
#[cfg(test)]
mod tests;

use super::route::RouteInfo;
use axum::body::Bytes;

pub(super) use page::Page;

/// The document, and the page that displays it.
pub(super) struct ApiDocument {
    /// As `docs/openapi.json` holds it.
    pub text: String,
    pub json: Bytes,
    pub page: Page,
}

impl ApiDocument {
    /// Describes these routes.
    pub(super) fn new(routes: impl Iterator<Item = RouteInfo>) -> Self {
        let document = document::document(routes);
        let text = format!("{document:#}\n");
        Self {
            json: text.clone().into(),
            page: page::render(&document),
            text,
        }
    }
}
