//! "Rename the account".

use super::cursor::{button_move, next_button};
use super::follow_up::FollowUp;
use super::{sessions, text_input};
use crate::api::{Capability, Session};
use crate::console::effect::Call;
use crate::console::failure::CallFailure;
use crate::console::ids::RequestId;
use crate::console::keymap::Action;
use crate::console::layout::rename_buttons;
use crate::console::state::{ButtonId, FieldOrButton, Layer, RenameDialog, RenamePhase, State};
use crossterm::event::{KeyCode, KeyEvent};

/// `n`: asks for another name of the selected account.
pub(super) fn open(state: &mut State) {
    if state.refuses(Capability::Manage) {
        return;
    }
    let Some(session) = state.sessions.selected() else {
        state.note("Select one session first: this row stands for all of them.");
        return;
    };
    let id = session.id.clone();
    let before = state.account_label(&id).unwrap_or_default();
    let dialog = RenameDialog::new(id, before);
    state.layers.push(Layer::Rename(Box::new(dialog)));
}

fn top(state: &mut State) -> Option<&mut RenameDialog> {
    match state.layers.last_mut() {
        Some(Layer::Rename(dialog)) => Some(dialog),
        _ => None,
    }
}

pub(super) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    let Some(dialog) = top(state) else {
        return FollowUp::Nothing;
    };
    if event.code == KeyCode::Esc {
        leave(state);
        return FollowUp::Nothing;
    }
    if dialog.takes_text() {
        match event.code {
            KeyCode::Enter => save(state),
            KeyCode::Tab | KeyCode::Down => move_focus(dialog, false),
            KeyCode::BackTab | KeyCode::Up => move_focus(dialog, true),
            _ => text_input::in_line(&mut dialog.name, event),
        }
        return FollowUp::Nothing;
    }
    if let Some(back) = button_move(event) {
        move_focus(dialog, back);
        return FollowUp::Nothing;
    }
    match (event.code, action) {
        (KeyCode::Enter | KeyCode::Char(' '), _) => {
            if let FieldOrButton::Button(button) = dialog.focus {
                press(state, button);
            }
        }
        (_, Some(action @ (Action::Help | Action::ErrorDetails))) => {
            return FollowUp::Perform(action);
        }
        (_, Some(Action::Back)) => leave(state),
        _ => return FollowUp::UnknownKey,
    }
    FollowUp::Nothing
}

fn move_focus(dialog: &mut RenameDialog, back: bool) {
    let buttons = rename_buttons(dialog).into_iter();
    let buttons = buttons
        .filter(|button| button.enabled)
        .map(|button| FieldOrButton::Button(button.id));
    let field = dialog.is_editing().then_some(FieldOrButton::Field);
    let stops: Vec<_> = field.into_iter().chain(buttons).collect();
    dialog.focus = next_button(&stops, dialog.focus, back);
}

pub(super) fn paste(state: &mut State, text: &str) {
    if let Some(dialog) = top(state).filter(|dialog| dialog.takes_text()) {
        dialog.name.insert_str(crate::text::clean_typed_line(text));
    }
}

pub(super) fn press(state: &mut State, button: ButtonId) {
    match button {
        ButtonId::Save => save(state),
        ButtonId::Cancel | ButtonId::Close => leave(state),
        _ => {}
    }
}

fn save(state: &mut State) {
    let Some(dialog) = top(state) else {
        return;
    };
    if !dialog.is_editing() || dialog.fault().is_some() {
        return;
    }
    if !dialog.is_changed() {
        state.layers.pop();
        return;
    }
    let label = crate::text::clean_line(&dialog.typed()).into_owned();
    let session = dialog.session.clone();
    match state
        .requests
        .change(Call::RenameSession { session, label })
    {
        Some(id) => {
            if let Some(dialog) = top(state) {
                dialog.phase = RenamePhase::Saving(id);
                dialog.focus = FieldOrButton::Button(ButtonId::Close);
            }
        }
        None => state.note("An earlier name is still being saved."),
    }
}

fn leave(state: &mut State) {
    let saving = top(state).is_some_and(|dialog| matches!(dialog.phase, RenamePhase::Saving(_)));
    state.layers.pop();
    if saving {
        state.note("The name is still being saved; the outcome is told.");
    }
}

/// The new name was answered.
pub(super) fn answered(
    state: &mut State,
    id: RequestId,
    session: &str,
    label: &str,
    answer: Result<Session, CallFailure>,
) {
    let before = state.session_name(session);
    let is_waiting = |layer: &Layer| match layer {
        Layer::Rename(dialog) => dialog.phase == RenamePhase::Saving(id),
        _ => false,
    };
    let waiting = state.layers.iter().position(is_waiting);
    match answer {
        Ok(_) => {
            if let Some(at) = waiting {
                state.layers.remove(at);
            }
            let row = state.sessions.rows.iter_mut().find(|row| row.id == session);
            if let Some(row) = row {
                row.label = (!label.is_empty()).then(|| label.to_owned());
            }
            let name = state.session_name(session);
            state.good(format!("{before} is called {name} now"));
        }
        Err(failure) => {
            let missing = matches!(failure.status, Some(404 | 405 | 501));
            match waiting.and_then(|at| state.layers.get_mut(at)) {
                Some(Layer::Rename(dialog)) if missing => {
                    dialog.focus = FieldOrButton::Button(ButtonId::Close);
                    dialog.phase = RenamePhase::Impossible;
                }
                Some(Layer::Rename(dialog)) => {
                    dialog.focus = FieldOrButton::Field;
                    dialog.phase = RenamePhase::Failed(failure);
                }
                _ => state.tell(&format!("{before}, renaming"), &failure, None),
            }
        }
    }
    sessions::read_row_again(state, session);
}
