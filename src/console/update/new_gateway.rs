//! "Add a gateway".

use super::cursor::{button_move, next_button};
use super::follow_up::FollowUp;
use super::{profiles, text_input};
use crate::client::Secret;
use crate::console::effect::{Effect, GatewayFault, GatewayField, NewGateway};
use crate::console::ids::RequestId;
use crate::console::keymap::Action;
use crate::console::layout::new_gateway_buttons;
use crate::console::state::{
    ButtonId, GatewayFocus, InFlight, Layer, NewGatewayDialog, NewGatewayPhase, Profile, State,
};
use crate::text::{clean_block, clean_typed_line};
use crossterm::event::{KeyCode, KeyEvent};

pub(super) fn open(state: &mut State) {
    let dialog = NewGatewayDialog::new();
    state.layers.push(Layer::NewGateway(Box::new(dialog)));
}

/// The dialog, whatever lies above it.
fn dialog(state: &mut State) -> Option<&mut NewGatewayDialog> {
    state.layers.iter_mut().find_map(|layer| match layer {
        Layer::NewGateway(dialog) => Some(dialog.as_mut()),
        _ => None,
    })
}

pub(super) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    let Some(dialog) = dialog(state) else {
        return FollowUp::Nothing;
    };
    if event.code == KeyCode::Esc {
        cancel(state);
        return FollowUp::Nothing;
    }
    if let Some(field) = dialog.field() {
        match event.code {
            KeyCode::Enter if field == GatewayField::Token => check(state),
            KeyCode::Enter | KeyCode::Tab | KeyCode::Down => move_focus(dialog, false),
            KeyCode::BackTab | KeyCode::Up => move_focus(dialog, true),
            _ => type_into(dialog, field, event),
        }
        return FollowUp::Nothing;
    }
    if let Some(back) = button_move(event) {
        move_focus(dialog, back);
        return FollowUp::Nothing;
    }
    match (event.code, action) {
        (KeyCode::Enter | KeyCode::Char(' '), _) => {
            if let GatewayFocus::Button(button) = dialog.focus {
                press(state, button);
            }
        }
        (_, Some(action @ (Action::Help | Action::ErrorDetails))) => {
            return FollowUp::Perform(action);
        }
        (_, Some(Action::Back)) => cancel(state),
        _ => return FollowUp::UnknownKey,
    }
    FollowUp::Nothing
}

fn type_into(dialog: &mut NewGatewayDialog, field: GatewayField, event: &KeyEvent) {
    match field {
        GatewayField::Name => text_input::in_line(&mut dialog.name, event),
        GatewayField::Address => text_input::in_line(&mut dialog.address, event),
        GatewayField::Token => {
            if let Some(token) = text_input::at_the_end(&dialog.token, event) {
                dialog.token = bounded(&token);
            }
        }
    }
}

fn bounded(token: &str) -> String {
    let shown = token.chars().filter(|character| !character.is_control());
    shown.take(profiles::TOKEN_MAX).collect()
}

fn move_focus(dialog: &mut NewGatewayDialog, back: bool) {
    let buttons = new_gateway_buttons(dialog).into_iter();
    let buttons = buttons
        .filter(|button| button.enabled)
        .map(|button| GatewayFocus::Button(button.id));
    let fields = NewGatewayDialog::FIELDS.map(GatewayFocus::Field);
    let fields = fields.into_iter().filter(|_| !dialog.is_checking());
    let stops: Vec<_> = fields.chain(buttons).collect();
    dialog.focus = next_button(&stops, dialog.focus, back);
}

/// A pasted text goes into the field that is typed into.
pub(super) fn paste(state: &mut State, text: &str) {
    let Some(dialog) = dialog(state) else {
        return;
    };
    let line = text.trim().lines().next().unwrap_or_default();
    match dialog.field() {
        Some(GatewayField::Name) => {
            dialog.name.insert_str(clean_typed_line(line));
        }
        Some(GatewayField::Address) => {
            // A whole address replaces the beginning that the field comes with.
            if line.contains("://") {
                dialog.address.select_all();
            }
            dialog.address.insert_str(clean_typed_line(line));
        }
        Some(GatewayField::Token) => dialog.token = bounded(&format!("{}{line}", dialog.token)),
        None => {}
    }
}

pub(super) fn click(state: &mut State, field: GatewayField) {
    if let Some(dialog) = dialog(state).filter(|dialog| !dialog.is_checking()) {
        dialog.focus = GatewayFocus::Field(field);
    }
}

pub(super) fn press(state: &mut State, button: ButtonId) {
    match button {
        ButtonId::Connect => check(state),
        ButtonId::Cancel => cancel(state),
        _ => {}
    }
}

/// Stops the check, or leaves the dialog.
fn cancel(state: &mut State) {
    let checking = dialog(state).and_then(|dialog| match dialog.phase {
        NewGatewayPhase::Checking(id) => Some(id),
        _ => None,
    });
    let Some(id) = checking else {
        state.layers.pop();
        return;
    };
    state.requests.complete(id);
    state.requests.effects.push(Effect::Cancel(id));
    if let Some(dialog) = dialog(state) {
        dialog.phase = NewGatewayPhase::Editing;
        dialog.focus = GatewayFocus::Field(GatewayField::Token);
    }
}

fn check(state: &mut State) {
    let profile = state.options.profiles.len();
    let Some(dialog) = dialog(state).filter(|dialog| !dialog.is_checking()) else {
        return;
    };
    let gateway = NewGateway {
        name: NewGatewayDialog::typed(&dialog.name),
        address: NewGatewayDialog::typed(&dialog.address),
        token: Secret::new(dialog.token.trim()),
    };
    let empty = [
        (GatewayField::Name, gateway.name.is_empty(), "a name"),
        (
            GatewayField::Address,
            gateway.address.is_empty(),
            "an address",
        ),
        (
            GatewayField::Token,
            gateway.token.expose().is_empty(),
            "a key",
        ),
    ];
    if let Some((field, _, what)) = empty.into_iter().find(|(_, empty, _)| *empty) {
        let reason = format!("The gateway needs {what}.");
        failed(dialog, GatewayFault { field, reason });
        return;
    }
    let id = state.requests.issue(InFlight::AddGateway);
    let effect = Effect::AddGateway {
        id,
        gateway,
        profile,
    };
    state.requests.effects.push(effect);
    if let Some(dialog) = self::dialog(state) {
        dialog.phase = NewGatewayPhase::Checking(id);
        dialog.focus = GatewayFocus::Button(ButtonId::Cancel);
    }
}

fn failed(dialog: &mut NewGatewayDialog, fault: GatewayFault) {
    dialog.focus = GatewayFocus::Field(fault.field);
    dialog.phase = NewGatewayPhase::Failed(fault);
}

/// The gateway was checked and saved, or was not.
pub(super) fn answered(state: &mut State, id: RequestId, answer: Result<(), GatewayFault>) {
    let Some(dialog) = dialog(state) else {
        return;
    };
    if let Err(fault) = answer {
        let reason = clean_block(&fault.reason);
        return failed(dialog, GatewayFault { reason, ..fault });
    }
    let profile = Profile {
        name: NewGatewayDialog::typed(&dialog.name),
        address: NewGatewayDialog::typed(&dialog.address),
        session_ids: Vec::new(),
        prompts: false,
        known: true,
        is_demo: false,
        flood_joins: 0,
    };
    state.options.profiles.push(profile);
    let at = state.options.profiles.len() - 1;
    profiles::switch_gateway(state, id, at);
}
