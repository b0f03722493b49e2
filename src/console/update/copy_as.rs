//! `Y`: the menu of texts in which the card's link is copied.

use super::cursor::scroll_step;
use super::follow_up::FollowUp;
use super::{card, invite, notebook};
use crate::console::keymap::Action;
use crate::console::layout;
use crate::console::notebook::NotebookChange;
use crate::console::state::{ButtonId, CopyAs, Layer, State};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Opens the menu over the panes or the full-screen code, on the text that was copied last.
pub(super) fn open(state: &mut State) {
    if !matches!(state.layers.last(), None | Some(Layer::Qr)) {
        return;
    }
    let Some(key) = card::with_code(state, "No link") else {
        return;
    };
    let last = state.groups.notebook.copy_as.as_deref();
    let cursor = state
        .options
        .copy
        .iter()
        .position(|text| Some(text.name.as_str()) == last);
    state.layers.push(Layer::CopyAs(CopyAs {
        key,
        cursor: cursor.unwrap_or(0),
    }));
    invite::ask_unless_shown(state);
}

fn menu(state: &mut State) -> Option<&mut CopyAs> {
    match state.layers.last_mut() {
        Some(Layer::CopyAs(menu)) => Some(menu),
        _ => None,
    }
}

pub(super) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    let plain = !(event.modifiers).intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    match (event.code, action) {
        (KeyCode::Esc, _) => press(state, ButtonId::Cancel),
        (KeyCode::Enter | KeyCode::Char(' '), _) => press(state, ButtonId::Copy),
        (KeyCode::Char(letter), _) if plain && choose(state, letter) => {}
        (KeyCode::Tab, _) => step(state, 1),
        (KeyCode::BackTab, _) => step(state, -1),
        (_, Some(Action::Back)) => press(state, ButtonId::Cancel),
        (_, Some(action @ (Action::Help | Action::Quit | Action::ErrorDetails))) => {
            return FollowUp::Perform(action);
        }
        _ => match scroll_step(action) {
            Some(step) => {
                let rows = state.options.copy.len();
                let page = layout::copy_as_rows(state);
                if let Some(menu) = menu(state) {
                    menu.cursor = step.apply(menu.cursor, rows, page);
                }
            }
            None => return FollowUp::UnknownKey,
        },
    }
    FollowUp::Nothing
}

/// A digit copies that row, a letter the only row that begins with it; of several ones it selects the next.
/// `false` when no row begins with it.
fn choose(state: &mut State, letter: char) -> bool {
    let rows = state.options.copy.len();
    let Some(cursor) = menu(state).map(|menu| menu.cursor) else {
        return false;
    };
    if let Some(digit) = letter.to_digit(10) {
        let row = (digit as usize).checked_sub(1).filter(|row| *row < rows);
        if let Some(row) = row {
            copy(state, row);
        }
        return row.is_some();
    }
    let begins = |row: &usize| {
        let first = state.options.copy[*row].name.chars().next();
        first.is_some_and(|first| first.to_lowercase().eq(letter.to_lowercase()))
    };
    // From the row after the cursor on, going round.
    let mut found = (1..=rows).map(|step| (cursor + step) % rows).filter(begins);
    match (found.next(), found.next()) {
        (Some(row), None) => copy(state, row),
        (Some(row), Some(_)) => {
            if let Some(menu) = menu(state) {
                menu.cursor = row;
            }
        }
        (None, _) => return false,
    }
    true
}

fn step(state: &mut State, by: isize) {
    let rows = state.options.copy.len().max(1);
    if let Some(menu) = menu(state) {
        menu.cursor = (menu.cursor + rows).saturating_add_signed(by) % rows;
    }
}

/// The wheel.
pub(super) fn wheel(state: &mut State, by: isize) {
    let last = state.options.copy.len().saturating_sub(1);
    if let Some(menu) = menu(state) {
        menu.cursor = menu.cursor.saturating_add_signed(by.signum()).min(last);
    }
}

/// A click on a row: selects it, or copies it if it is selected already.
pub(super) fn click(state: &mut State, row: usize) {
    match menu(state) {
        Some(menu) if menu.cursor == row => copy(state, row),
        Some(menu) => menu.cursor = row,
        None => {}
    }
}

pub(super) fn press(state: &mut State, button: ButtonId) {
    let Some(row) = menu(state).map(|menu| menu.cursor) else {
        return;
    };
    match button {
        ButtonId::Copy => copy(state, row),
        ButtonId::Cancel => {
            state.layers.pop();
        }
        _ => {}
    }
}

fn copy(state: &mut State, row: usize) {
    state.layers.pop();
    let name = state.options.copy.get(row).map(|text| text.name.clone());
    if let Some(name) = name.filter(|name| state.groups.notebook.copy_as.as_ref() != Some(name)) {
        notebook::change(state, NotebookChange::CopyAs(name));
    }
    card::copy(state, row);
}
