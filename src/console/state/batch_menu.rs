//! What can be done with the marked groups.

use super::batch_before::BatchKind;

/// The menu.
#[derive(Debug, Default)]
pub struct BatchMenu {
    pub cursor: usize,
}

/// An entry of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BatchEntry {
    /// Show the batch that runs.
    Progress,
    /// Ask about a batch that was not finished.
    Resume,
    MarkShown,
    InvertShown,
    ClearMarks,
    CopyLines,
    CopyCsv,
    /// In a text of [`super::Options::copy`].
    CopyText(usize),
    /// Change every marked group.
    Change(BatchKind),
}
