//! `!`: the list of what has failed.

use super::copy::copy_text;
use super::cursor::{self, scroll_step};
use super::follow_up::FollowUp;
use crate::console::keymap::Action;
use crate::console::layout;
use crate::console::state::{ButtonId, CopiedText, Layer, State};
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

pub(super) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    match (event.code, action) {
        (KeyCode::Esc | KeyCode::Enter | KeyCode::Char(' '), _) | (_, Some(Action::Back)) => {
            press(state, ButtonId::Close);
        }
        (KeyCode::Char('y' | 'c'), _) | (_, Some(Action::CopyLink)) => {
            press(state, ButtonId::Copy);
        }
        (_, Some(action @ (Action::Help | Action::Quit))) => return FollowUp::Perform(action),
        _ => {
            let (page, lines) = layout::failures_page(state);
            if let (Some(step), Some(Layer::Failures { scroll })) =
                (scroll_step(action), state.layers.last_mut())
            {
                *scroll = step.scroll(*scroll, lines, page);
            }
        }
    }
    FollowUp::Nothing
}

pub(super) fn press(state: &mut State, button: ButtonId) {
    if !matches!(state.layers.last(), Some(Layer::Failures { .. })) {
        return;
    }
    match button {
        ButtonId::Copy => {
            let text = state.failures_in_full();
            copy_text(state, text, CopiedText::Failures);
        }
        ButtonId::Close => {
            state.layers.pop();
        }
        _ => {}
    }
}

/// The wheel.
pub(super) fn wheel(state: &mut State, by: isize) {
    let (page, lines) = layout::failures_page(state);
    if let Some(Layer::Failures { scroll }) = state.layers.last_mut() {
        *scroll = cursor::wheel(*scroll, by, lines, page);
    }
}
