//! "Add an account": the keys and buttons, from the name to the phone's first groups.
//!
//! The session is added once; everything after that (another code, the other method, another attempt)
//! concerns that session, until it is linked, kept for later or removed.

use super::super::cursor::{button_move, next_button};
use super::super::follow_up::FollowUp;
use super::super::{sessions, text_input};
use super::clock::clock;
use super::overlay::{close, find, fix_focus, stops, top};
use super::passkey_keys;
use super::progress::{begin, finish};
use crate::api::{Capability, Session, SessionStatus};
use crate::console::account::is_unlinked;
use crate::console::effect::{Call, SessionAction};
use crate::console::keymap::Action;
use crate::console::layout::{pairing_buttons, pairing_field, pairing_method};
use crate::console::state::{
    ButtonId, FieldOrButton, Layer, LinkMethod, NAME_MAX, Pairing, PairingError, PairingField,
    PairingStep, State, phone_digits,
};
use crate::text::{clean_line, clean_typed_line};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui_textarea::TextArea;

/// `a`: links the selected session where it is unlinked, else adds one.
pub(crate) fn open(state: &mut State) {
    if state.refuses(Capability::Manage) || open_selected(state) {
        return;
    }
    let adding = |call: &Call| matches!(call, Call::CreateSession { .. });
    if state.requests.find(adding).is_some() {
        state.note("An account is being added already.");
        return;
    }
    let pairing = Pairing::new(None, state.now);
    state.layers.push(Layer::Pairing(Box::new(pairing)));
}

/// Links the selected session, if it has no phone and the key allows it.
pub(crate) fn open_selected(state: &mut State) -> bool {
    if state.lacks(Capability::Manage) {
        return false;
    }
    let unlinked = |session: &&Session| is_unlinked(session);
    let Some(session) = state.sessions.selected().filter(unlinked) else {
        return false;
    };
    let mut pairing = Pairing::new(Some(session.id.clone()), state.now);
    pairing.was = Some(session.status.clone());
    state.layers.push(Layer::Pairing(Box::new(pairing)));
    begin(state);
    true
}

pub(crate) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    let Some(pairing) = top(state) else {
        return FollowUp::Nothing;
    };
    let on_field = pairing.focus.is_field();
    match event.code {
        KeyCode::Char(' ') if pairing.field_left => return FollowUp::Nothing,
        KeyCode::Char(_) => {}
        _ => pairing.field_left = false,
    }
    let back = event.code == KeyCode::BackTab || event.modifiers.contains(KeyModifiers::SHIFT);
    match event.code {
        KeyCode::Esc => leave(state),
        KeyCode::Tab | KeyCode::BackTab if shows_code(state) => press(state, ButtonId::Swap),
        KeyCode::Tab | KeyCode::BackTab => move_focus(state, back),
        KeyCode::Up | KeyCode::Down if on_field => move_focus(state, event.code == KeyCode::Up),
        KeyCode::Enter if on_field => press(state, ButtonId::Next),
        _ if on_field => field_key(state, event),
        KeyCode::Enter | KeyCode::Char(' ') => {
            if let FieldOrButton::Button(button) = focus(state) {
                press(state, button);
            }
        }
        _ => match (button_move(event), action) {
            (Some(back), _) => move_focus(state, back),
            (None, Some(action @ (Action::ErrorDetails | Action::Help))) => {
                return FollowUp::Perform(action);
            }
            (None, Some(Action::Back)) => leave(state),
            (None, Some(Action::CopyLink)) => press(state, ButtonId::Copy),
            _ => {}
        },
    }
    FollowUp::Nothing
}

/// Whether the QR code is shown, where Tab switches to the other method.
fn shows_code(state: &State) -> bool {
    match state.layers.last() {
        Some(Layer::Pairing(pairing)) => {
            pairing.step == PairingStep::Link
                && pairing.passkey.is_none()
                && pairing_method(state, pairing) == LinkMethod::Qr
        }
        _ => false,
    }
}

fn focus(state: &State) -> FieldOrButton {
    match state.layers.last() {
        Some(Layer::Pairing(pairing)) => pairing.focus,
        _ => FieldOrButton::Field,
    }
}

fn move_focus(state: &mut State, back: bool) {
    let Some(Layer::Pairing(pairing)) = state.layers.last() else {
        return;
    };
    let stops = stops(state, pairing);
    let next = next_button(&stops, pairing.focus, back);
    if let Some(pairing) = top(state) {
        pairing.focus = next;
    }
}

/// A click into the field.
pub(crate) fn focus_field(state: &mut State) {
    if let Some(pairing) = top(state) {
        pairing.focus = FieldOrButton::Field;
    }
    fix_focus(state);
}

/// The field of the step.
fn field(state: &State) -> Option<PairingField> {
    match state.layers.last() {
        Some(Layer::Pairing(pairing)) => pairing_field(state, pairing),
        _ => None,
    }
}

fn field_key(state: &mut State, event: &KeyEvent) {
    if field(state) == Some(PairingField::Answer) {
        return passkey_keys::field_key(state, event);
    }
    edit(state, |area| text_input::in_line(area, event));
}

pub(crate) fn paste(state: &mut State, text: &str) {
    if field(state) == Some(PairingField::Answer) {
        passkey_keys::paste(state, text);
    } else if focus(state).is_field() {
        edit(state, |area| {
            area.insert_str(clean_typed_line(text));
        });
    }
}

/// Changes the text of the step's field.
fn edit(state: &mut State, change: impl FnOnce(&mut TextArea<'static>)) {
    let (Some(field), Some(pairing)) = (field(state), top(state)) else {
        return;
    };
    match field {
        PairingField::Answer => {}
        PairingField::Label => {
            change(&mut pairing.label);
            let used = pairing.typed_label().chars().count();
            pairing.fault = (used > NAME_MAX)
                .then(|| format!("{used} characters; at most {NAME_MAX} are allowed."));
        }
        PairingField::Phone => {
            let before = pairing.typed_phone();
            change(&mut pairing.phone);
            if pairing.typed_phone() != before {
                // Typing a number chooses this method, also when the window grows later.
                pairing.method = LinkMethod::Code;
                pairing.fault = None;
            }
        }
    }
}

pub(crate) fn press(state: &mut State, button: ButtonId) {
    let Some(Layer::Pairing(pairing)) = state.layers.last() else {
        return;
    };
    let there = pairing_buttons(state, pairing);
    if !there.iter().any(|it| it.enabled && it.id == button) {
        return;
    }
    match button {
        ButtonId::Next => next(state),
        ButtonId::Swap => swap(state),
        ButtonId::KeepEditing => {
            if let Some(pairing) = top(state) {
                pairing.code = None;
                pairing.focus = FieldOrButton::Field;
            }
        }
        ButtonId::Copy | ButtonId::CopyRequest => passkey_keys::copy(state, button),
        ButtonId::Confirm => passkey_keys::confirm(state),
        ButtonId::Discard if asks_passkey(state) => passkey_keys::refuse(state),
        ButtonId::Discard => remove(state),
        ButtonId::Start => start(state),
        ButtonId::Keep => keep(state),
        ButtonId::Cancel | ButtonId::Close => leave(state),
        ButtonId::AddPeople
        | ButtonId::RemovePeople
        | ButtonId::Reset
        | ButtonId::Approval
        | ButtonId::Promote
        | ButtonId::Demote
        | ButtonId::Save
        | ButtonId::Remove
        | ButtonId::Edit
        | ButtonId::Lock
        | ButtonId::Connect
        | ButtonId::MarkAll => {}
    }
}

/// Whether the passkey step is shown.
fn asks_passkey(state: &State) -> bool {
    match state.layers.last() {
        Some(Layer::Pairing(pairing)) => {
            pairing.step == PairingStep::Link && pairing.passkey.is_some()
        }
        _ => false,
    }
}

/// The step's main button.
fn next(state: &mut State) {
    let Some(pairing) = top(state) else {
        return;
    };
    match &pairing.step {
        PairingStep::Label => create(state),
        PairingStep::Link if pairing.passkey.is_some() => passkey_keys::send(state),
        PairingStep::Link => ask_code(state),
        PairingStep::AskLeave(_) => {
            pairing.step = PairingStep::Link;
            fix_focus(state);
            look(state);
        }
        PairingStep::Failed(_) if pairing.session.is_none() => {
            pairing.step = PairingStep::Label;
            pairing.focus = FieldOrButton::Field;
        }
        PairingStep::Failed(_) => begin(state),
        PairingStep::Creating(_) | PairingStep::Linked(_) | PairingStep::Removing(_) => {}
    }
}

/// Adds the session: the only place that does.
fn create(state: &mut State) {
    let Some(pairing) = top(state) else {
        return;
    };
    if pairing.fault.is_some() || pairing.session.is_some() {
        return;
    }
    let label = clean_line(&pairing.typed_label()).into_owned();
    let label = (!label.is_empty()).then_some(label);
    let id = state.requests.change(Call::CreateSession { label });
    let known = state.sessions.rows.iter().map(|row| row.id.clone());
    state.requests.unconfirmed.before_create = known.collect();
    if let (Some(id), Some(pairing)) = (id, top(state)) {
        pairing.step = PairingStep::Creating(id);
    }
}

/// Starts a session that gives no code, or that reports a linked phone.
fn start(state: &mut State) {
    let Some(pairing) = top(state) else {
        return;
    };
    let Some(session) = pairing.session.clone() else {
        return;
    };
    let gave_none = pairing.step == PairingStep::Failed(PairingError::NoCode);
    sessions::send(state, session, SessionAction::Start);
    if gave_none {
        begin(state);
    }
}

/// Requests a pairing code.
fn ask_code(state: &mut State) {
    let Some(pairing) = top(state) else {
        return;
    };
    let Some(session) = pairing.session.clone() else {
        return;
    };
    let phone = match phone_digits(&pairing.typed_phone()) {
        Ok(phone) => phone,
        Err(fault) => {
            pairing.fault = Some(fault);
            pairing.focus = FieldOrButton::Field;
            return;
        }
    };
    let asked = state.requests.change(Call::PairingCode { session, phone });
    let Some(pairing) = top(state) else {
        return;
    };
    if let Some(id) = asked {
        pairing.method = LinkMethod::Code;
        pairing.fault = None;
        pairing.code = None;
        pairing.asking = Some(id);
    } else {
        state.note("A code is being asked for already.");
    }
}

/// Switches to the other method.
fn swap(state: &mut State) {
    let Some(Layer::Pairing(pairing)) = state.layers.last() else {
        return;
    };
    let method = pairing_method(state, pairing);
    if let Some(pairing) = top(state) {
        pairing.fault = None;
        (pairing.method, pairing.focus) = match method {
            LinkMethod::Qr => (LinkMethod::Code, FieldOrButton::Field),
            LinkMethod::Code => (LinkMethod::Qr, FieldOrButton::Button(ButtonId::Swap)),
        };
    }
}

/// Esc: leaves; asks first if that would leave an unlinked session behind.
fn leave(state: &mut State) {
    let Some(pairing) = top(state) else {
        return;
    };
    let word = match &pairing.step {
        PairingStep::AskLeave(_) => {
            // It was created here, so leaving removes it.
            remove(state);
            return close(state);
        }
        PairingStep::Linked(_) => return finish(state),
        PairingStep::Creating(_) => {
            Some("The account is still being added; you find it here then.")
        }
        PairingStep::Removing(_) => Some("The account is still being removed."),
        PairingStep::Failed(PairingError::Paired | PairingError::Gone) => None,
        PairingStep::Link | PairingStep::Failed(_) if pairing.created => return ask_leave(pairing),
        PairingStep::Link | PairingStep::Failed(_) => return restore_status(state),
        PairingStep::Label => None,
    };
    close(state);
    if let Some(word) = word {
        state.note(word);
    }
}

/// Leaves a session that existed before in its former status.
fn restore_status(state: &mut State) {
    let before =
        top(state).and_then(|pairing| Some((pairing.session.clone()?, pairing.was.clone()?)));
    close(state);
    let Some((session, was)) = before else {
        return;
    };
    let action = match was {
        SessionStatus::LoggedOut => SessionAction::Logout,
        SessionStatus::Stopped | SessionStatus::Failed => SessionAction::Stop,
        // It waited for a phone before, and continues.
        _ => return,
    };
    sessions::restore_status(state, session, action);
}

fn ask_leave(pairing: &mut Pairing) {
    pairing.step = PairingStep::AskLeave(None);
    pairing.focus = FieldOrButton::Button(ButtonId::Keep);
}

fn keep(state: &mut State) {
    let session = top(state).and_then(|pairing| pairing.session.clone());
    close(state);
    if let Some(session) = session {
        let name = state.account_name(&session);
        state.note(format!(
            "{name} is kept, not linked yet: Enter on it goes on"
        ));
    }
}

fn remove(state: &mut State) {
    let Some(session) = top(state).and_then(|pairing| pairing.session.clone()) else {
        return;
    };
    let id = state.requests.change(Call::DeleteSession(session));
    match (id, top(state)) {
        (Some(id), Some(pairing)) => {
            pairing.forget();
            pairing.step = PairingStep::Removing(id);
            state
                .requests
                .cancel(|call| matches!(call, Call::PairingQr(_) | Call::Passkey(_)));
        }
        _ => state.note("It is being removed already."),
    }
}

/// Before quitting: asks about a session that was added and not linked. Returns whether it asks.
pub(crate) fn hold_back(state: &mut State) -> bool {
    let half = |layer: &Layer| match layer {
        Layer::Pairing(pairing) => {
            pairing.created && matches!(pairing.step, PairingStep::Link | PairingStep::Failed(_))
        }
        _ => false,
    };
    let Some(at) = state.layers.iter().position(half) else {
        if matches!(state.layers.last(), Some(Layer::Pairing(pairing)) if pairing.was.is_some()) {
            leave(state);
        }
        return false;
    };
    state.layers.truncate(at + 1);
    if let Some(pairing) = top(state) {
        ask_leave(pairing);
    }
    true
}

/// Continues waiting after the question about leaving.
fn look(state: &mut State) {
    let now = state.now;
    if let Some(pairing) = find(state) {
        pairing.due = Some(now);
    }
    clock(state);
}
