//! Which columns the list has.

use super::cursor::scroll_step;
use super::follow_up::FollowUp;
use crate::console::keymap::Action;
use crate::console::state::{ButtonId, ColumnsDialog, GroupColumn, Layer, State};
use crossterm::event::{KeyCode, KeyEvent};

/// `v`: opens the list of columns.
pub(super) fn open(state: &mut State) {
    state.layers.push(Layer::Columns(ColumnsDialog::default()));
}

pub(super) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    let Some(Layer::Columns(dialog)) = state.layers.last_mut() else {
        return FollowUp::Nothing;
    };
    let rows = GroupColumn::NAMES.len();
    match (event.code, action) {
        (KeyCode::Char(' '), _) => {
            let row = dialog.cursor;
            toggle(state, row);
        }
        (KeyCode::Esc | KeyCode::Enter, _) | (_, Some(Action::Back | Action::Columns)) => {
            state.layers.pop();
        }
        (_, Some(action @ (Action::Help | Action::Quit | Action::ErrorDetails))) => {
            return FollowUp::Perform(action);
        }
        _ => match scroll_step(action) {
            Some(step) => dialog.cursor = step.apply(dialog.cursor, rows, rows),
            None => return FollowUp::UnknownKey,
        },
    }
    FollowUp::Nothing
}

pub(super) fn press(state: &mut State, button: ButtonId) {
    if button == ButtonId::Close {
        state.layers.pop();
    }
}

/// Shows or hides a column.
pub(super) fn toggle(state: &mut State, row: usize) {
    let Some((column, _)) = GroupColumn::NAMES.get(row).copied() else {
        return;
    };
    if let Some(Layer::Columns(dialog)) = state.layers.last_mut() {
        dialog.cursor = row;
    }
    if !state.groups.hidden_columns.remove(&column) {
        state.groups.hidden_columns.insert(column);
    }
}
