//! The searchable help.

#[derive(Debug, Default)]
pub struct HelpDialog {
    pub search: String,
    pub scroll: usize,
}
