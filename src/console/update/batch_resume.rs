//! A batch that was not finished: go on, give it up, or leave it for later.

use super::cursor::{self, Step, button_move, next_button, scroll_step};
use super::follow_up::FollowUp;
use super::{batch, batch_menu};
use crate::console::keymap::Action;
use crate::console::layout::{BATCH_RESUME_BUTTONS, batch_resume_page};
use crate::console::state::{BatchResume, ButtonId, Layer, State};
use crossterm::event::{KeyCode, KeyEvent};

fn top(state: &mut State) -> Option<&mut BatchResume> {
    match state.layers.last_mut() {
        Some(Layer::BatchResume(resume)) => Some(resume),
        _ => None,
    }
}

/// The dialog closes when its batch is gone.
pub(super) fn sync(state: &mut State) {
    if state.unfinished.is_empty() {
        (state.layers).retain(|layer| !matches!(layer, Layer::BatchResume(_)));
    }
}

pub(super) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    let Some(focus) = top(state).map(|resume| resume.focus) else {
        return FollowUp::Nothing;
    };
    match (event.code, action) {
        (KeyCode::Esc, _) | (_, Some(Action::Back)) => press(state, ButtonId::Cancel),
        (KeyCode::Enter | KeyCode::Char(' '), _) => press(state, focus),
        (_, Some(action @ (Action::Help | Action::Quit | Action::ErrorDetails))) => {
            return FollowUp::Perform(action);
        }
        (_, Some(Action::BatchMenu)) => {
            press(state, ButtonId::Cancel);
            batch_menu::open_menu(state);
        }
        _ => {
            if let Some(step) = scroll_step(action) {
                scroll(state, step);
            } else if let Some(back) = button_move(event)
                && let Some(resume) = top(state)
            {
                resume.focus = next_button(&BATCH_RESUME_BUTTONS, focus, back);
            } else {
                return FollowUp::UnknownKey;
            }
        }
    }
    FollowUp::Nothing
}

fn scroll(state: &mut State, step: Step) {
    let (page, lines) = batch_resume_page(state);
    if let Some(resume) = top(state) {
        resume.scroll = step.scroll(resume.scroll, lines, page);
    }
}

/// The wheel.
pub(super) fn wheel(state: &mut State, by: isize) {
    let (page, lines) = batch_resume_page(state);
    if let Some(resume) = top(state) {
        resume.scroll = cursor::wheel(resume.scroll, by, lines, page);
    }
}

pub(super) fn press(state: &mut State, button: ButtonId) {
    match button {
        ButtonId::Cancel => {
            state.layers.pop();
        }
        ButtonId::Next => {
            if state.requests.away.is_some() {
                state.note("Not now: the gateway does not answer.");
            } else if state.batch_is_running() {
                state.note("Another batch is running: wait for its end, or stop it.");
            } else if let Some(open) = state.unfinished.first().cloned() {
                state.layers.pop();
                batch::resume(state, open);
            }
        }
        ButtonId::Discard => {
            if let Some(open) = state.unfinished.first().cloned() {
                // A key that is held must not give up the next one as well.
                state.layers.pop();
                batch::give_up(state, &open);
            }
        }
        _ => {}
    }
}
