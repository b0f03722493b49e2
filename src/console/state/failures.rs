//! Failures that the screen has shown.

use crate::api::EpochMillis;

/// Something that failed and was shown.
#[derive(Debug, Clone, PartialEq)]
pub struct FailureRecord {
    /// When it last failed so.
    pub at: EpochMillis,
    /// How often in a row.
    pub times: usize,
    /// What was tried, with the group or the session.
    pub action: String,
    /// The sentence and the gateway's details.
    pub text: String,
}
