//! "Note".

use super::cursor::next_button;
use super::follow_up::FollowUp;
use super::{notebook, text_input};
use crate::console::keymap::Action;
use crate::console::layout::note_buttons;
use crate::console::notebook::NotebookChange;
use crate::console::state::{ButtonId, Layer, NoteDialog, NoteFocus, State};
use crossterm::event::{KeyCode, KeyEvent};

/// `n` on a group: opens its note.
pub(super) fn open(state: &mut State) {
    let Some(entry) = state.groups.selected() else {
        state.note("Select a group first.");
        return;
    };
    let (jid, name) = (entry.key.jid.clone(), entry.name.clone());
    let before = state.groups.notebook.note(&jid).cloned();
    let dialog = NoteDialog::new(jid, name, before.unwrap_or_default());
    state.layers.push(Layer::Note(Box::new(dialog)));
}

fn top(state: &mut State) -> Option<&mut NoteDialog> {
    match state.layers.last_mut() {
        Some(Layer::Note(dialog)) => Some(dialog),
        _ => None,
    }
}

pub(super) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    let Some(dialog) = top(state) else {
        return FollowUp::Nothing;
    };
    match event.code {
        KeyCode::Esc => {
            state.layers.pop();
            return FollowUp::Nothing;
        }
        KeyCode::Tab | KeyCode::Down => {
            move_focus(dialog, false);
            return FollowUp::Nothing;
        }
        KeyCode::BackTab | KeyCode::Up => {
            move_focus(dialog, true);
            return FollowUp::Nothing;
        }
        _ => {}
    }
    if let Some(field) = dialog.field() {
        if event.code == KeyCode::Enter {
            save(state);
        } else {
            text_input::in_line(field, event);
        }
        return FollowUp::Nothing;
    }
    match (event.code, action) {
        (KeyCode::Enter | KeyCode::Char(' '), _) => {
            if let NoteFocus::Button(button) = dialog.focus {
                press(state, button);
            }
        }
        (KeyCode::Right, _) => move_focus(dialog, false),
        (KeyCode::Left, _) => move_focus(dialog, true),
        (_, Some(action @ (Action::Help | Action::ErrorDetails))) => {
            return FollowUp::Perform(action);
        }
        (_, Some(Action::Back)) => {
            state.layers.pop();
        }
        _ => return FollowUp::UnknownKey,
    }
    FollowUp::Nothing
}

fn move_focus(dialog: &mut NoteDialog, back: bool) {
    let buttons = note_buttons(dialog).into_iter();
    let buttons = buttons
        .filter(|button| button.enabled)
        .map(|button| NoteFocus::Button(button.id));
    let stops: Vec<_> = [NoteFocus::Note, NoteFocus::Tags]
        .into_iter()
        .chain(buttons)
        .collect();
    dialog.focus = next_button(&stops, dialog.focus, back);
}

pub(super) fn paste(state: &mut State, text: &str) {
    if let Some(field) = top(state).and_then(NoteDialog::field) {
        field.insert_str(crate::text::clean_typed_line(text));
    }
}

pub(super) fn click(state: &mut State, focus: NoteFocus) {
    if let Some(dialog) = top(state) {
        dialog.focus = focus;
    }
}

pub(super) fn press(state: &mut State, button: ButtonId) {
    match button {
        ButtonId::Save => save(state),
        ButtonId::Cancel => {
            state.layers.pop();
        }
        _ => {}
    }
}

fn save(state: &mut State) {
    let Some(dialog) = top(state) else {
        return;
    };
    let note = dialog.typed();
    if note.fault().is_some() {
        return;
    }
    let (group, changed) = (dialog.group.clone(), dialog.is_changed());
    state.layers.pop();
    if changed {
        notebook::change(state, NotebookChange::Note { group, note });
    }
}
