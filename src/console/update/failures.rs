//! `!`: the list of what has failed.

use super::super::keymap::Action;
use super::super::layout;
use super::super::state::{ButtonId, Layer, State};
use super::keys::{self, scroll_step};
use super::runs::Copied;
use crossterm::event::{KeyCode, KeyEvent};

pub(super) fn open(state: &mut State) {
    let is_open = |layer: &Layer| matches!(layer, Layer::Failures { .. });
    if state.layers.iter().any(is_open) {
        return;
    }
    if state.failures.is_empty() {
        state.note("Nothing has failed.");
    } else {
        state.layers.push(Layer::Failures { scroll: 0 });
    }
}

pub(super) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) {
    match (event.code, action) {
        (KeyCode::Esc | KeyCode::Enter | KeyCode::Char(' '), _) | (_, Some(Action::Back)) => {
            press(state, ButtonId::Close);
        }
        (KeyCode::Char('y' | 'c'), _) | (_, Some(Action::CopyLink)) => {
            press(state, ButtonId::Copy);
        }
        (_, Some(Action::Help)) => super::help::open(state),
        (_, Some(Action::Quit)) => super::leaving::quit(state),
        _ => {
            let (page, lines) = layout::failure_page(state);
            if let (Some(step), Some(Layer::Failures { scroll })) =
                (scroll_step(action), state.layers.last_mut())
            {
                *scroll = step.scroll(*scroll, lines, page);
            }
        }
    }
}

pub(super) fn press(state: &mut State, button: ButtonId) {
    if !matches!(state.layers.last(), Some(Layer::Failures { .. })) {
        return;
    }
    match button {
        ButtonId::Copy => {
            let text = state.failures_in_full();
            super::invite::copy_text(state, text, Copied::Failure);
        }
        ButtonId::Close => {
            state.layers.pop();
        }
        _ => {}
    }
}

/// The wheel.
pub(super) fn wheel(state: &mut State, by: isize) {
    let (page, lines) = layout::failure_page(state);
    if let Some(Layer::Failures { scroll }) = state.layers.last_mut() {
        *scroll = keys::wheel(*scroll, by, lines, page);
    }
}
