//! The public part of a route.

use crate::api::Capability;

/// A row of the table as everybody may know it: what the API's description, its tests and its
/// documentation are made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteInfo {
    pub method: &'static str,
    /// With `{parameter}` for what is filled in, from the root: `/api/v1/sessions/{session}:start`.
    pub path: &'static str,
    /// What the caller must have; `None` where no credentials are asked for.
    pub capability: Option<Capability>,
}
