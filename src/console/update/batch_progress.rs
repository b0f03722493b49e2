//! The dialog of the batch that runs. Leaving it lets the batch go on.

use super::copy::copy_text;
use super::cursor::{self, Step, button_move, next_button, scroll_step};
use super::follow_up::FollowUp;
use super::{batch, batch_menu};
use crate::batch::Control;
use crate::console::keymap::Action;
use crate::console::layout::{batch_progress_buttons, batch_progress_page, run_line};
use crate::console::msg::{OpenBatch, OpenRow};
use crate::console::state::{
    BatchProgress, BatchRow, BatchRun, ButtonId, CopiedText, Layer, State,
};
use crossterm::event::{KeyCode, KeyEvent};

fn top(state: &mut State) -> Option<&mut BatchProgress> {
    match state.layers.last_mut() {
        Some(Layer::BatchProgress(progress)) => Some(progress),
        _ => None,
    }
}

/// The focus stays on a button that there is.
pub(super) fn sync(state: &mut State) {
    let Some(run) = &state.batch else {
        (state.layers).retain(|layer| !matches!(layer, Layer::BatchProgress(_)));
        return;
    };
    let buttons = batch_progress_buttons(run);
    if let Some(progress) = top(state)
        && !buttons.contains(&progress.focus)
    {
        progress.focus = ButtonId::Close;
    }
}

pub(super) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    let Some(focus) = top(state).map(|progress| progress.focus) else {
        return FollowUp::Nothing;
    };
    match (event.code, action) {
        (KeyCode::Esc, _) | (_, Some(Action::Back)) => press(state, ButtonId::Close),
        (KeyCode::Enter | KeyCode::Char(' '), _) => press(state, focus),
        (_, Some(Action::CopyLink)) => press(state, ButtonId::Copy),
        (_, Some(action @ (Action::Help | Action::Quit | Action::ErrorDetails))) => {
            return FollowUp::Perform(action);
        }
        (_, Some(Action::BatchMenu)) => {
            press(state, ButtonId::Close);
            batch_menu::open_menu(state);
        }
        _ => {
            if let Some(step) = scroll_step(action) {
                scroll(state, step);
            } else if let Some(back) = button_move(event) {
                let buttons = state.batch.as_ref().map(batch_progress_buttons);
                if let (Some(progress), Some(buttons)) = (top(state), buttons) {
                    progress.focus = next_button(&buttons, focus, back);
                }
            } else {
                return FollowUp::UnknownKey;
            }
        }
    }
    FollowUp::Nothing
}

fn scroll(state: &mut State, step: Step) {
    let (page, lines, first) = batch_progress_page(state);
    if let Some(progress) = top(state) {
        progress.scroll = Some(step.scroll(first, lines, page));
    }
}

/// The wheel.
pub(super) fn wheel(state: &mut State, by: isize) {
    let (page, lines, first) = batch_progress_page(state);
    if let Some(progress) = top(state) {
        progress.scroll = Some(cursor::wheel(first, by, lines, page));
    }
}

pub(super) fn press(state: &mut State, button: ButtonId) {
    match button {
        ButtonId::Keep => batch::control(state, Control::Pause),
        ButtonId::Discard => batch::control(state, Control::Stop),
        ButtonId::Next => go_on(state),
        ButtonId::Copy => copy(state),
        ButtonId::Close => {
            state.layers.pop();
            // An ended batch that was seen needs no line any longer.
            state
                .batch
                .take_if(|run| !run.is_running() && !run.can_be_resumed());
            // One that can be resumed is offered like those of former runs.
            if let Some(run) = state.batch.take_if(|run| run.can_be_resumed()) {
                state.unfinished.push(reopened(run));
            }
        }
        _ => {}
    }
}

/// After a pause, or after an end before the last row.
fn go_on(state: &mut State) {
    if state.batch.as_ref().is_some_and(BatchRun::can_be_resumed) {
        state.layers.pop();
        if let Some(run) = state.batch.take() {
            batch::resume(state, reopened(run));
        }
    } else {
        batch::control(state, Control::Run);
    }
}

fn reopened(run: BatchRun) -> OpenBatch {
    let rows = run.rows.into_iter().map(|row| OpenRow {
        outcome: row.outcome().cloned(),
        in_doubt: false,
        target: row.target,
    });
    OpenBatch {
        id: run.id.unwrap_or_default(),
        change: run.change,
        started_at: run.since.0,
        rows: rows.collect(),
    }
}

/// Copies a line "name: outcome" for each group.
fn copy(state: &mut State) {
    let Some(run) = &state.batch else {
        return;
    };
    let line = |row: &BatchRow| {
        let line = run_line(state, row);
        let words = match line.words.as_str() {
            "" => "still to do",
            words => words,
        };
        format!("{}: {words}\n", line.name)
    };
    let text: String = run.rows.iter().map(line).collect();
    copy_text(state, text, CopiedText::Results);
}
