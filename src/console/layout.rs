//! Where things stand: a pure function of the state, shared by drawing and mouse input.

use super::keymap::Action;
use super::state::{ButtonId, FormFocus, Pane, State};

/// What is under the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A row of the sessions, counted from "All sessions" = 0.
    SessionRow(usize),
    /// A row of the groups, counted from the first one, not from the first visible one.
    GroupRow(usize),
    /// Somewhere else in a pane.
    Pane(Pane),
    /// The filter line.
    Filter,
    /// A word of the footer.
    Hint(Action),
    /// The link or its code on the card.
    Link,
    /// A button of the top layer.
    Button(ButtonId),
    /// A field of the edit form.
    Field(FormFocus),
    /// Inside the top layer, on nothing in particular.
    Layer,
    Nothing,
}

/// What is at a cell of the screen.
#[must_use]
pub fn hit(_state: &State, _column: u16, _row: u16) -> Target {
    Target::Nothing
}

/// How many rows of groups fit: a page.
#[must_use]
pub fn group_rows(_state: &State) -> usize {
    1
}

/// How many rows of sessions fit.
#[must_use]
pub fn session_rows(_state: &State) -> usize {
    1
}

/// Whether the card is in sight, so that a rest of the cursor may fetch the link.
#[must_use]
pub fn card_in_sight(_state: &State) -> bool {
    false
}
