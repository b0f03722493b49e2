//! The public part of a route.

use crate::api::Capability;

/// The public part of a row: the OpenAPI document, tests and documentation are made from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteInfo {
    pub method: &'static str,
    /// With `{parameter}` for what is filled in, from the root: `/api/v1/sessions/{session}:start`.
    pub path: &'static str,
    /// The required capability; `None` without authentication.
    pub capability: Option<Capability>,
}
