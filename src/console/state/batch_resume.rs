//! The dialog about a batch that was not finished: the first one of the state's list.

use super::button::ButtonId;

#[derive(Debug)]
pub struct BatchResume {
    /// First visible row.
    pub scroll: usize,
    pub focus: ButtonId,
}

impl Default for BatchResume {
    fn default() -> Self {
        Self {
            scroll: 0,
            focus: ButtonId::Cancel,
        }
    }
}
