//! `A`: what can be done with the marked groups.

use super::cursor::scroll_step;
use super::follow_up::FollowUp;
use super::{batch, batch_before, link_list, marks};
use crate::console::keymap::Action;
use crate::console::layout::{batch_items, batch_menu_rows};
use crate::console::state::{BatchEntry, BatchKind, BatchMenu, ButtonId, Layer, ListForm, State};
use crossterm::event::{KeyCode, KeyEvent};

/// Whether an action is about the marked groups now, instead of the card's.
pub(super) fn takes(state: &State, action: Action) -> bool {
    matches!(action, Action::CopyLink | Action::ResetLink)
        && state.layers.is_empty()
        && state.groups.marks.len() > 0
}

/// Does the action with the marked groups.
pub(super) fn instead(state: &mut State, action: Action) {
    match action {
        Action::CopyLink => copy(state, ListForm::Lines),
        Action::ResetLink => batch_before::open(state, BatchKind::Reset),
        _ => {}
    }
}

/// Shows the batch that runs, or asks about one that was not finished; otherwise opens the menu.
pub(super) fn open(state: &mut State) {
    if state.batch.is_some() {
        batch::show(state);
    } else if !state.unfinished.is_empty() {
        batch::offer(state);
    } else {
        open_menu(state);
    }
}

pub(super) fn open_menu(state: &mut State) {
    state.layers.push(Layer::BatchMenu(BatchMenu::default()));
    let first = batch_items(state)
        .iter()
        .position(|item| item.why_not.is_none());
    if let Some(menu) = top(state) {
        menu.cursor = first.unwrap_or(0);
    }
}

fn top(state: &mut State) -> Option<&mut BatchMenu> {
    match state.layers.last_mut() {
        Some(Layer::BatchMenu(menu)) => Some(menu),
        _ => None,
    }
}

pub(super) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    match (event.code, action) {
        (KeyCode::Esc, _) | (_, Some(Action::Back | Action::BatchMenu)) => {
            press(state, ButtonId::Close);
        }
        (KeyCode::Enter | KeyCode::Char(' '), _) => press(state, ButtonId::Confirm),
        (KeyCode::Tab, _) => step(state, 1),
        (KeyCode::BackTab, _) => step(state, -1),
        (_, Some(action @ (Action::Help | Action::Quit | Action::ErrorDetails))) => {
            return FollowUp::Perform(action);
        }
        _ => {
            let Some(step) = scroll_step(action) else {
                return FollowUp::UnknownKey;
            };
            let (rows, page) = (batch_items(state).len(), batch_menu_rows(state));
            if let Some(menu) = top(state) {
                menu.cursor = step.apply(menu.cursor, rows, page);
            }
        }
    }
    FollowUp::Nothing
}

fn step(state: &mut State, by: isize) {
    let rows = batch_items(state).len().max(1);
    if let Some(menu) = top(state) {
        menu.cursor = (menu.cursor + rows).saturating_add_signed(by) % rows;
    }
}

/// The wheel.
pub(super) fn wheel(state: &mut State, by: isize) {
    let last = batch_items(state).len().saturating_sub(1);
    if let Some(menu) = top(state) {
        menu.cursor = menu.cursor.saturating_add_signed(by.signum()).min(last);
    }
}

/// A click on a row: selects it, or does it if it is selected already.
pub(super) fn click(state: &mut State, row: usize) {
    match top(state) {
        Some(menu) if menu.cursor == row => press(state, ButtonId::Confirm),
        Some(menu) => menu.cursor = row,
        None => {}
    }
}

pub(super) fn press(state: &mut State, button: ButtonId) {
    match button {
        ButtonId::Confirm => choose(state),
        ButtonId::Close => {
            state.layers.pop();
        }
        _ => {}
    }
}

/// Does the selected entry, or reports why it cannot be done.
fn choose(state: &mut State) {
    let Some(cursor) = top(state).map(|menu| menu.cursor) else {
        return;
    };
    let Some(item) = batch_items(state).into_iter().nth(cursor) else {
        return;
    };
    if let Some(reason) = item.why_not {
        state.note(format!("Not now: {reason}."));
        return;
    }
    state.layers.pop();
    match item.entry {
        BatchEntry::Progress => batch::show(state),
        BatchEntry::Resume => batch::offer(state),
        BatchEntry::Change(kind) => batch_before::open(state, kind),
        BatchEntry::MarkShown => marks::mark_shown(state),
        BatchEntry::InvertShown => marks::invert_shown(state),
        BatchEntry::ClearMarks => {
            marks::clear(state);
        }
        BatchEntry::CopyLines => copy(state, ListForm::Lines),
        BatchEntry::CopyCsv => copy(state, ListForm::Csv),
        BatchEntry::CopyText(text) => copy(state, ListForm::Text(text)),
    }
}

fn copy(state: &mut State, form: ListForm) {
    let groups = state.marked_once();
    link_list::start(state, groups, form);
}
