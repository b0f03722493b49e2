//! A page of resources.

use super::lenient;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A page of resources. `next_cursor` is opaque; empty means that there is no further page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", bound(deserialize = "T: Deserialize<'de>"))]
#[schemars(rename = "{T}List")]
pub struct List<T> {
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub data: Vec<T>,
    #[serde(default, deserialize_with = "lenient::id_or_empty")]
    /// The `cursor` of the next page; empty on the last one.
    pub next_cursor: String,
}
