//! Questions about what cannot be undone, or what others feel.

use super::super::effect::Call;
use super::super::keymap::{Action, Key};
use super::super::state::{ButtonId, ConfirmDialog, Layer, Question, State};
use super::keys::{button_move, next_button};
use crossterm::event::{KeyCode, KeyEvent};

const BUTTONS: [ButtonId; 2] = [ButtonId::Cancel, ButtonId::Confirm];

/// Asks, with the careful way out in focus.
pub(super) fn ask(state: &mut State, question: Question) {
    let held = state.runs.last_key;
    state.layers.push(Layer::Confirm(ConfirmDialog {
        question,
        focus: ButtonId::Cancel,
        held,
    }));
}

pub(super) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) {
    let Some(Layer::Confirm(dialog)) = state.layers.last_mut() else {
        return;
    };
    if dialog.held == Some(Key::of(event)) {
        return;
    }
    dialog.held = None;
    if let Some(back) = button_move(event) {
        dialog.focus = next_button(&BUTTONS, dialog.focus, back);
        return;
    }
    let focus = dialog.focus;
    match (event.code, action) {
        (KeyCode::Esc | KeyCode::Char('n'), _) | (_, Some(Action::Back)) => {
            press(state, ButtonId::Cancel);
        }
        (KeyCode::Enter | KeyCode::Char(' '), _) => press(state, focus),
        (_, Some(Action::Help)) => super::help::open(state),
        _ => super::keys::unknown(state, event),
    }
}

pub(super) fn press(state: &mut State, button: ButtonId) {
    if !BUTTONS.contains(&button) {
        return;
    }
    let Some(Layer::Confirm(dialog)) = state.layers.pop() else {
        return;
    };
    if button != ButtonId::Confirm {
        return;
    }
    match dialog.question {
        Question::Act {
            session, action, ..
        } => super::sessions::send(state, session, action),
        Question::Leave { then, .. } => super::leaving::leave(state, then),
        Question::Remove { session, .. } => {
            if state.change(Call::DeleteSession(session)).is_none() {
                state.note("It is being removed already.");
            }
        }
    }
}
