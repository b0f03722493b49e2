//! The dialog of the batch that runs.

use super::button::ButtonId;

#[derive(Debug)]
pub struct BatchProgress {
    /// First visible row; `None` follows the row under way.
    pub scroll: Option<usize>,
    pub focus: ButtonId,
}

impl Default for BatchProgress {
    fn default() -> Self {
        Self {
            scroll: None,
            focus: ButtonId::Close,
        }
    }
}
