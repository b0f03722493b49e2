//! The settings form: typing, moving between fields, leaving, and what somebody else changes meanwhile.

use super::super::keymap::Action;
use super::super::state::{
    ButtonId, EditForm, FormFocus, FormPhase, GroupKey, Layer, Settings, State,
};
use super::keys::{button_move, next_button};
use super::typing;
use crate::api::{Capability, SessionRole, SettingField, check_description, check_subject};
use crate::text::{clean_typed_block, clean_typed_line};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Where Tab goes, in order.
const STOPS: [FormFocus; 6] = [
    FormFocus::Field(SettingField::Subject),
    FormFocus::Field(SettingField::Description),
    FormFocus::Field(SettingField::Announce),
    FormFocus::Field(SettingField::Locked),
    FormFocus::Button(ButtonId::Save),
    FormFocus::Button(ButtonId::Cancel),
];
/// Bytes that are pasted at once: far above what fits, and drawn without delay.
const PASTE_MAX: usize = 64_000;
const LEAVE_BUTTONS: [ButtonId; 2] = [ButtonId::KeepEditing, ButtonId::Discard];

/// `e`: opens the form of the selected group, or the one that was left while its save ran.
pub(super) fn open(state: &mut State) {
    if state.refuses(Capability::Send) {
        return;
    }
    let Some(entry) = state.groups.selected() else {
        state.note("Select a group first.");
        return;
    };
    let left = state.runs.left_forms.remove(&entry.key);
    let form = left.unwrap_or_else(|| Box::new(EditForm::new(entry.key.clone(), entry.settings())));
    let key = form.key.clone();
    // No reason to refuse: what is stored of the role may be old, and the gateway decides.
    let warning = match (&entry.group.my_role, entry.group.is_locked) {
        (Some(SessionRole::None), _) => {
            Some("This account is not in the group: changes will be refused.")
        }
        (Some(SessionRole::Member), Some(true)) => {
            Some("Not an admin, and only admins may edit this group: changes will be refused.")
        }
        (Some(SessionRole::Member), _) => {
            Some("Not an admin: the two switches will be refused, the texts may pass.")
        }
        _ => None,
    };
    if let Some(warning) = warning {
        state.note(warning);
    }
    state.layers.push(Layer::Edit(form));
    absorb(state, &key);
}

fn top(state: &mut State) -> Option<&mut EditForm> {
    match state.layers.last_mut() {
        Some(Layer::Edit(form)) => Some(form),
        _ => None,
    }
}

pub(super) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) {
    let is_sent =
        |form: &mut EditForm| matches!(form.phase, FormPhase::Saving(_) | FormPhase::Checking);
    if top(state).is_some_and(is_sent) && matches!(event.code, KeyCode::Char(_)) {
        super::burst::typed_in_vain(state);
    }
    let Some(form) = top(state) else {
        return;
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
        FormPhase::Editing | FormPhase::Failed(_) => edit_key(state, event, action),
    }
}

fn edit_key(state: &mut State, event: &KeyEvent, action: Option<Action>) {
    let Some(form) = top(state) else {
        return;
    };
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    match event.code {
        KeyCode::Esc => return leave(state),
        KeyCode::Char('s') if control => return super::form_save::save(state),
        KeyCode::BackTab => return form.focus = neighbour(form.focus, true),
        KeyCode::Tab => {
            let back = event.modifiers.contains(KeyModifiers::SHIFT);
            return form.focus = neighbour(form.focus, back);
        }
        _ => {}
    }
    match form.focus {
        FormFocus::Field(SettingField::Subject) => subject_key(form, event),
        FormFocus::Field(SettingField::Description) => description_key(form, event),
        FormFocus::Field(field) => switch_key(form, field, event),
        FormFocus::Button(button) => match event.code {
            KeyCode::Enter | KeyCode::Char(' ') => return press(state, button),
            _ => {
                if let Some(back) = button_move(event) {
                    form.focus = neighbour(form.focus, back);
                }
            }
        },
    }
    match (top(state).map(|form| form.focus), action) {
        // Where nothing is typed the keys mean what they mean elsewhere.
        (Some(FormFocus::Button(_)), Some(Action::ErrorDetails)) => super::failures::open(state),
        (Some(FormFocus::Button(_)), Some(Action::Help)) => super::help::open(state),
        _ => check(state),
    }
}

fn subject_key(form: &mut EditForm, event: &KeyEvent) {
    match event.code {
        KeyCode::Enter | KeyCode::Down => form.focus = neighbour(form.focus, false),
        KeyCode::Up => {}
        _ => typing::in_line(&mut form.subject, event),
    }
}

fn description_key(form: &mut EditForm, event: &KeyEvent) {
    let row = form.description.cursor().0;
    match event.code {
        KeyCode::Up if row == 0 => form.focus = neighbour(form.focus, true),
        KeyCode::Down if row + 1 >= form.description.lines().len() => {
            form.focus = neighbour(form.focus, false);
        }
        _ => typing::in_lines(&mut form.description, event),
    }
}

fn switch_key(form: &mut EditForm, field: SettingField, event: &KeyEvent) {
    match event.code {
        KeyCode::Char(' ') | KeyCode::Enter => toggle(form, field),
        KeyCode::Up => form.focus = neighbour(form.focus, true),
        KeyCode::Down => form.focus = neighbour(form.focus, false),
        _ => {}
    }
}

fn toggle(form: &mut EditForm, field: SettingField) {
    match field {
        SettingField::Announce => form.announce = !form.announce,
        SettingField::Locked => form.locked = !form.locked,
        SettingField::Subject | SettingField::Description => {}
    }
}

fn neighbour(focus: FormFocus, back: bool) -> FormFocus {
    let here = STOPS.iter().position(|stop| *stop == focus).unwrap_or(0);
    let by = if back { STOPS.len() - 1 } else { 1 };
    STOPS[(here + by) % STOPS.len()]
}

pub(super) fn paste(state: &mut State, text: &str) {
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
pub(super) fn click(state: &mut State, focus: FormFocus) {
    let Some(form) = top(state) else {
        return;
    };
    match focus {
        FormFocus::Button(button) => press(state, button),
        FormFocus::Field(field) => {
            if matches!(form.phase, FormPhase::Editing | FormPhase::Failed(_)) {
                form.focus = focus;
                toggle(form, field);
                check(state);
            }
        }
    }
}

/// The faults of what was typed. A field that was not touched is not sent, so it has none.
pub(super) fn faults(form: &EditForm) -> Vec<(SettingField, String)> {
    let typed = form.typed();
    let fault = |field| match field {
        SettingField::Subject => check_subject(&typed.subject).err(),
        SettingField::Description => check_description(&typed.description).err(),
        SettingField::Announce | SettingField::Locked => None,
    };
    let changed = form.changes().into_iter();
    changed
        .filter_map(|field| Some((field, fault(field)?)))
        .collect()
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
        if let Some(Layer::Edit(form)) = state.layers.pop() {
            state.runs.left_forms.insert(form.key.clone(), form);
        }
        state.note("The save goes on; its outcome is told.");
    } else if form.changes().is_empty() {
        state.layers.pop();
    } else {
        ask_leave(state);
    }
}

pub(super) fn ask_leave(state: &mut State) {
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
        form.focus = FormFocus::Button(next_button(&LEAVE_BUTTONS, focus, back));
        return;
    }
    match event.code {
        KeyCode::Esc => press(state, ButtonId::KeepEditing),
        KeyCode::Enter | KeyCode::Char(' ') => press(state, focus),
        _ => {}
    }
}

pub(super) fn press(state: &mut State, button: ButtonId) {
    let Some(form) = top(state) else {
        return;
    };
    let asks = form.phase == FormPhase::AskLeave;
    match button {
        ButtonId::KeepEditing if asks => {
            form.phase = FormPhase::Editing;
            form.focus = STOPS[0];
        }
        ButtonId::Discard if asks => {
            state.layers.pop();
        }
        ButtonId::Save if !asks => super::form_save::save(state),
        ButtonId::Cancel | ButtonId::Close if !asks => leave(state),
        _ => {}
    }
}

/// The form of a group, open or left while its save runs.
pub(super) fn find<'a>(state: &'a mut State, key: &GroupKey) -> Option<&'a mut EditForm> {
    let open = state.layers.iter_mut().find_map(|layer| match layer {
        Layer::Edit(form) if form.key == *key => Some(form.as_mut()),
        _ => None,
    });
    match open {
        Some(form) => Some(form),
        None => state.runs.left_forms.get_mut(key).map(Box::as_mut),
    }
}

/// Whether somebody looks at the form of this group.
pub(super) fn is_open(state: &State, key: &GroupKey) -> bool {
    let mut layers = state.layers.iter();
    layers.any(|layer| matches!(layer, Layer::Edit(form) if form.key == *key))
}

/// Where the rest of a save can be seen, for those who left its form.
pub(super) fn hint(state: &State, key: &GroupKey) -> &'static str {
    if state.runs.left_forms.contains_key(key) {
        " Edit again to see the rest."
    } else {
        ""
    }
}

/// Takes in what is stored now: untouched fields follow, touched ones keep the user's text.
pub(super) fn absorb(state: &mut State, key: &GroupKey) {
    let Some(entry) = state.groups.get(key) else {
        return;
    };
    let stored = entry.settings();
    if let Some(form) = find(state, key) {
        follow(form, &stored);
    }
}

/// The same for every form, after a whole list was read.
pub(super) fn absorb_all(state: &mut State) {
    let open = state.layers.iter().filter_map(|layer| match layer {
        Layer::Edit(form) => Some(form.key.clone()),
        _ => None,
    });
    let left = state.runs.left_forms.keys().cloned();
    for key in open.chain(left).collect::<Vec<_>>() {
        absorb(state, &key);
    }
}

fn follow(form: &mut EditForm, stored: &Settings) {
    let typed = form.typed();
    for field in SettingField::ALL {
        if !stored.differs(&form.base, field) {
            continue;
        }
        let touched = typed.differs(&form.base, field);
        form.base.take(stored, field);
        // What we sent ourselves, or would have, comes as no surprise.
        if !typed.differs(stored, field) {
            continue;
        }
        if !touched {
            form.show(stored, field);
        }
        if !form.theirs.contains(&field) {
            form.theirs.push(field);
        }
    }
    form.faults = faults(form);
}
