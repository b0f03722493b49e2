//! `/healthz` and `/readyz`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Answer of `GET /healthz` (`ok`) and `GET /readyz` (`ready`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Health {
    pub status: String,
}
