//! "Why can't people join?": what is known is shown at once, WhatsApp is asked for the rest.

use super::cursor::{self, Step, next_button, scroll_step};
use super::follow_up::FollowUp;
use super::{card, groups, invite, text_input};
use crate::api::InvitePreview;
use crate::console::checks::asks_for_requests;
use crate::console::effect::Call;
use crate::console::failure::CallFailure;
use crate::console::ids::GroupKey;
use crate::console::keymap::Action;
use crate::console::layout::{self, CHECK_BUTTONS};
use crate::console::state::{ButtonId, CheckDialog, FieldOrButton, Layer, State};
use crate::text::clean_typed_line;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Milliseconds between two rounds of questions to WhatsApp, which limits them.
const PAUSE: i64 = 5_000;
/// Longer texts are no links.
const LINK_MAX: usize = 500;

/// `W`: checks the selected group.
pub(super) fn open(state: &mut State) {
    card::sync(state);
    let Some(key) = state.card.as_ref().map(|card| card.key.clone()) else {
        state.note("Select a group first.");
        return;
    };
    let name = state.group_name(&key);
    let dialog = CheckDialog::new(key, name, state.now);
    state.layers.push(Layer::Check(Box::new(dialog)));
    ask(state);
}

fn top(state: &mut State) -> Option<&mut CheckDialog> {
    match state.layers.last_mut() {
        Some(Layer::Check(dialog)) => Some(dialog),
        _ => None,
    }
}

/// Asks for what the checks need.
fn ask(state: &mut State) {
    let now = state.now;
    let Some(dialog) = top(state) else {
        return;
    };
    dialog.asked_at = now;
    let key = dialog.key.clone();
    let given = dialog.given.as_ref().map(|(text, _)| text.clone());
    if state.requests.away.is_some() {
        return;
    }
    groups::read_row_again(state, &key);
    invite::ask(state);
    let session = state.sessions.get(&key.session);
    let group = state.groups.get(&key).map(|entry| &entry.group);
    if let (Some(session), Some(group)) = (session, group)
        && asks_for_requests(session, group)
    {
        state.requests.read(Call::Requests(key));
    }
    if let Some(text) = given {
        look_up(state, text);
    }
}

/// Checks the given link. Where it leads is asked for only if it is a link and not the group's current one.
fn look_up(state: &mut State, text: String) {
    let Some(dialog) = top(state) else {
        return;
    };
    let call = dialog.preview_of(&text);
    dialog.given = Some((text, None));
    dialog.scroll = 0;
    let key = dialog.key.clone();
    let card = state.card.as_ref().filter(|card| card.key == key);
    let current = card.and_then(|card| card.link());
    let current = current.and_then(crate::api::link_code);
    let session = state.sessions.get(&key.session);
    let is_off = session.is_none_or(|session| session.status.is_disconnected());
    let Some(call) = call.filter(|_| !is_off && state.requests.away.is_none()) else {
        return;
    };
    let is_current = matches!(&call, Call::Preview { code, .. } if current == Some(code.as_str()));
    if !is_current {
        state.requests.read(call);
    }
}

pub(super) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    let Some(dialog) = top(state) else {
        return FollowUp::Nothing;
    };
    if event.code == KeyCode::Esc {
        close(state);
        return FollowUp::Nothing;
    }
    if dialog.takes_text() {
        match event.code {
            KeyCode::Enter => check_typed(state),
            KeyCode::Tab | KeyCode::Down => move_focus(dialog, false),
            KeyCode::BackTab | KeyCode::Up => move_focus(dialog, true),
            KeyCode::PageUp => scroll(state, Step::PageUp),
            KeyCode::PageDown => scroll(state, Step::PageDown),
            _ => {
                text_input::in_line(&mut dialog.link, event);
                edited(dialog);
            }
        }
        return FollowUp::Nothing;
    }
    match (event.code, action) {
        (KeyCode::Tab | KeyCode::Right, _) => {
            move_focus(dialog, event.modifiers.contains(KeyModifiers::SHIFT));
        }
        (KeyCode::BackTab | KeyCode::Left, _) => move_focus(dialog, true),
        (KeyCode::Enter | KeyCode::Char(' '), _) => {
            if let FieldOrButton::Button(button) = dialog.focus {
                press(state, button);
            }
        }
        (_, Some(Action::Refresh)) => again(state),
        (_, Some(action @ (Action::Help | Action::ErrorDetails | Action::Quit))) => {
            return FollowUp::Perform(action);
        }
        (_, Some(Action::Back)) => close(state),
        _ => {
            let Some(step) = scroll_step(action) else {
                return FollowUp::UnknownKey;
            };
            scroll(state, step);
        }
    }
    FollowUp::Nothing
}

fn scroll(state: &mut State, step: Step) {
    let (page, lines) = layout::check_page(state);
    if let Some(dialog) = top(state) {
        dialog.scroll = step.scroll(dialog.scroll, lines, page);
    }
}

fn move_focus(dialog: &mut CheckDialog, back: bool) {
    let buttons = CHECK_BUTTONS.map(FieldOrButton::Button);
    let stops: Vec<_> = [FieldOrButton::Field].into_iter().chain(buttons).collect();
    dialog.focus = next_button(&stops, dialog.focus, back);
}

/// The verdict belongs to the text that was checked.
fn edited(dialog: &mut CheckDialog) {
    let typed = dialog.typed();
    if dialog
        .given
        .as_ref()
        .is_some_and(|(text, _)| *text != typed)
    {
        dialog.given = None;
    }
}

fn check_typed(state: &mut State) {
    let Some(text) = top(state).map(|dialog| dialog.typed()) else {
        return;
    };
    if text.is_empty() {
        state.note("Paste or type the link that people use, then press Enter.");
    } else {
        look_up(state, text);
    }
}

/// A pasted text is the link, wherever the focus is. It replaces one that was checked.
pub(super) fn paste(state: &mut State, text: &str) {
    let Some(dialog) = top(state) else {
        return;
    };
    dialog.focus = FieldOrButton::Field;
    if dialog.given.is_some() {
        dialog.link.select_all();
    }
    let text: String = clean_typed_line(text).chars().take(LINK_MAX).collect();
    dialog.link.insert_str(text);
    edited(dialog);
}

pub(super) fn focus_field(state: &mut State) {
    if let Some(dialog) = top(state) {
        dialog.focus = FieldOrButton::Field;
    }
}

pub(super) fn press(state: &mut State, button: ButtonId) {
    match button {
        ButtonId::Confirm => again(state),
        ButtonId::Close => close(state),
        _ => {}
    }
}

/// `r`: asks again, not too often.
fn again(state: &mut State) {
    let Some(dialog) = top(state) else {
        return;
    };
    let left = dialog.asked_at + PAUSE - state.now;
    if (1..=PAUSE).contains(&left) {
        let seconds = (left + 999) / 1_000;
        state.note(format!("Checked just now. Check again in {seconds} s."));
    } else {
        ask(state);
    }
}

fn close(state: &mut State) {
    if top(state).is_none() {
        return;
    }
    state.layers.pop();
    state
        .requests
        .cancel(|call| matches!(call, Call::Requests(_) | Call::Preview { .. }));
}

/// The wheel.
pub(super) fn wheel(state: &mut State, by: isize) {
    let (page, lines) = layout::check_page(state);
    if let Some(dialog) = top(state) {
        dialog.scroll = cursor::wheel(dialog.scroll, by, lines, page);
    }
}

fn open_dialog(state: &mut State) -> Option<&mut CheckDialog> {
    state.layers.iter_mut().find_map(|layer| match layer {
        Layer::Check(dialog) => Some(dialog.as_mut()),
        _ => None,
    })
}

/// The number of requests to join was answered.
pub(super) fn requests_read(state: &mut State, key: &GroupKey, answer: Result<usize, CallFailure>) {
    if let Some(dialog) = open_dialog(state).filter(|dialog| dialog.key == *key) {
        dialog.requests = Some(answer);
    }
}

/// Where a link leads was answered.
pub(super) fn previewed(
    state: &mut State,
    call: &Call,
    answer: Result<InvitePreview, CallFailure>,
) {
    let Some(dialog) = open_dialog(state) else {
        return;
    };
    let text = dialog.given.as_ref().map(|(text, _)| text.clone());
    let text = text.filter(|text| dialog.preview_of(text).as_ref() == Some(call));
    if let Some(text) = text {
        dialog.given = Some((text, Some(answer)));
    }
}
