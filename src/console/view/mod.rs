//! Drawing: reads the state, changes nothing.

use super::state::State;
use ratatui::Frame;

/// Draws the whole screen.
pub fn view(_state: &State, _frame: &mut Frame<'_>) {
    todo!()
}
