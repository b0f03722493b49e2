//! The searchable help.

#[derive(Debug, Default)]
pub struct HelpOverlay {
    pub search: String,
    pub scroll: usize,
}
