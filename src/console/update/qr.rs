//! The full-screen QR code, and the full text of a failure.

use super::super::effect::Effect;
use super::super::effect::SavedQr;
use super::super::keymap::Action;
use super::super::layout;
use super::super::state::{ButtonId, Layer, State};
use super::keys::scroll_step;
use super::runs::{Copied, Flight};
use super::{invite, keys};
use crossterm::event::{KeyCode, KeyEvent};

/// `Q`: fills the screen with the code; asks for the link if it is not there.
pub(super) fn open(state: &mut State) {
    super::card::settle(state);
    let Some(card) = &state.card else {
        state.note("Select a group first.");
        return;
    };
    let key = card.key.clone();
    let is_shown = card.link().is_some();
    if let Some(blank) = invite::obstacle(state, &key) {
        let sentence = state.blank_sentence(&key, &blank);
        state.bad(format!("No QR code: {sentence}"));
        return;
    }
    state.layers.push(Layer::Qr);
    if !is_shown {
        invite::ask(state);
    }
}

/// `S`: writes the code to files.
pub(super) fn save(state: &mut State) {
    let Some(card) = &state.card else {
        return;
    };
    let Some(link) = card.link() else {
        state.note("There is no code to save yet.");
        return;
    };
    let text = link.to_owned();
    let title = match state.groups.get(&card.key) {
        Some(entry) => entry.name.clone(),
        None => card.key.jid.clone(),
    };
    let id = state.runs.issue(Flight::SaveQr);
    state.runs.wishes.push(Effect::SaveQr { id, text, title });
}

pub(super) fn saved(state: &mut State, answer: Result<SavedQr, String>) {
    let clean = |text: &str| crate::text::clean_line(text).into_owned();
    match answer {
        Ok(SavedQr { png, .. }) => {
            let path = clean(&png.with_extension("").to_string_lossy());
            state.good(format!("Saved as {path}.png and .svg"));
        }
        Err(reason) => state.bad(format!("Not saved: {}", clean(&reason))),
    }
}

/// `!`: the last failure in full.
pub(super) fn open_failure(state: &mut State) {
    let is_open = |layer: &Layer| matches!(layer, Layer::Failure { .. });
    if state.layers.iter().any(is_open) {
        return;
    }
    match state.last_failure.clone() {
        Some(failure) => state.layers.push(Layer::Failure { failure, scroll: 0 }),
        None => state.note("Nothing has failed."),
    }
}

pub(super) fn failure_key(state: &mut State, event: &KeyEvent, action: Option<Action>) {
    match (event.code, action) {
        (KeyCode::Esc | KeyCode::Enter | KeyCode::Char(' '), _) | (_, Some(Action::Back)) => {
            press_failure(state, ButtonId::Close);
        }
        (KeyCode::Char('y' | 'c'), _) | (_, Some(Action::CopyLink)) => {
            press_failure(state, ButtonId::Copy);
        }
        (_, Some(Action::Help)) => super::help::open(state),
        (_, Some(Action::Quit)) => super::leaving::quit(state),
        _ => {
            let (page, lines) = layout::failure_page(state);
            if let (Some(step), Some(Layer::Failure { scroll, .. })) =
                (scroll_step(action), state.layers.last_mut())
            {
                *scroll = step.scroll(*scroll, lines, page);
            }
        }
    }
}

pub(super) fn press_failure(state: &mut State, button: ButtonId) {
    let Some(Layer::Failure { failure, .. }) = state.layers.last() else {
        return;
    };
    match button {
        ButtonId::Copy => {
            let text = failure.in_full(&super::super::failure::Told::default());
            invite::copy_text(state, text, Copied::Failure);
        }
        ButtonId::Close => {
            state.layers.pop();
        }
        _ => {}
    }
}

/// Scrolls a failure's text by the wheel.
pub(super) fn wheel_failure(state: &mut State, by: isize) {
    let (page, lines) = layout::failure_page(state);
    if let Some(Layer::Failure { scroll, .. }) = state.layers.last_mut() {
        *scroll = keys::wheel(*scroll, by, lines, page);
    }
}
