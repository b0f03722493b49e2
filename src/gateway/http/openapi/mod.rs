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

use super::route::RouteInfo;
use axum::body::Bytes;

pub(super) use page::Page;

/// The document, and the page that shows it.
pub(super) struct ApiDocument {
    /// As `docs/openapi.json` holds it.
    pub text: String,
    pub json: Bytes,
    pub page: Page,
}

impl ApiDocument {
    /// Describes these routes.
    pub fn new(routes: impl Iterator<Item = RouteInfo>) -> Self {
        let document = document::document(routes);
        let text = format!("{document:#}\n");
        Self {
            json: text.clone().into(),
            page: page::render(&document),
            text,
        }
    }
}
