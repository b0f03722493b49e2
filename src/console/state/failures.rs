//! What has failed, as far as the screen has shown it.

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
    /// The sentence and all that the gateway said.
    pub text: String,
}
