//! The settings form: typing, moving between fields, leaving.

use super::super::cursor::{button_move, next_button};
use super::super::follow_up::FollowUp;
use super::super::text_input;
use super::fields::faults;
use super::save::save;
use crate::api::{Capability, SessionRole, SettingField, SettingsPatch};
use crate::console::ids::GroupKey;
use crate::console::keymap::Action;
use crate::console::layout::{FORM_BUTTONS, FORM_LEAVE_BUTTONS};
use crate::console::state::{ButtonId, EditForm, FormFocus, FormPhase, Layer, State};
use crate::text::{clean_typed_block, clean_typed_line};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Where Tab goes, in order.
fn stops(form: &EditForm) -> Vec<FormFocus> {
    let fields = form.fields().into_iter().map(FormFocus::Field);
    fields.chain(FORM_BUTTONS.map(FormFocus::Button)).collect()
}

/// Maximum bytes of a paste: far above what fits, and drawn without delay.
const PASTE_MAX: usize = 64_000;

/// `e`: opens the form of the selected group, or the one that was left while its save ran.
pub(crate) fn open(state: &mut State) {
    if state.refuses(Capability::Send) {
        return;
    }
    let Some(key) = state.groups.selected().map(|entry| entry.key.clone()) else {
        state.note("Select a group first.");
        return;
    };
    open_with(state, &key, &SettingsPatch::default());
}

/// Opens the form of a group with these values in their fields, as if they were typed.
pub(crate) fn open_with(state: &mut State, key: &GroupKey, values: &SettingsPatch) {
    let Some(entry) = state.groups.get(key) else {
        return;
    };
    let left = state.requests.background_forms.remove(&entry.key);
    let mut form = left.unwrap_or_else(|| {
        let restricted = entry.group.restricted.clone().unwrap_or_default();
        Box::new(EditForm::new(
            entry.key.clone(),
            entry.settings(),
            restricted,
        ))
    });
    form.fill(values);
    form.faults = faults(&form);
    // Not refused: the stored role may be stale, and the gateway decides.
    let warning = match (&entry.group.my_role, entry.group.is_locked) {
        (Some(SessionRole::None), _) => {
            Some("This account is not in the group: changes will be refused.")
        }
        (Some(SessionRole::Member), Some(true)) => {
            Some("Not an admin, and only admins may edit this group: changes will be refused.")
        }
        (Some(SessionRole::Member), _) => {
            Some("Not an admin: the switches will be refused, the texts may pass.")
        }
        _ => None,
    };
    if let Some(warning) = warning {
        state.note(warning);
    }
    state.layers.push(Layer::Form(form));
}

fn top(state: &mut State) -> Option<&mut EditForm> {
    match state.layers.last_mut() {
        Some(Layer::Form(form)) => Some(form),
        _ => None,
    }
}

pub(crate) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    let is_sent =
        |form: &mut EditForm| matches!(form.phase, FormPhase::Saving(_) | FormPhase::Checking);
    if top(state).is_some_and(is_sent) && matches!(event.code, KeyCode::Char(_)) {
        text_input::typed_while_saving(state);
    }
    let Some(form) = top(state) else {
        return FollowUp::Nothing;
    };
    match form.phase {
        FormPhase::Saving(_) => {
            if event.code == KeyCode::Esc {
                leave(state);
            } else {
                state.note("Saving. Esc leaves; the save goes on.");
            }
        }
        FormPhase::Checking => {
            if event.code == KeyCode::Esc {
                leave(state);
            }
        }
        FormPhase::AskLeave => leave_key(state, event),
        FormPhase::Editing | FormPhase::Failed(_) => return edit_key(state, event, action),
    }
    FollowUp::Nothing
}

fn edit_key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    let Some(form) = top(state) else {
        return FollowUp::Nothing;
    };
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    match event.code {
        KeyCode::Esc => {
            leave(state);
            return FollowUp::Nothing;
        }
        KeyCode::Char('s') if control => {
            save(state);
            return FollowUp::Nothing;
        }
        KeyCode::BackTab | KeyCode::Tab => {
            let shifted = event.modifiers.contains(KeyModifiers::SHIFT);
            let back = event.code == KeyCode::BackTab || shifted;
            form.focus = neighbour(form, back);
            return FollowUp::Nothing;
        }
        _ => {}
    }
    match form.focus {
        FormFocus::Field(SettingField::Subject) => subject_key(form, event),
        FormFocus::Field(SettingField::Description) => description_key(form, event),
        FormFocus::Field(field) => {
            if let Some(why) = switch_key(form, field, event) {
                state.note(why);
                return FollowUp::Nothing;
            }
        }
        FormFocus::Button(button) => match event.code {
            KeyCode::Enter | KeyCode::Char(' ') => {
                press(state, button);
                return FollowUp::Nothing;
            }
            _ => {
                if let Some(back) = button_move(event) {
                    form.focus = neighbour(form, back);
                }
            }
        },
    }
    match (top(state).map(|form| form.focus), action) {
        // Outside of text fields the keys of the table apply.
        (Some(FormFocus::Button(_)), Some(action @ (Action::ErrorDetails | Action::Help))) => {
            return FollowUp::Perform(action);
        }
        _ => check(state),
    }
    FollowUp::Nothing
}

fn subject_key(form: &mut EditForm, event: &KeyEvent) {
    match event.code {
        KeyCode::Enter | KeyCode::Down => form.focus = neighbour(form, false),
        KeyCode::Up => {}
        _ => text_input::in_line(&mut form.subject, event),
    }
}

fn description_key(form: &mut EditForm, event: &KeyEvent) {
    let row = form.description.cursor().0;
    match event.code {
        KeyCode::Up if row == 0 => form.focus = neighbour(form, true),
        KeyCode::Down if row + 1 >= form.description.lines().len() => {
            form.focus = neighbour(form, false);
        }
        _ => text_input::in_lines(&mut form.description, event),
    }
}

/// Returns why the switch stays as it is.
fn switch_key(form: &mut EditForm, field: SettingField, event: &KeyEvent) -> Option<String> {
    match event.code {
        KeyCode::Char(' ') | KeyCode::Enter => return toggle(form, field),
        KeyCode::Up => form.focus = neighbour(form, true),
        KeyCode::Down => form.focus = neighbour(form, false),
        _ => {}
    }
    None
}

/// Sets a switch to its next value, or returns why WhatsApp would refuse that.
fn toggle(form: &mut EditForm, field: SettingField) -> Option<String> {
    if let Some(why) = form.restriction(field) {
        return Some(format!(
            "Not possible here: {}.",
            clean_typed_line(why).trim_end_matches('.')
        ));
    }
    form.switches.advance(field);
    None
}

fn neighbour(form: &EditForm, back: bool) -> FormFocus {
    let stops = stops(form);
    let here = stops.iter().position(|stop| *stop == form.focus);
    let by = if back { stops.len() - 1 } else { 1 };
    stops[(here.unwrap_or(0) + by) % stops.len()]
}

pub(crate) fn paste(state: &mut State, text: &str) {
    let Some(form) = top(state) else {
        return;
    };
    if !matches!(form.phase, FormPhase::Editing | FormPhase::Failed(_)) {
        return;
    }
    match form.focus {
        FormFocus::Field(SettingField::Subject | SettingField::Description)
            if text.len() > PASTE_MAX =>
        {
            state.bad(format!(
                "Not pasted: more than {} kB at once. What was typed is as it was.",
                PASTE_MAX / 1_000
            ));
            return;
        }
        FormFocus::Field(SettingField::Subject) => {
            form.subject.insert_str(clean_typed_line(text));
        }
        FormFocus::Field(SettingField::Description) => {
            form.description.insert_str(clean_typed_block(text));
        }
        _ => {}
    }
    check(state);
}

/// A click on a field or on one of its buttons.
pub(crate) fn click(state: &mut State, focus: FormFocus) {
    let Some(form) = top(state) else {
        return;
    };
    match focus {
        FormFocus::Button(button) => press(state, button),
        FormFocus::Field(field) => {
            if matches!(form.phase, FormPhase::Editing | FormPhase::Failed(_)) {
                form.focus = focus;
                match toggle(form, field) {
                    Some(why) => state.note(why),
                    None => check(state),
                }
            }
        }
    }
}

fn check(state: &mut State) {
    if let Some(form) = top(state) {
        form.faults = faults(form);
    }
}

/// Leaves the form; asks when that would lose something.
fn leave(state: &mut State) {
    let Some(form) = top(state) else {
        return;
    };
    if matches!(form.phase, FormPhase::Saving(_) | FormPhase::Checking) {
        if let Some(Layer::Form(form)) = state.layers.pop() {
            state
                .requests
                .background_forms
                .insert(form.key.clone(), form);
        }
        state.note("The save goes on; its outcome is told.");
    } else if form.changes().is_empty() {
        state.layers.pop();
    } else {
        ask_leave(state);
    }
}

pub(crate) fn ask_leave(state: &mut State) {
    if let Some(form) = top(state) {
        form.phase = FormPhase::AskLeave;
        form.focus = FormFocus::Button(ButtonId::KeepEditing);
    }
}

fn leave_key(state: &mut State, event: &KeyEvent) {
    let Some(form) = top(state) else {
        return;
    };
    let FormFocus::Button(focus) = form.focus else {
        return;
    };
    if let Some(back) = button_move(event) {
        form.focus = FormFocus::Button(next_button(&FORM_LEAVE_BUTTONS, focus, back));
        return;
    }
    match event.code {
        KeyCode::Esc => press(state, ButtonId::KeepEditing),
        KeyCode::Enter | KeyCode::Char(' ') => press(state, focus),
        _ => {}
    }
}

pub(crate) fn press(state: &mut State, button: ButtonId) {
    let Some(form) = top(state) else {
        return;
    };
    let asks = form.phase == FormPhase::AskLeave;
    match button {
        ButtonId::KeepEditing if asks => {
            form.phase = FormPhase::Editing;
            form.focus = FormFocus::Field(SettingField::Subject);
        }
        ButtonId::Discard if asks => {
            state.layers.pop();
        }
        ButtonId::Save if !asks => save(state),
        ButtonId::Cancel | ButtonId::Close if !asks => leave(state),
        _ => {}
    }
}
