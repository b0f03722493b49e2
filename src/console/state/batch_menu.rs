//! What can be done with the marked groups.

/// The menu.
#[derive(Debug, Default)]
pub struct BatchMenu {
    pub cursor: usize,
}

/// An entry of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BatchEntry {
    MarkShown,
    InvertShown,
    ClearMarks,
    CopyLines,
    CopyCsv,
    /// In a text of [`super::Options::copy`].
    CopyText(usize),
}
