//! What a batch will do, before it begins.

use super::cursor::{self, Step, next_button, scroll_step};
use super::follow_up::FollowUp;
use super::{batch, text_input};
use crate::api::Capability;
use crate::console::keymap::Action;
use crate::console::layout::{BATCH_BEFORE_BUTTONS, batch_before_page};
use crate::console::state::{BatchBefore, BatchFocus, BatchKind, ButtonId, Layer, State};
use crate::text::clean_typed_line;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Longer texts fit into no group.
const TEXT_MAX: usize = 2_048;

/// Shows what would be done to the marked groups.
pub(super) fn open(state: &mut State, kind: BatchKind) {
    if state.refuses(Capability::Send) {
        return;
    }
    if state.batch_is_running() {
        state.note("Another batch is running: wait for its end, or stop it.");
        return;
    }
    let dialog = BatchBefore::new(kind, state.marked_once());
    state.layers.push(Layer::BatchBefore(Box::new(dialog)));
    planned(state);
}

fn top(state: &mut State) -> Option<&mut BatchBefore> {
    match state.layers.last_mut() {
        Some(Layer::BatchBefore(before)) => Some(before),
        _ => None,
    }
}

/// Plans again, after the change was edited.
fn planned(state: &mut State) {
    let State {
        layers,
        groups,
        sessions,
        ..
    } = state;
    if let Some(Layer::BatchBefore(before)) = layers.last_mut() {
        before.plan_with(groups, sessions);
    }
}

pub(super) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    let Some(before) = top(state) else {
        return FollowUp::Nothing;
    };
    match event.code {
        KeyCode::Esc => {
            state.layers.pop();
            return FollowUp::Nothing;
        }
        KeyCode::PageUp => scroll(state, Step::PageUp),
        KeyCode::PageDown => scroll(state, Step::PageDown),
        KeyCode::BackTab => move_focus(before, true),
        KeyCode::Tab => move_focus(before, event.modifiers.contains(KeyModifiers::SHIFT)),
        _ => match before.focus {
            BatchFocus::Field(at) => in_field(state, at, event),
            BatchFocus::Button(button) => return on_button(state, button, event, action),
        },
    }
    FollowUp::Nothing
}

fn in_field(state: &mut State, at: usize, event: &KeyEvent) {
    let Some(before) = top(state) else {
        return;
    };
    match event.code {
        KeyCode::Enter | KeyCode::Down => move_focus(before, false),
        KeyCode::Up => move_focus(before, true),
        _ => {
            if let Some(field) = before.fields.get_mut(at) {
                text_input::in_line(field, event);
                planned(state);
            }
        }
    }
}

fn on_button(
    state: &mut State,
    button: ButtonId,
    event: &KeyEvent,
    action: Option<Action>,
) -> FollowUp {
    match (event.code, action) {
        (KeyCode::Enter | KeyCode::Char(' '), _) => press(state, button),
        (KeyCode::Left, _) => focus_next(state, true),
        (KeyCode::Right, _) => focus_next(state, false),
        (_, Some(action @ (Action::Help | Action::Quit | Action::ErrorDetails))) => {
            return FollowUp::Perform(action);
        }
        (_, Some(Action::Back)) => press(state, ButtonId::Cancel),
        _ => match scroll_step(action) {
            Some(step) => scroll(state, step),
            None => return FollowUp::UnknownKey,
        },
    }
    FollowUp::Nothing
}

fn focus_next(state: &mut State, back: bool) {
    if let Some(before) = top(state) {
        move_focus(before, back);
    }
}

fn move_focus(before: &mut BatchBefore, back: bool) {
    let fields = (0..before.fields.len()).map(BatchFocus::Field);
    let buttons = BATCH_BEFORE_BUTTONS.into_iter().map(BatchFocus::Button);
    let stops: Vec<_> = fields.chain(buttons).collect();
    before.focus = next_button(&stops, before.focus, back);
}

fn scroll(state: &mut State, step: Step) {
    let (page, lines) = batch_before_page(state);
    if let Some(before) = top(state) {
        before.scroll = step.scroll(before.scroll, lines, page);
    }
}

/// The wheel.
pub(super) fn wheel(state: &mut State, by: isize) {
    let (page, lines) = batch_before_page(state);
    if let Some(before) = top(state) {
        before.scroll = cursor::wheel(before.scroll, by, lines, page);
    }
}

/// A click on a field.
pub(super) fn click(state: &mut State, field: usize) {
    if let Some(before) = top(state).filter(|before| field < before.fields.len()) {
        before.focus = BatchFocus::Field(field);
    }
}

pub(super) fn paste(state: &mut State, text: &str) {
    let Some(before) = top(state) else {
        return;
    };
    let BatchFocus::Field(at) = before.focus else {
        return;
    };
    if let Some(field) = before.fields.get_mut(at) {
        let text: String = clean_typed_line(text).chars().take(TEXT_MAX).collect();
        field.insert_str(text);
        planned(state);
    }
}

pub(super) fn press(state: &mut State, button: ButtonId) {
    match button {
        ButtonId::Confirm => begin(state),
        ButtonId::Cancel => {
            state.layers.pop();
        }
        _ => {}
    }
}

fn begin(state: &mut State) {
    if state.requests.away.is_some() {
        state.note("Not now: the gateway does not answer.");
        return;
    }
    let plan = top(state).and_then(|before| before.plan.take_if(|plan| plan.sent > 0));
    match plan {
        Some(plan) => {
            state.layers.pop();
            batch::start(state, plan.plan);
        }
        None => state.note("Nothing can be done in these groups."),
    }
}
