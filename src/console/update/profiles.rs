//! Switching gateways without a restart.
//!
//! The state stays until the new gateway has accepted our credentials. Then it is replaced by a new one.
//! Request ids continue, so that a late answer of the old gateway matches no new request.

use super::cursor::scroll_step;
use super::follow_up::FollowUp;
use super::{batch, notebook};
use crate::client::Secret;
use crate::console::effect::{Call, Effect};
use crate::console::ids::RequestId;
use crate::console::keymap::Action;
use crate::console::layout;
use crate::console::state::{
    InFlight, Layer, Profile, ProfilesDialog, ProfilesStep, Requests, State,
};
use crate::text::{clean_block, clean_line};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Longest token, in characters.
pub(super) const TOKEN_MAX: usize = 64 << 10;

/// Opens the list of profiles.
pub(super) fn open(state: &mut State) {
    state.layers.push(Layer::Profiles(ProfilesDialog {
        cursor: state.options.here,
        step: ProfilesStep::Choosing,
    }));
}

/// Goes to the demo.
pub(super) fn go_to_demo(state: &mut State) {
    let demo = state.options.demo();
    if let (Some(demo), Some(dialog)) = (demo, dialog(state)) {
        dialog.cursor = demo;
        go(state);
    }
}

fn dialog(state: &mut State) -> Option<&mut ProfilesDialog> {
    state.layers.iter_mut().find_map(|layer| match layer {
        Layer::Profiles(dialog) => Some(dialog),
        _ => None,
    })
}

pub(super) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    if begins_token(event) && failed(state) && asks(state) {
        ask_token(state);
    }
    let Some(dialog) = dialog(state) else {
        return FollowUp::Nothing;
    };
    match &mut dialog.step {
        ProfilesStep::TypingToken(typed) => {
            let control = event.modifiers.contains(KeyModifiers::CONTROL);
            let alt = event.modifiers.contains(KeyModifiers::ALT);
            match event.code {
                KeyCode::Esc => dialog.step = ProfilesStep::Choosing,
                KeyCode::Enter => {
                    let token = Secret::new(typed.trim());
                    if !token.expose().is_empty() {
                        connect(state, Some(token));
                    }
                }
                KeyCode::Char('u') if control => typed.clear(),
                KeyCode::Backspace => {
                    typed.pop();
                }
                KeyCode::Char(character) if !control && !alt => push(typed, character),
                _ => {}
            }
        }
        ProfilesStep::Connecting(id) => {
            let id = *id;
            match (event.code, action) {
                (KeyCode::Esc, _) | (_, Some(Action::Back)) => {
                    dialog.step = ProfilesStep::Choosing;
                    state.requests.complete(id);
                    state.requests.effects.push(Effect::Cancel(id));
                }
                (_, Some(Action::Help)) => return FollowUp::Perform(Action::Help),
                _ => {}
            }
        }
        ProfilesStep::Choosing | ProfilesStep::Failed(_) => return choose(state, event, action),
    }
    FollowUp::Nothing
}

/// Whether a key can begin a token: after a refusal the user may type another one at once.
fn begins_token(event: &KeyEvent) -> bool {
    let plain = !(event.modifiers).intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    plain && matches!(event.code, KeyCode::Char(letter) if letter.is_ascii_alphanumeric())
}

fn failed(state: &mut State) -> bool {
    dialog(state).is_some_and(|dialog| matches!(dialog.step, ProfilesStep::Failed(_)))
}

/// Whether the selected profile's token is typed.
fn asks(state: &mut State) -> bool {
    let cursor = dialog(state).map(|dialog| dialog.cursor);
    let profile = cursor.and_then(|cursor| state.options.profiles.get(cursor));
    profile.is_some_and(Profile::asks)
}

fn ask_token(state: &mut State) {
    if let Some(dialog) = dialog(state) {
        dialog.step = ProfilesStep::TypingToken(String::new());
    }
}

fn choose(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    match (event.code, action) {
        (KeyCode::Esc, _) | (_, Some(Action::Back | Action::Profiles)) => {
            state.layers.pop();
        }
        (KeyCode::Enter | KeyCode::Char(' '), _) => go(state),
        (_, Some(action @ (Action::Help | Action::Quit | Action::NewGateway))) => {
            return FollowUp::Perform(action);
        }
        _ => {
            let rows = state.options.profiles.len();
            let page = layout::profile_rows(state);
            if let (Some(step), Some(dialog)) = (scroll_step(action), dialog(state)) {
                dialog.cursor = step.apply(dialog.cursor, rows, page);
                dialog.step = ProfilesStep::Choosing;
            }
        }
    }
    FollowUp::Nothing
}

fn push(typed: &mut String, character: char) {
    if typed.chars().count() < TOKEN_MAX && !character.is_control() {
        typed.push(character);
    }
}

pub(super) fn paste(state: &mut State, text: &str) {
    if failed(state) && asks(state) {
        ask_token(state);
    }
    if let Some(ProfilesDialog {
        step: ProfilesStep::TypingToken(typed),
        ..
    }) = dialog(state)
    {
        let line = text.trim().lines().next().unwrap_or_default();
        line.chars().for_each(|character| push(typed, character));
    }
}

/// A click on a row: selects it, or connects to it if it is selected already.
pub(super) fn click(state: &mut State, row: usize) {
    let Some(dialog) = dialog(state) else {
        return;
    };
    if !matches!(
        dialog.step,
        ProfilesStep::Choosing | ProfilesStep::Failed(_)
    ) {
        return;
    }
    if dialog.cursor == row {
        go(state);
    } else {
        dialog.cursor = row;
        dialog.step = ProfilesStep::Choosing;
    }
}

/// Goes to a profile of the open list, as by Enter on its row.
pub(super) fn go_to(state: &mut State, row: usize) {
    if let Some(dialog) = dialog(state) {
        dialog.cursor = row;
        go(state);
    }
}

/// Connects to the selected profile; prompts for its token first if it was not typed yet.
fn go(state: &mut State) {
    let here = state.options.here;
    let Some(cursor) = dialog(state).map(|dialog| dialog.cursor) else {
        return;
    };
    let Some(profile) = state.options.profiles.get(cursor) else {
        return;
    };
    if cursor == here {
        let name = clean_line(&profile.name).into_owned();
        state.layers.pop();
        state.note(format!("This is {name} already"));
    } else if profile.asks() {
        ask_token(state);
    } else {
        connect(state, None);
    }
}

fn connect(state: &mut State, token: Option<Secret>) {
    let Some(profile) = dialog(state).map(|dialog| dialog.cursor) else {
        return;
    };
    let id = state.requests.issue(InFlight::Connect(profile));
    state
        .requests
        .effects
        .push(Effect::Connect { id, profile, token });
    if let Some(dialog) = dialog(state) {
        dialog.step = ProfilesStep::Connecting(id);
    }
}

/// The gateway has answered, or did not.
pub(super) fn connected(
    state: &mut State,
    id: RequestId,
    profile: usize,
    answer: Result<(), String>,
) {
    if let Some(profile) = state.options.profiles.get_mut(profile) {
        profile.known = answer.is_ok();
    }
    match answer {
        Ok(()) => switch_gateway(state, id, profile),
        Err(reason) => {
            if let Some(dialog) = dialog(state) {
                dialog.step = ProfilesStep::Failed(clean_block(&reason));
            }
        }
    }
}

/// Starts with an empty state on the other gateway.
pub(super) fn switch_gateway(state: &mut State, id: RequestId, profile: usize) {
    let mut options = state.options.clone();
    let Some(there) = options.profiles.get(profile).cloned() else {
        return;
    };
    options.here = profile;
    options.gateway_name.clone_from(&there.name);
    options.session_ids = there.session_ids;
    let mut requests = Requests::after(&state.requests);
    requests.effects.push(Effect::SwitchGateway(id));
    let whole_blocks = state.whole_blocks;
    *state = State::new(options, state.size, state.now);
    state.requests = requests;
    state.requests.read(Call::Sessions);
    notebook::read(state);
    batch::look(state);
    state.whole_blocks = whole_blocks;
    state.good(format!("You are on {} now", clean_line(&there.name)));
}
