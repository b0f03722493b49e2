//! `H`: who changed what on a group, and the way back to former values.

mod entries;

use super::cursor::{button_move, scroll_step};
use super::follow_up::FollowUp;
use super::form;
use crate::api::{Capability, SettingsPatch};
use crate::console::effect::{Call, GroupHistory};
use crate::console::failure::CallFailure;
use crate::console::ids::{GroupKey, RequestId};
use crate::console::keymap::Action;
use crate::console::layout;
use crate::console::state::{ButtonId, HistoryDialog, HistoryPhase, Layer, State, values_like};
use crossterm::event::{KeyCode, KeyEvent};

/// Opens the history of the selected group.
pub(super) fn open(state: &mut State) {
    if state.refuses(Capability::Manage) {
        return;
    }
    let Some(key) = state.groups.selected().map(|entry| entry.key.clone()) else {
        state.note("Select a group first.");
        return;
    };
    let phase = if state.requests.no_history {
        HistoryPhase::NotKept
    } else {
        HistoryPhase::Reading(state.requests.read(Call::History(key.clone())))
    };
    state.layers.push(Layer::History(HistoryDialog {
        key,
        cursor: 0,
        phase,
    }));
}

fn dialog(state: &mut State) -> Option<&mut HistoryDialog> {
    state.layers.iter_mut().find_map(|layer| match layer {
        Layer::History(dialog) => Some(dialog),
        _ => None,
    })
}

/// Whether the answer of this request is still wanted.
pub(super) fn awaits(state: &State, id: RequestId) -> bool {
    state.layers.iter().any(|layer| {
        matches!(layer, Layer::History(dialog) if matches!(dialog.phase, HistoryPhase::Reading(asked) if asked == id))
    })
}

/// The log was read.
pub(super) fn answered(
    state: &mut State,
    id: RequestId,
    answer: Result<GroupHistory, CallFailure>,
) {
    if !awaits(state, id) {
        return;
    }
    let phase = match answer {
        Ok(history) => HistoryPhase::Read {
            entries: entries::entries(state, &history),
            more: history.more,
        },
        Err(failure) if is_missing(&failure) => {
            state.requests.no_history = true;
            HistoryPhase::NotKept
        }
        Err(failure) => HistoryPhase::Failed(failure),
    };
    if let Some(dialog) = dialog(state) {
        dialog.phase = phase;
        dialog.cursor = 0;
    }
}

/// Whether the gateway has no audit log.
pub(super) fn is_missing(failure: &CallFailure) -> bool {
    matches!(failure.status, Some(404 | 405 | 501))
}

pub(super) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    match (event.code, action) {
        (KeyCode::Esc, _) | (_, Some(Action::Back | Action::History)) => {
            press(state, ButtonId::Close);
        }
        (KeyCode::Enter | KeyCode::Char(' '), _) | (_, Some(Action::Undo)) => {
            press(state, ButtonId::Edit);
        }
        (_, Some(Action::Refresh)) => refresh(state),
        (_, Some(action @ (Action::Help | Action::Quit | Action::ErrorDetails))) => {
            return FollowUp::Perform(action);
        }
        _ => {
            let page = layout::history_rows(state);
            let arrows = button_move(event).is_some();
            let Some(dialog) = dialog(state) else {
                return FollowUp::Nothing;
            };
            match scroll_step(action) {
                Some(step) => {
                    dialog.cursor = step.apply(dialog.cursor, dialog.entries().len(), page);
                }
                None if arrows => {}
                None => return FollowUp::UnknownKey,
            }
        }
    }
    FollowUp::Nothing
}

/// `r`: reads the log again.
fn refresh(state: &mut State) {
    let Some(key) = dialog(state).map(|dialog| dialog.key.clone()) else {
        return;
    };
    let id = state.requests.read(Call::History(key));
    if let Some(dialog) = dialog(state) {
        dialog.phase = HistoryPhase::Reading(id);
    }
}

pub(super) fn press(state: &mut State, button: ButtonId) {
    match button {
        ButtonId::Edit => restore(state),
        ButtonId::Close => {
            if let Some(Layer::History(dialog)) = state.layers.pop() {
                let key = dialog.key;
                state
                    .requests
                    .cancel(|call| matches!(call, Call::History(of) if *of == key));
            }
        }
        _ => {}
    }
}

/// Opens the form with the values from before the selected change. Nothing is sent until it is saved.
fn restore(state: &mut State) {
    let Some((key, entry)) =
        dialog(state).and_then(|dialog| Some((dialog.key.clone(), dialog.selected()?.clone())))
    else {
        return;
    };
    if entry.former.is_empty() {
        state.note("This entry has no former settings to go back to.");
        return;
    }
    if state.refuses(Capability::Send) {
        return;
    }
    if state.groups.get(&key).is_none() {
        state.note("The group is not in the list any more.");
        return;
    }
    state.layers.pop();
    let is_as_before = is_as_before(state, &key, &entry.former);
    form::open_with(state, &key, &entry.former);
    if is_as_before {
        state.note("The group has these values already.");
    }
}

fn is_as_before(state: &State, key: &GroupKey, former: &SettingsPatch) -> bool {
    let group = state.groups.get(key).map(|entry| &entry.group);
    let now = group.and_then(|group| values_like(former, group));
    now.as_ref() == Some(former)
}

/// A click on a row: selects it, or opens the form if it is selected already.
pub(super) fn click(state: &mut State, row: usize) {
    match dialog(state) {
        Some(dialog) if dialog.cursor == row => restore(state),
        Some(dialog) => dialog.cursor = row,
        None => {}
    }
}

/// The wheel.
pub(super) fn wheel(state: &mut State, by: isize) {
    if let Some(dialog) = dialog(state) {
        let last = dialog.entries().len().saturating_sub(1);
        dialog.cursor = dialog.cursor.saturating_add_signed(by.signum()).min(last);
    }
}
