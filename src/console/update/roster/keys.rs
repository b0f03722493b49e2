//! Keys, clicks and pastes.

use super::super::cursor::{self, Step, next_button, scroll_step};
use super::super::follow_up::FollowUp;
use super::super::text_input::{self, at_the_end};
use super::find::dialog;
use super::open::{read, show};
use super::press::{close, press};
use crate::console::keymap::Action;
use crate::console::layout::{self, roster_stops};
use crate::console::people;
use crate::console::state::{
    ButtonId, FieldOrButton, Layer, RosterDialog, RosterFocus, RosterPhase, State,
};
use crate::text::{clean_line, clean_typed_block};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Longer texts match no member.
const FIND_MAX: usize = 100;
/// Bytes of a pasted list of people.
const PASTE_MAX: usize = 64 << 10;

pub(crate) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    match dialog(state).map(|dialog| &dialog.phase) {
        Some(RosterPhase::List) => list_key(state, event, action),
        Some(RosterPhase::Adding(focus)) => {
            let focus = *focus;
            adding_key(state, focus, event, action)
        }
        Some(RosterPhase::Asking(_, focus)) => {
            let focus = *focus;
            asking_key(state, focus, event, action)
        }
        Some(RosterPhase::Working(_)) => working_key(state, event, action),
        None => FollowUp::Nothing,
    }
}

fn list_key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    let page = layout::roster_rows(state);
    let stops = match state.layers.last() {
        Some(Layer::Roster(roster)) => roster_stops(state, roster),
        _ => Vec::new(),
    };
    let Some(dialog) = dialog(state) else {
        return FollowUp::Nothing;
    };
    if dialog.focus == RosterFocus::Filter && filter_key(dialog, event, page) {
        return FollowUp::Nothing;
    }
    let back = event.code == KeyCode::BackTab || event.modifiers.contains(KeyModifiers::SHIFT);
    match (event.code, dialog.focus) {
        (KeyCode::Tab | KeyCode::BackTab, _) => move_list_focus(dialog, &stops, back),
        (KeyCode::Right | KeyCode::Left, RosterFocus::Button(_)) => {
            move_list_focus(dialog, &stops, event.code == KeyCode::Left);
        }
        (KeyCode::Enter | KeyCode::Char(' '), RosterFocus::Button(button)) => press(state, button),
        (KeyCode::Enter | KeyCode::Char(' '), _) => mark(dialog),
        (KeyCode::Char('/'), _) => dialog.focus = RosterFocus::Filter,
        (KeyCode::Char('a'), _) => press(state, ButtonId::AddPeople),
        (KeyCode::Char('d') | KeyCode::Delete, _) => press(state, ButtonId::RemovePeople),
        (KeyCode::Char('p'), _) => press(state, ButtonId::Promote),
        (KeyCode::Char('m'), _) => press(state, ButtonId::Demote),
        (KeyCode::Esc, _) if !dialog.find.is_empty() => filter(dialog, ""),
        (KeyCode::Esc, _) => close(state),
        _ => match (scroll_step(action), action) {
            (Some(step), _) => step_list(dialog, step, page),
            (None, Some(Action::Refresh)) => read(state),
            (None, Some(action @ (Action::Help | Action::ErrorDetails | Action::Quit))) => {
                return FollowUp::Perform(action);
            }
            (None, Some(Action::Back)) => close(state),
            (None, _) => return FollowUp::UnknownKey,
        },
    }
    FollowUp::Nothing
}

/// A key while the filter is typed; `false` when it is not for the filter.
fn filter_key(dialog: &mut RosterDialog, event: &KeyEvent, page: usize) -> bool {
    match event.code {
        KeyCode::Esc if dialog.find.is_empty() => dialog.focus = RosterFocus::List,
        KeyCode::Esc => filter(dialog, ""),
        KeyCode::Enter => dialog.focus = RosterFocus::List,
        KeyCode::Up => step_list(dialog, Step::Up, page),
        KeyCode::Down => step_list(dialog, Step::Down, page),
        KeyCode::PageUp => step_list(dialog, Step::PageUp, page),
        KeyCode::PageDown => step_list(dialog, Step::PageDown, page),
        _ => match at_the_end(&dialog.find, event) {
            Some(text) => filter(dialog, &text),
            None => return false,
        },
    }
    true
}

fn filter(dialog: &mut RosterDialog, text: &str) {
    dialog.find = clean_line(text).chars().take(FIND_MAX).collect();
    dialog.cursor = 0;
    show(dialog);
}

fn step_list(dialog: &mut RosterDialog, step: Step, page: usize) {
    dialog.cursor = step.apply(dialog.cursor, dialog.shown.len(), page);
}

fn move_list_focus(dialog: &mut RosterDialog, buttons: &[ButtonId], back: bool) {
    let buttons = buttons.iter().copied().map(RosterFocus::Button);
    let stops: Vec<_> = [RosterFocus::List].into_iter().chain(buttons).collect();
    dialog.focus = next_button(&stops, dialog.focus, back);
}

/// Marks the member under the cursor, or takes the mark away, and goes on to the next.
fn mark(dialog: &mut RosterDialog) {
    let Some(lid) = dialog.selected().map(|member| member.lid.clone()) else {
        return;
    };
    if !dialog.marked.remove(&lid) {
        dialog.marked.insert(lid);
    }
    dialog.cursor = (dialog.cursor + 1).min(dialog.shown.len().saturating_sub(1));
}

fn adding_key(
    state: &mut State,
    focus: FieldOrButton,
    event: &KeyEvent,
    action: Option<Action>,
) -> FollowUp {
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    match (event.code, focus) {
        (KeyCode::Esc, _) => press(state, ButtonId::Cancel),
        (KeyCode::Char('s'), _) if control => press(state, ButtonId::Next),
        (KeyCode::Tab | KeyCode::BackTab, _) => {
            move_adding_focus(state, focus, event.code == KeyCode::BackTab);
        }
        (_, FieldOrButton::Field) => {
            if let Some(dialog) = dialog(state) {
                text_input::in_lines(&mut dialog.typed, event);
                understand(dialog);
            }
        }
        (KeyCode::Right | KeyCode::Down, _) => move_adding_focus(state, focus, false),
        (KeyCode::Left | KeyCode::Up, _) => move_adding_focus(state, focus, true),
        (KeyCode::Enter | KeyCode::Char(' '), FieldOrButton::Button(button)) => {
            press(state, button);
        }
        _ => match action {
            Some(action @ (Action::Help | Action::ErrorDetails)) => {
                return FollowUp::Perform(action);
            }
            Some(Action::Back) => press(state, ButtonId::Cancel),
            _ => return FollowUp::UnknownKey,
        },
    }
    FollowUp::Nothing
}

fn move_adding_focus(state: &mut State, focus: FieldOrButton, back: bool) {
    let buttons = match state.layers.last() {
        Some(Layer::Roster(roster)) => roster_stops(state, roster),
        _ => Vec::new(),
    };
    let buttons = buttons.into_iter().map(FieldOrButton::Button);
    let stops: Vec<_> = [FieldOrButton::Field].into_iter().chain(buttons).collect();
    if let Some(dialog) = dialog(state) {
        dialog.phase = RosterPhase::Adding(next_button(&stops, focus, back));
    }
}

fn asking_key(
    state: &mut State,
    focus: ButtonId,
    event: &KeyEvent,
    action: Option<Action>,
) -> FollowUp {
    match (event.code, action) {
        (KeyCode::Esc | KeyCode::Char('n'), _) | (_, Some(Action::Back)) => {
            press(state, ButtonId::Cancel);
        }
        (KeyCode::Enter | KeyCode::Char(' '), _) => press(state, focus),
        (_, Some(Action::Help)) => return FollowUp::Perform(Action::Help),
        _ if cursor::button_move(event).is_some() => {
            if let Some(RosterDialog {
                phase: RosterPhase::Asking(_, focus),
                ..
            }) = dialog(state)
            {
                *focus = match focus {
                    ButtonId::Cancel => ButtonId::Confirm,
                    _ => ButtonId::Cancel,
                };
            }
        }
        _ => return FollowUp::UnknownKey,
    }
    FollowUp::Nothing
}

fn working_key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    let page = layout::roster_rows(state);
    let Some(RosterDialog {
        phase: RosterPhase::Working(work),
        ..
    }) = dialog(state)
    else {
        return FollowUp::Nothing;
    };
    match (event.code, scroll_step(action)) {
        (_, Some(step)) => work.cursor = step.apply(work.cursor, work.lines.len(), page),
        (KeyCode::Esc, _) => press(state, ButtonId::Cancel),
        (KeyCode::Char('y'), _) => press(state, ButtonId::Copy),
        (KeyCode::Enter | KeyCode::Char(' '), _) => {
            let first = match state.layers.last() {
                Some(Layer::Roster(roster)) => roster_stops(state, roster).first().copied(),
                _ => None,
            };
            if let Some(button) = first {
                press(state, button);
            }
        }
        _ => match action {
            Some(action @ (Action::Help | Action::ErrorDetails | Action::Quit)) => {
                return FollowUp::Perform(action);
            }
            _ if cursor::button_move(event).is_some() => {}
            _ => return FollowUp::UnknownKey,
        },
    }
    FollowUp::Nothing
}

/// A pasted text is people to add, wherever the focus is; in the filter it is text.
pub(crate) fn paste(state: &mut State, text: &str) {
    if text.len() > PASTE_MAX {
        state.bad(format!(
            "Not pasted: more than {} kB at once.",
            PASTE_MAX >> 10
        ));
        return;
    }
    let Some(dialog) = dialog(state) else {
        return;
    };
    match dialog.phase {
        RosterPhase::List if dialog.focus == RosterFocus::Filter => {
            let text = format!("{}{text}", dialog.find);
            filter(dialog, &text);
        }
        RosterPhase::Adding(_) => {
            dialog.typed.insert_str(clean_typed_block(text));
            understand(dialog);
        }
        _ => {}
    }
}

/// What the typed text says.
fn understand(dialog: &mut RosterDialog) {
    let text = dialog.typed.lines().join("\n");
    dialog.pasted = people::read(&text, dialog.country);
}

/// A click on a row: selects it, or marks it if it is selected already.
pub(crate) fn click(state: &mut State, row: usize) {
    let Some(dialog) = dialog(state) else {
        return;
    };
    match &mut dialog.phase {
        RosterPhase::List if row < dialog.shown.len() => {
            dialog.focus = RosterFocus::List;
            if dialog.cursor == row {
                mark(dialog);
                dialog.cursor = row;
            } else {
                dialog.cursor = row;
            }
        }
        RosterPhase::Working(work) if row < work.lines.len() => work.cursor = row,
        _ => {}
    }
}

/// A click on the filter or on the field for people.
pub(crate) fn click_field(state: &mut State) {
    let Some(dialog) = dialog(state) else {
        return;
    };
    match &mut dialog.phase {
        RosterPhase::List => dialog.focus = RosterFocus::Filter,
        RosterPhase::Adding(focus) => *focus = FieldOrButton::Field,
        _ => {}
    }
}

pub(crate) fn wheel(state: &mut State, by: isize) {
    let Some(dialog) = dialog(state) else {
        return;
    };
    let (cursor, count) = match &mut dialog.phase {
        RosterPhase::List => (&mut dialog.cursor, dialog.shown.len()),
        RosterPhase::Working(work) => (&mut work.cursor, work.lines.len()),
        _ => return,
    };
    *cursor = cursor
        .saturating_add_signed(by)
        .min(count.saturating_sub(1));
}
