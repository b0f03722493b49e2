//! What is wrong with one field of a request.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One member of a `validation_error`'s `details.errors`. An empty field name means the body as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldError {
    pub field: String,
    pub message: String,
}
