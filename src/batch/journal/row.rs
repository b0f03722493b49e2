//! A row of a batch, with what the journal knows of it.

use crate::batch::change::Step;
use crate::batch::outcome::Outcome;
use crate::batch::plan::Target;
use sha2::{Digest as _, Sha256};

/// A row with what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalRow {
    pub target: Target,
    /// Nothing is sent for a row that the plan skipped.
    pub(in crate::batch) step: Option<Step>,
    /// SHA-256 of the text that the step replaces.
    pub(in crate::batch) old_text: Option<String>,
    /// It was about to be sent, and no outcome was written: look it up, and never send it again.
    pub(in crate::batch) in_doubt: Option<InDoubt>,
    pub outcome: Option<Outcome>,
}

impl JournalRow {
    /// Whether it may have been sent, and its outcome is not known yet.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        self.in_doubt.is_some() && self.outcome.is_none()
    }
}

/// A row that may have been sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::batch) struct InDoubt {
    /// SHA-256 of the invite code before the reset.
    pub(in crate::batch) old_code: Option<String>,
}

/// SHA-256 of a text, in hexadecimal digits.
pub(in crate::batch) fn sha256(text: &str) -> String {
    use std::fmt::Write as _;
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(text) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}
