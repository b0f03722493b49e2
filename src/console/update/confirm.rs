//! Questions before actions that cannot be undone or affect other users.

use super::cursor::{button_move, next_button};
use super::follow_up::FollowUp;
use crate::console::keymap::{Action, Key};
use crate::console::layout::CONFIRM_BUTTONS;
use crate::console::state::{ButtonId, ConfirmDialog, Layer, Question, State};
use crossterm::event::{KeyCode, KeyEvent};

/// Asks, with the safe answer focused.
pub(super) fn ask(state: &mut State, question: Question) {
    let held = state.requests.last_key;
    state.layers.push(Layer::Confirm(ConfirmDialog {
        question,
        focus: ButtonId::Cancel,
        held,
    }));
}

pub(super) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    let Some(Layer::Confirm(dialog)) = state.layers.last_mut() else {
        return FollowUp::Nothing;
    };
    if dialog.held == Some(Key::of(event)) {
        return FollowUp::Nothing;
    }
    dialog.held = None;
    if let Some(back) = button_move(event) {
        dialog.focus = next_button(&CONFIRM_BUTTONS, dialog.focus, back);
        return FollowUp::Nothing;
    }
    let focus = dialog.focus;
    match (event.code, action) {
        (KeyCode::Esc | KeyCode::Char('n'), _) | (_, Some(Action::Back)) => {
            press(state, ButtonId::Cancel)
        }
        (KeyCode::Enter | KeyCode::Char(' '), _) => press(state, focus),
        (_, Some(Action::Help)) => FollowUp::Perform(Action::Help),
        _ => FollowUp::UnknownKey,
    }
}

pub(super) fn press(state: &mut State, button: ButtonId) -> FollowUp {
    if !CONFIRM_BUTTONS.contains(&button) {
        return FollowUp::Nothing;
    }
    match state.layers.pop() {
        Some(Layer::Confirm(dialog)) if button == ButtonId::Confirm => {
            FollowUp::Confirmed(dialog.question)
        }
        _ => FollowUp::Nothing,
    }
}
