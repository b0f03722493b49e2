//! The list of columns to choose from.

#[derive(Debug, Default)]
pub struct ColumnsDialog {
    /// The selected one, in the order of [`super::GroupColumn::NAMES`].
    pub cursor: usize,
}
